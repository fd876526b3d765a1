import { expect, test } from 'vitest';
import { takeTurn } from './line-turns.ts';

const UP = [
  { id: 'a', isUp: true },
  { id: 'b', isUp: true },
  { id: 'c', isUp: true },
];
const NOBODY = { stayOn: null, talking: [], lineDownPolicy: 'wait' } as const;

function down(...ids: string[]) {
  return UP.map(({ id }) => ({ id, isUp: !ids.includes(id) }));
}

function turns(lines: ReturnType<typeof down>, count: number, from = 0): string[] {
  const taken: string[] = [];
  let next = from;
  while (taken.length < count) {
    const turn = takeTurn(lines, NOBODY, next);
    if (turn === null) break;
    taken.push(turn.decision.lineId);
    next = turn.nextLine;
  }
  return taken;
}

test('lines take turns in their order, from wherever the last one stopped', () => {
  expect(turns(UP, 5)).toEqual(['a', 'b', 'c', 'a', 'b']);
  expect(turns(UP, 3, 2)).toEqual(['c', 'a', 'b']);
  // Lines were taken out of the campaign since.
  expect(turns(UP, 2, 7)).toEqual(['b', 'c']);
});

test('those that are down are left out, and where all are, nobody takes a turn', () => {
  expect(turns(down('b'), 4)).toEqual(['a', 'c', 'a', 'c']);
  expect(turns(down('a', 'b', 'c'), 1)).toEqual([]);
  expect(turns([], 1)).toEqual([]);
});

test('who stays on a line, or is talked to by one, takes nobody’s turn', () => {
  const stays = takeTurn(UP, { ...NOBODY, stayOn: { id: 'x', isUp: true }, talking: ['b', 'x'] }, 0);
  expect(stays).toMatchObject({ decision: { lineId: 'x', reason: 'conversation' }, nextLine: 0 });
  const talking = takeTurn(UP, { ...NOBODY, talking: ['x', 'c', 'b'] }, 1);
  expect(talking).toMatchObject({ decision: { lineId: 'c', reason: 'conversation' }, nextLine: 1 });
});

test('a line that no step ever left from gives way to one that came to know the contact meanwhile', () => {
  const wish = { ...NOBODY, stayOn: { id: 'a', isUp: true } };
  expect(takeTurn(UP, { ...wish, talking: ['c'] }, 1)).toMatchObject({
    decision: { lineId: 'c', reason: 'conversation' },
    nextLine: 1,
  });
  expect(takeTurn(UP, wish, 1)).toMatchObject({ decision: { lineId: 'a' }, nextLine: 1 });
  // A line that is none of the campaign's is no help to it.
  expect(takeTurn(UP, { ...wish, talking: ['x'] }, 1)?.decision.lineId).toBe('a');
});

test('a conversation waits for its line, unless the workspace has it moved', () => {
  const wish = { ...NOBODY, stayOn: { id: 'a', isUp: false } };
  expect(takeTurn(down('a'), wish, 0)?.decision.lineId).toBe('a');
  expect(takeTurn(down('a'), { ...wish, lineDownPolicy: 'sms' }, 0)?.decision.lineId).toBe('a');
  expect(takeTurn(down('a'), { ...wish, lineDownPolicy: 'move' }, 0)).toMatchObject({
    decision: { lineId: 'b', reason: 'campaign_turn' },
    nextLine: 2,
  });
  expect(takeTurn(down('c'), { ...NOBODY, talking: ['c'], lineDownPolicy: 'move' }, 0)?.decision.lineId).toBe(
    'a',
  );
});
