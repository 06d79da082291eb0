import { expect, test } from 'vitest';
import { Problems } from '../../../src/config/problems/problems.ts';
import { at, shown, WEB } from './helpers.ts';

test('sorted: the main file first, then file by file, by line and column', () => {
  const problems = new Problems();
  problems.error('e', 'b', { at: at(2, 1, '/b') });
  problems.error('e', 'a', { at: at(9, 1, '/a') });
  problems.warning('w', 'late', { at: at(3, 2) });
  problems.error('e', 'early', { at: at(3, 1) });
  problems.error('e', 'first', { at: at(1, 5) });
  expect(shown(problems.sorted(WEB))).toEqual([
    '1:5 e: first',
    '3:1 e: early',
    '3:2 !w: late',
    '/a:9:1 e: a',
    '/b:2:1 e: b',
  ]);
});

test('warnings fail nothing', () => {
  const problems = new Problems();
  problems.warning('w', 'x', { at: at(1) });
  expect(problems.failed).toBe(false);
  problems.error('e', 'x', { at: at(1) });
  expect(problems.failed).toBe(true);
});

test('fifty are enough; the rest is counted, and an error among it still fails', () => {
  const problems = new Problems();
  for (let line = 1; line <= 60; line++) problems.warning('w', 'x', { at: at(line) });
  problems.error('e', 'x', { at: at(61) });
  const sorted = problems.sorted(WEB);
  expect(sorted).toHaveLength(51);
  expect(sorted.at(-1)).toEqual({
    ...at(50),
    severity: 'error',
    code: 'too-many',
    message: 'and 11 more problems, not shown',
  });
  expect(problems).toMatchObject({ full: true, failed: true });
});

test('a message is not as long as a value may be', () => {
  const problems = new Problems();
  problems.error('e', 'x'.repeat(5000), { at: at(1) }, 'y'.repeat(5000));
  const [{ message, suggestion } = { message: '', suggestion: '' }] = problems.sorted(WEB);
  expect([message.length, suggestion?.length]).toEqual([1001, 1001]);
});

test('knows what it suggested', () => {
  const problems = new Problems();
  problems.error('e', 'x', { at: at(1) }, 'command');
  expect([problems.suggested('command'), problems.suggested('x')]).toEqual([true, false]);
});
