import type { ChannelLine } from '../../channels/channel.ts';
import type { SecretBox } from '../../lib/secret-box.ts';
import type { LineRow } from '../../store/lines/lines.ts';

/** A line as its channel may see it, its secret opened. */
export function channelLine(secrets: SecretBox, line: LineRow): ChannelLine {
  return {
    workspaceId: line.workspaceId,
    lineId: line.id,
    messageType: line.messageType,
    phone: line.phone,
    email: line.email,
    name: [line.firstName, line.lastName].filter((part) => part !== null && part !== '').join(' '),
    transportConfig: line.transportConfig,
    secret: line.secret === null ? null : secrets.open(line.secret, secretContext(line.workspaceId, line.id)),
  };
}

/** What a line's secret is bound to. */
export function secretContext(workspaceId: string, lineId: string): string {
  return `line:${workspaceId}:${lineId}`;
}
