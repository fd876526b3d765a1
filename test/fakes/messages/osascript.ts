/**
 * Stands on the PATH as `osascript`. Like the real one it only carries what it is told to Messages, another process, which
 * goes on with it whether this one lives or not. Arguments: the socket of that process, then osascript's own.
 */
import net from 'node:net';
import { text } from 'node:stream/consumers';

const [socketPath = '', first, ...args] = process.argv.slice(2);
if (first !== '-') {
  process.stderr.write('usage: osascript - [argument ...]\n');
  process.exit(2);
}
const script = await text(process.stdin);
const socket = net.connect(socketPath);
socket.on('error', (error) => {
  process.stderr.write(
    `0:1: execution error: Messages got an error: Application isn’t running. (${error.message}) (-600)\n`,
  );
  process.exit(1);
});
socket.end(JSON.stringify({ script, args }));
const answer = JSON.parse(await text(socket)) as { status: number; stdout: string; stderr: string };
process.stdout.write(answer.stdout);
process.stderr.write(answer.stderr);
process.exitCode = answer.status;
