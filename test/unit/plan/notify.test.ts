// What a plan has for a command that says of itself that it is ready, and for who looks whether it is.
import { expect, test } from 'vitest';
import type { VassalConfig } from '../../../src/config/vassal-config.ts';
import { buildPlan } from '../../../src/plan/build.ts';
import { readyProbe } from '../../../src/plan/ready-probe.ts';
import { located, vassalConfig } from '../../helpers/vassal-config.ts';

const plan = (changes: Partial<VassalConfig>) =>
  buildPlan(vassalConfig(changes), { environment: {}, uid: 0, terminal: false });
const environment = (changes: Partial<VassalConfig>) =>
  plan(changes)
    .steps.at(-1)
    ?.args.filter((word) => /^(NOTIFY|WATCHDOG)/.test(word));

test('a socket right before the init is left behind, when all namespaces are there', () => {
  const { steps } = plan({ ready: { kind: 'notify' }, namespaces: located(new Set(['net', 'pid'])) });
  const names = steps.map(({ name }) => name);
  expect(names.indexOf('notify-socket')).toBe(names.indexOf('init') - 1);
  expect(names.indexOf('notify-socket')).toBeGreaterThan(names.indexOf('loopback-up'));
});

test('and the variables that tell of it', () => {
  expect(environment({ ready: { kind: 'notify' } })).toEqual(['NOTIFY_SOCKET=self']);
  expect(environment({ heartbeatMs: 1500 })).toEqual([
    'NOTIFY_SOCKET=self',
    'WATCHDOG_PID=self',
    'WATCHDOG_USEC=1500000',
  ]);
});

test.each<Partial<VassalConfig>>([
  {},
  { ready: { kind: 'delay', ms: 5 } },
  { ready: { kind: 'emperor' }, heartbeatMs: 1000 },
  { emperorPipe: true, heartbeatMs: 1000 },
])('neither for %j', (changes) => {
  expect(plan(changes).steps.map(({ name }) => name)).not.toContain('notify-socket');
  expect(environment(changes)).toEqual([]);
});

test('who looks goes where the command is, and only where there is something to look for', () => {
  const config = vassalConfig({ ready: { kind: 'socket', address: '0200', name: ':80' } });
  expect(readyProbe(config, 42).map(({ name, args }) => [name, ...args])).toEqual([
    ['session'],
    ['helper'],
    ['enter-jail', '42'],
    ['hook-phase', 'ready', '2147483647'],
    ['hook-wait', 'socket', ':80', '0200'],
    ['hook-done'],
  ]);
  expect(readyProbe(vassalConfig(), 42)).toEqual([]);
});
