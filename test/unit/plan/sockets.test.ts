// Sockets in a plan: bound before the clone, handed to the command, told to it.
import { expect, test } from 'vitest';
import type { SocketSpec } from '../../../src/config/vassal-config.ts';
import { buildPlan } from '../../../src/plan/build.ts';
import { printPlan } from '../../../src/plan/print.ts';
import { socketJson } from '../../../src/plan/print-sockets.ts';
import { AT, located, vassalConfig } from '../../helpers/vassal-config.ts';

const NONE = { mode: undefined, uid: undefined, gid: undefined };
const INET: SocketSpec = {
  ...NONE,
  address: { kind: 'inet', host: '::', port: 80 },
  ...{ name: 'web', backlog: 9 },
};
const PATH: SocketSpec = {
  address: { kind: 'unix', path: '/run/s' },
  ...{ name: 'admin', backlog: 4096, mode: 0o660, uid: undefined, gid: 33 },
};

const context = { environment: {}, uid: 0, terminal: false };
const plan = buildPlan(vassalConfig({ sockets: [located(INET, 3), located(PATH, 4)] }), context);

test('for people', () => {
  expect(printPlan(plan, '').split('\n').slice(0, 4)).toEqual([
    'sockets',
    `    [::]:80 backlog=9 name=web    # ${AT.file}:3`,
    `    /run/s mode=0660 owner=:33 backlog=4096 name=admin    # ${AT.file}:4`,
    'clone (no new namespace)',
  ]);
  expect(socketJson(located(PATH, 4))).toEqual({
    address: '/run/s',
    ...{ name: 'admin', backlog: 4096, mode: 0o660, uid: null, gid: 33, file: AT.file, line: 4 },
  });
});

test('for the command', () => {
  const words = plan.steps.map(({ name, args }) => [name, ...args].join(' '));
  expect(words).toContainEqual(expect.stringMatching(/^pass-fds \d+ 3 4$/));
  const exec = plan.steps.find(({ name }) => name === 'exec')?.args;
  expect(exec).toEqual(
    expect.arrayContaining(['LISTEN_PID=self', 'LISTEN_FDS=2', 'LISTEN_FDNAMES=web:admin']),
  );
  expect(plan.passed?.map(({ fd }) => fd)).toEqual([
    { kind: 'socket', index: 0 },
    { kind: 'socket', index: 1 },
  ]);
});

test('none at all', () => {
  expect(buildPlan(vassalConfig(), context).sockets).toBeUndefined();
  expect(printPlan(buildPlan(vassalConfig(), context), '')).toMatch(/^clone/);
});
