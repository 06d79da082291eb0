import { expect, test } from 'vitest';
import { Annals } from '../../../src/emperor/annals.ts';
import type { VassalEvent, VassalState } from '../../../src/emperor/view.ts';

function annals() {
  const made = new Annals();
  const hear = (at: number, event: VassalEvent['event'], state: VassalState | null = null, failures = 0) =>
    made.hear({ at, vassal: 'web', event, state, message: '' }, failures);
  return { made, hear };
}

test('dates of a life', () => {
  const { made, hear } = annals();
  hear(1, 'added');
  expect(made.of('web')).toMatchObject({ born: 1, firstRun: 0, lastRun: 0 });
  hear(2, 'state', 'starting');
  hear(3, 'state', 'running');
  hear(4, 'state', 'starting');
  expect(made.of('web')).toMatchObject({ born: 1, firstRun: 2, lastRun: 4 });
  hear(5, 'removed');
  expect(made.of('web')).toMatchObject({ born: 0, firstRun: 0 });
});

test('the first and the last failure of a row', () => {
  const { made, hear } = annals();
  hear(1, 'added');
  for (const [at, failures] of [
    [10, 1],
    [20, 2],
    [30, 3],
  ] as const) {
    hear(at, 'state', 'backoff', failures);
    hear(at + 1, 'state', 'starting', failures);
  }
  expect(made.of('web')).toMatchObject({ firstFailure: 10, lastFailure: 30 });
  hear(90, 'state', 'backoff', 1);
  expect(made.of('web')).toMatchObject({ firstFailure: 90, lastFailure: 90 });
});
