import { expect, test } from 'vitest';
import { neverStarted } from '../../../src/emperor/exit-words.ts';
import { newLife } from '../../../src/emperor/state.ts';
import { VassalReport } from '../../../src/emperor/vassal-report.ts';
import type { VassalOutput } from '../../../src/output/line.ts';
import type { Plan } from '../../../src/plan/step.ts';

const LIFE = { ...newLife(0), generation: 3 };
const EXIT = neverStarted({ kind: 'native', what: 'start', error: failure() }, { name: 'web' } as Plan);

function failure() {
  return Object.assign(new Error('start: EMFILE'), { code: 'EMFILE', errno: -24, syscall: 'start' });
}

/** A report, and all that is told, in its order. `told` is called with each event. */
function reportTo(told: (event: string) => void = () => {}) {
  const said: string[] = [];
  const output: Pick<VassalOutput, 'note'> = {
    note: (_text, generation) => said.push(`note of ${generation}`),
  };
  const report = new VassalReport('web', output as VassalOutput, {
    event: ({ event }) => {
      said.push(event);
      told(event);
    },
    log: (level) => said.push(level),
  });
  return { report, said };
}

test('an end is told at once, under the run that ended', () => {
  const { report, said } = reportTo();
  report.ended(EXIT, LIFE, false);
  expect(said).toEqual(['note of 3', 'exit', 'warn']);
});

test('what is held is told in its order, and what comes of it behind it', () => {
  const { report, said } = reportTo((event) => {
    if (event === 'exit') report.warning('seen');
  });
  report.hold();
  report.ended(EXIT, LIFE, false);
  report.entered({ ...LIFE, state: 'starting' }, null, null);
  report.hold();
  expect(said).toEqual([]);
  report.tellHeld();
  expect(said).toEqual(['note of 3', 'exit', 'warn', 'state', 'warn']);
  report.warning('later');
  expect(said.at(-1)).toBe('warn');
  expect(said).toHaveLength(6);
});

test('one that is forgotten has nothing left to be told, and is told of once', () => {
  const { report, said } = reportTo((event) => {
    if (event === 'exit') report.removed(LIFE);
  });
  report.hold();
  report.ended(EXIT, LIFE, false);
  report.tellHeld();
  expect(said).toEqual(['note of 3', 'exit', 'warn', 'removed']);
  report.hold();
  report.warning('soon over');
  report.removed(LIFE);
  expect(said.slice(4)).toEqual(['warn', 'removed']);
});
