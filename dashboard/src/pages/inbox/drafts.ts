/** What was begun stays while the page does, whichever thread is looked at in between. */
const drafts = new Map<string, string>();

export function readDraft(leadId: string): string {
  return drafts.get(leadId) ?? '';
}

export function keepDraft(leadId: string, text: string): void {
  if (text === '') drafts.delete(leadId);
  else drafts.set(leadId, text);
}
