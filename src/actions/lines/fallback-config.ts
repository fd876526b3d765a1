/** Where fallback SMS leave from (D37): a simulated line of the workspace, or one that Twilio carries. */

import { inboundAddress } from '../../channels/twilio-hooks.ts';
import {
  FALLBACK_PROVIDERS,
  type FallbackConfig,
  TWILIO_FIELDS,
  type UpdateFallbackConfig,
} from '../../contract/lines/fallback-config.ts';
import { invalidField, problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import type { LineRow } from '../../store/lines/lines.ts';
import { lockWorkspace, updateFallback } from '../../store/workspace/workspaces.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import type { WorkspaceSnapshot } from '../messages/workspace-snapshot.ts';
import { keepTwilioLine } from './twilio-fallback.ts';

export async function getFallbackConfig(deps: Deps, { workspaceId }: Caller): Promise<FallbackConfig> {
  const snapshot = await deps.snapshots.reload(workspaceId);
  if (snapshot === null) throw problem('NO_ACTIVE_WORKSPACE');
  return present(deps, snapshot);
}

export async function updateFallbackConfig(
  deps: Deps,
  caller: Caller,
  changes: UpdateFallbackConfig,
): Promise<FallbackConfig> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  const snapshot = await deps.snapshots.reload(workspaceId);
  if (snapshot === null) throw problem('NO_ACTIVE_WORKSPACE');
  const { workspace } = snapshot;
  const provider = changes.provider === undefined ? workspace.fallbackProvider : changes.provider;
  // Nothing could be switched on: an answer of 200 would leave somebody waiting for SMS that never go.
  if (provider === null && (changes.enabled === true || typeof changes.lineId === 'string'))
    throw problem('FALLBACK_NOT_CONFIGURED', {
      param: 'provider',
      error: 'Fallback SMS is not configured: enabled and lineId need a provider',
    });
  const enabled =
    provider !== null && (changes.enabled ?? (workspace.fallbackEnabled || changes.provider !== undefined));
  const sendFallbackSmsOnFailed = changes.sendFallbackSmsOnFailed ?? workspace.sendFallbackSmsOnFailed;
  if (sendFallbackSmsOnFailed && !enabled)
    throw problem('FALLBACK_NOT_CONFIGURED', { param: 'sendFallbackSmsOnFailed' });
  const stranger = TWILIO_FIELDS.find((name) => changes[name] !== undefined);
  if (provider !== 'twilio' && stranger !== undefined)
    throw invalidField(stranger, 'is a setting of the provider twilio');
  const lineId = await pickLine(deps, caller, snapshot, provider, changes);
  const settings = {
    fallbackProvider: provider,
    fallbackLineId: lineId,
    fallbackEnabled: enabled,
    fallbackAttachmentLinks: changes.attachmentLinks ?? workspace.fallbackAttachmentLinks,
    sendFallbackSmsOnFailed,
  };
  await deps.database.transaction(async (tx) => {
    const before = await lockWorkspace(tx, workspaceId);
    await updateFallback(tx, workspaceId, settings, deps.clock.now());
    const after = { ...before, ...settings };
    const change = {
      entity: 'fallback_config',
      entityId: workspaceId,
      action: 'updated',
      before,
      after,
    } as const;
    await audit(deps, tx, caller, change);
  });
  deps.snapshots.forget(workspaceId);
  return getFallbackConfig(deps, caller);
}

async function pickLine(
  deps: Deps,
  caller: Caller,
  snapshot: WorkspaceSnapshot,
  provider: string | null,
  changes: UpdateFallbackConfig,
): Promise<string | null> {
  if (provider === null) return null;
  if (provider !== 'twilio') return pickSandboxLine(snapshot, changes.lineId);
  const line = twilioLine(snapshot, changes.lineId);
  const isAsStored = line !== null && TWILIO_FIELDS.every((name) => changes[name] === undefined);
  return isAsStored ? line.id : keepTwilioLine(deps, caller, snapshot, line, changes);
}

/** The line named; else the one already configured; else the workspace's only simulated SMS line. */
function pickSandboxLine({ lines, workspace }: WorkspaceSnapshot, given: string | null | undefined): string {
  if (typeof given === 'string') return smsLine(lines, given, 'sandbox').id;
  const candidates = lines.filter((line) => line.messageType === 'sms' && line.transport === 'sandbox');
  const configured = candidates.find((line) => line.id === workspace.fallbackLineId);
  if (configured !== undefined) return configured.id;
  const [only, ...more] = candidates;
  if (only === undefined || more.length > 0) {
    throw problem('INVALID_FIELD', {
      param: 'lineId',
      error: 'lineId must name one of the SMS lines of the workspace',
    });
  }
  return only.id;
}

/** null: none is named and none configured. */
function twilioLine(
  { lines, workspace }: WorkspaceSnapshot,
  given: string | null | undefined,
): LineRow | null {
  if (typeof given === 'string') return smsLine(lines, given, 'twilio');
  const isConfigured = (line: LineRow) => line.id === workspace.fallbackLineId && line.transport === 'twilio';
  return lines.find(isConfigured) ?? null;
}

function smsLine(lines: readonly LineRow[], id: string, transport: 'sandbox' | 'twilio'): LineRow {
  const line = lines.find((each) => each.id === id);
  if (line === undefined) throw problem('LINE_NOT_FOUND', { param: 'lineId' });
  if (line.messageType !== 'sms')
    throw problem('LINE_WRONG_CHANNEL', { param: 'lineId', reason: `the line sends ${line.messageType}` });
  if (line.transport !== transport)
    throw problem('LINE_WRONG_CHANNEL', {
      param: 'lineId',
      reason: `the transport of the line is ${line.transport}`,
    });
  return line;
}

function present({ config }: Deps, { workspace, lines, fallbackLine }: WorkspaceSnapshot): FallbackConfig {
  const provider = FALLBACK_PROVIDERS.find((each) => each === workspace.fallbackProvider) ?? null;
  const line = provider === 'twilio' ? lines.find((each) => each.id === workspace.fallbackLineId) : undefined;
  const setting = (name: string) => {
    const value = line?.transportConfig[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    configured: fallbackLine?.isActive === true,
    provider,
    lineId: workspace.fallbackLineId,
    enabled: workspace.fallbackEnabled,
    attachmentLinks: workspace.fallbackAttachmentLinks,
    sendFallbackSmsOnFailed: workspace.sendFallbackSmsOnFailed,
    accountSid: setting('accountSid'),
    authTokenSet: line !== undefined && line.secret !== null,
    fromNumber: line?.phone ?? null,
    messagingServiceSid: setting('messagingServiceSid'),
    inboundUrl:
      line === undefined || config.publicUrl === null
        ? null
        : inboundAddress(config.publicUrl, { workspaceId: workspace.workspaceId, lineId: line.id }),
  };
}
