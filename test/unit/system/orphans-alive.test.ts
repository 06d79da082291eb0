// Who waits for the end of orphans stays for it, also when nothing else keeps the process up.
import { expect, test } from 'vitest';
import { sweepOrphans } from '../../../src/system/orphans.ts';

/** Nobody has it: pid_max is lower. */
const NOBODY = 2 ** 30;
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('the loop goes on until they are gone', async () => {
  let left: number[] = [];
  const orphans = sweepOrphans({ reapOrphans: () => [], listOrphans: () => left });
  const before = timers();
  left = [NOBODY];
  const end = orphans.end();
  expect(timers()).toBe(before + 1);
  left = [];
  process.emit('SIGCHLD', 'SIGCHLD');
  await end;
  expect(timers()).toBe(before);
  orphans.close();
});
