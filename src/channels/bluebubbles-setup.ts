/** The guided check of a BlueBubbles line: reachable, password, account, Private API, clock, webhook. Leaves nothing behind. */
import type { BlueBubblesApi, ServerInfo } from '../bluebubbles/api.ts';
import { refusalOf } from '../bluebubbles/rows.ts';
import type { BlueBubblesServer } from '../bluebubbles/settings.ts';
import { type Found, failed, ok, skipped, warning } from '../domain/setup-step.ts';
import { hookBase } from './bluebubbles-hooks.ts';
import type { ChannelLine } from './channel.ts';
import type { SetupQuestion } from './setup-check.ts';

const QUICK_MS = 10_000;
const MAX_SKEW_SECONDS = 300;

export function blueBubblesQuestions(
  api: BlueBubblesApi,
  server: BlueBubblesServer,
  line: ChannelLine,
  publicUrl: string | null,
): SetupQuestion[] {
  let passwordFits = false;
  let info: ServerInfo = {};
  return [
    {
      key: 'address',
      async ask() {
        const ping = await api.call(server, 'ping', { timeoutMs: QUICK_MS });
        if (ping.got !== 'answer') return unreachable(ping.message);
        passwordFits = ping.status !== 401 && ping.status !== 403;
        if (passwordFits && ping.status !== 200)
          return failed(
            refusalOf(ping),
            'See whether the address leads to the BlueBubbles server itself, without a path of its own.',
          );
        return ok('A BlueBubbles server answers at this address');
      },
    },
    {
      key: 'password',
      ask: () =>
        passwordFits
          ? ok('The server takes the password')
          : failed(
              'The server refuses the password',
              'Copy the server password from BlueBubbles on the Mac (Settings → Connection) and enter it here.',
            ),
    },
    {
      key: 'version',
      async ask() {
        const answer = await api.call<ServerInfo>(server, 'server/info', { timeoutMs: QUICK_MS });
        if (answer.got !== 'answer' || answer.status !== 200)
          return failed(refusalOf(answer), 'Restart BlueBubbles on the Mac and check again.');
        info = answer.data;
        const { server_version: version, os_version: macos } = info;
        return ok(
          `BlueBubbles ${version ?? 'of an unknown version'} on macOS ${macos ?? 'of an unknown version'}`,
        );
      },
    },
    {
      key: 'signed-in',
      ask: () =>
        info.detected_imessage === null || info.detected_imessage === ''
          ? failed(
              'Messages on the Mac is signed in to no account',
              'Open Messages on the Mac and sign in under Settings → iMessage.',
            )
          : ok('Messages is signed in'),
    },
    { key: 'private-api', ask: () => privateApi(server, info.private_api === true) },
    { key: 'helper', ask: () => helper(server, info) },
    { key: 'clock', ask: () => clockOf(info) },
    { key: 'webhook', ask: () => webhook(api, server, line, publicUrl) },
  ];
}

function unreachable(message: string): Found {
  return failed(
    message,
    /not a public address/.test(message)
      ? 'A Mac in your own network: let its server be reached (TRUNKLINE_ALLOW_PRIVATE_HOSTS=true where Trunkline runs), or pair the Mac by the relay instead: it needs no address.'
      : 'See that BlueBubbles runs on the Mac, that the address is the one it shows, and that this server may reach it. Where it can’t, pair the Mac by the relay instead.',
  );
}

function privateApi({ method }: BlueBubblesServer, isOn: boolean): Found {
  if (method === 'apple-script') return skipped('Not needed: this line sends by AppleScript');
  if (isOn) return ok('The Private API is switched on');
  const fix = 'Switch it on in BlueBubbles on the Mac: Settings → Private API, and follow its instructions.';
  return method === 'private-api'
    ? failed('The Private API is switched off, and this line sends by nothing else', fix)
    : warning(
        'The Private API is switched off: AppleScript sends, without availability checks, tapbacks and typing signs',
        fix,
      );
}

function helper({ method }: BlueBubblesServer, info: ServerInfo): Found {
  if (method === 'apple-script' || info.private_api !== true)
    return skipped('Not needed without the Private API');
  if (info.helper_connected === true) return ok('Its helper is connected to Messages');
  const fix = 'Restart Messages and BlueBubbles on the Mac; its log says why the helper does not connect.';
  return method === 'private-api'
    ? failed('Its helper is not connected to Messages, and this line sends by nothing else', fix)
    : warning('Its helper is not connected to Messages: AppleScript sends until it is', fix);
}

function clockOf({ macos_time_sync: skew }: ServerInfo): Found {
  const offBy = typeof skew === 'number' ? Math.abs(Math.round(skew)) : 0;
  return offBy <= MAX_SKEW_SECONDS
    ? ok("The Mac's clock is right")
    : failed(
        `The Mac's clock is ${offBy} seconds off`,
        'Let it be set by the network: System Settings → General → Date & Time.',
      );
}

async function webhook(
  api: BlueBubblesApi,
  server: BlueBubblesServer,
  line: ChannelLine,
  publicUrl: string | null,
): Promise<Found> {
  if (publicUrl === null)
    return warning(
      'The server can’t call back: it is asked every 20 seconds instead',
      'Set TRUNKLINE_PUBLIC_URL to the address at which Trunkline is reached from outside, and replies come at once.',
    );
  const listed = await api.call<{ url: string }[]>(server, 'webhook', { timeoutMs: QUICK_MS });
  if (listed.got !== 'answer' || listed.status !== 200)
    return warning(refusalOf(listed), 'Replies come a little later: the server is asked every 20 seconds.');
  if (line.lineId === '') return skipped('It is registered by itself once the line is made');
  const base = hookBase(line, publicUrl);
  return (Array.isArray(listed.data) ? listed.data : []).some(({ url }) => url.startsWith(base))
    ? ok('Its webhook is registered')
    : warning(
        'Its webhook is not registered yet',
        'It is registered by itself with the next health check, within a minute.',
      );
}
