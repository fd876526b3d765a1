/** Headers of HTTP conditions: they hold keys of other services, so they are sealed, and only ever leave with a question. */
import type { SecretBox } from '../../lib/secret-box.ts';

/** By id of the condition. */
export type ConditionHeaders = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** null: there are none. */
export function sealHeaders(
  secrets: SecretBox,
  workspaceId: string,
  campaignId: string,
  headers: ConditionHeaders,
): Buffer | null {
  if (Object.values(headers).every((each) => Object.keys(each).length === 0)) return null;
  return secrets.seal(JSON.stringify(headers), contextOf(workspaceId, campaignId));
}

export function openHeaders(
  secrets: SecretBox,
  workspaceId: string,
  campaignId: string,
  sealed: Buffer | null,
): ConditionHeaders {
  if (sealed === null) return {};
  return JSON.parse(secrets.open(sealed, contextOf(workspaceId, campaignId))) as ConditionHeaders;
}

function contextOf(workspaceId: string, campaignId: string): string {
  return `campaign:${workspaceId}:${campaignId}`;
}
