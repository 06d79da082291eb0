import { expect, test } from 'vitest';
import { Bad } from '../../../src/config/problems/bad.ts';
import { readSignal } from '../../../src/config/signals.ts';

test.each([
  ['TERM', 15],
  ['SIGTERM', 15],
  ['sigterm', 15],
  ['hup', 1],
  ['15', 15],
  ['1', 1],
  ['64', 64],
  ['RTMIN', 34],
  ['SIGRTMIN+3', 37],
  ['RTMAX', 64],
  ['RTMAX-14', 50],
])('%j', (text, number) => {
  expect(readSignal(text)).toBe(number);
});

test.each([
  ['0', 'there is no signal 0: 1 to 64'],
  ['65', 'there is no signal 65: 1 to 64'],
  ['', 'unknown signal ``'],
  ['SIG', 'unknown signal `SIG`'],
  ['RTMIN-1', 'unknown signal `RTMIN-1`'],
  ['RTMAX+1', 'unknown signal `RTMAX+1`'],
  ['RTMIN+31', 'unknown signal `RTMIN+31`'],
  ['constructor', 'unknown signal `constructor`'],
  ['-9', 'unknown signal `-9`'],
])('%j is none', (text, message) => {
  expect(readSignal(text)).toMatchObject({ message });
  expect(readSignal(text)).toBeInstanceOf(Bad);
});

test('a misspelt one has a suggestion', () => {
  expect(readSignal('SIGTRM')).toMatchObject({ options: { suggestion: 'TERM' } });
});
