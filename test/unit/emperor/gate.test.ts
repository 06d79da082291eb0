import { expect, test } from 'vitest';
import { StartGate } from '../../../src/emperor/gate.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('lets in no more than its limit, in order, and the next at each release', async () => {
  const gate = new StartGate(2);
  const started: number[] = [];
  for (const id of [1, 2, 3, 4]) gate.enqueue(() => started.push(id));
  expect(started).toEqual([]);
  await turn();
  expect(started).toEqual([1, 2]);
  gate.release();
  await turn();
  expect(started).toEqual([1, 2, 3]);
});

test('what was taken back is not started', async () => {
  const gate = new StartGate(1);
  const started: string[] = [];
  const unwanted = () => started.push('unwanted');
  gate.enqueue(unwanted);
  gate.enqueue(() => started.push('wanted'));
  gate.dequeue(unwanted);
  await turn();
  expect(started).toEqual(['wanted']);
});
