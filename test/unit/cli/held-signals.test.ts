import { once } from 'node:events';
import { expect, test } from 'vitest';
import { holdSignals } from '../../../src/cli/held-signals.ts';
import { until } from '../../helpers/until.ts';

test('signals that come before the daemon is there neither kill nor are lost', async () => {
  const release = holdSignals();
  expect(process.listenerCount('SIGUSR1')).toBe(1);
  const held = [once(process, 'SIGUSR1'), once(process, 'SIGTERM')];
  process.kill(process.pid, 'SIGUSR1');
  process.kill(process.pid, 'SIGTERM');
  await Promise.all(held);
  const heard: string[] = [];
  const listener = (signal: string) => heard.push(signal);
  process.on('SIGUSR1', listener).on('SIGTERM', listener);
  release();
  await until('both, again', () => heard.length === 2);
  process.off('SIGUSR1', listener).off('SIGTERM', listener);
  expect(heard.sort()).toEqual(['SIGTERM', 'SIGUSR1']);
  expect([process.listenerCount('SIGUSR1'), process.listenerCount('SIGTERM')]).toEqual([0, 0]);
});
