import { expect, test } from 'vitest';
import { signalName, signalNumber } from '../../../src/emperor/exit-words.ts';

test.each([
  [6, 'SIGABRT'],
  [17, 'SIGCHLD'],
  [29, 'SIGIO'],
  [11, 'SIGSEGV'],
  [40, 'signal 40'],
])('signal %i is %s', (number, name) => {
  expect(signalName(number)).toBe(name);
  expect(signalNumber(name)).toBe(number);
});
