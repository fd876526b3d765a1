/** The line that a request names with `fromLineId`, for a message of this type (D6). */

import { type Problem, problem } from '../../contract/problems.ts';
import type { LineDecision } from '../../domain/line-choice.ts';
import type { MessageType } from '../../domain/words.ts';
import type { LineRow } from '../../store/lines/lines.ts';
import type { WorkspaceSnapshot } from './workspace-snapshot.ts';

export function requestedLine(
  { lines }: WorkspaceSnapshot,
  fromLineId: string,
  messageType: MessageType,
): { line: LineRow; decision: LineDecision } | Problem {
  const line = lines.find((each) => each.id === fromLineId);
  if (line === undefined) return problem('LINE_NOT_FOUND', { param: 'fromLineId' });
  if (!line.isActive) return problem('LINE_NOT_ACTIVE', { param: 'fromLineId' });
  if (line.messageType !== messageType)
    return problem('LINE_WRONG_CHANNEL', {
      param: 'fromLineId',
      reason: `the line sends ${line.messageType}`,
    });
  return {
    line,
    decision: { lineId: line.id, reason: 'requested', because: 'Asked for with fromLineId.' },
  };
}
