// How an end is told: in full for the log, in brief for a table.
import { expect, test } from 'vitest';
import { type EndFacts, lastExit } from '../../../src/emperor/exit-words.ts';
import { OutsideError } from '../../../src/jail/outside.ts';
import type { Plan } from '../../../src/plan/step.ts';

const AT = { file: '/v/web.ini', line: 7, column: 1 };
const PLAN: Plan = {
  name: 'web',
  cloneFlags: 0,
  steps: [{ name: 'chdir', args: ['/x'], at: AT }],
  outside: undefined,
  cgroups: undefined,
  ownPidNamespace: false,
  hostSockets: [],
  owner: undefined,
};
const EXITED = { code: 3, signal: null, core: false, userUsec: 0, systemUsec: 0, maxRssKib: 0 };
const ENOENT = 2;
const WITHOUT_WORDS = 999;

const end = (facts: Partial<EndFacts>) =>
  lastExit({
    command: EXITED,
    init: null,
    failure: undefined,
    killed: undefined,
    oomKills: 0,
    waitingFor: null,
    uptimeMs: 12,
    at: 0,
    ...facts,
  });

const failed = (errno: number, detail = ''): EndFacts['failure'] => ({
  plan: PLAN,
  failure: { kind: 'step', failure: { step: 0, errno, detail } },
});

test('how long it ran is of no use in a table', () => {
  expect(end({})).toMatchObject({
    message: 'exited with code 3 after 12 ms',
    brief: 'exited with code 3',
    place: null,
  });
});

const KILLED = { ...EXITED, code: null, signal: 9 };
const INIT_KILLED = { ...KILLED };

test.each([
  ['the command was the victim', { command: KILLED, oomKills: 1 }, 'oom-kill', 'out of memory: killed'],
  ['its init too', { command: null, init: INIT_KILLED, oomKills: 3 }, 'oom-kill', 'out of memory: killed'],
  ['another signal', { command: KILLED, oomKills: 0 }, 'signal', 'killed by SIGKILL'],
  [
    'by us',
    { command: KILLED, killed: 'stop-timeout', oomKills: 1 },
    'timeout-stop',
    'did not end within stop-timeout: killed; out of memory: 1 of its processes was killed',
  ],
  [
    'others were the victims',
    { oomKills: 2 },
    'exit-code',
    'exited with code 3; out of memory: 2 of its processes were killed',
  ],
] as const)('out of memory: %s', (_who, facts, reason, brief) => {
  expect(end(facts)).toMatchObject({ reason, brief });
});

test('a core is told, in brief too', () => {
  const command = { ...EXITED, code: null, signal: 11, core: true };
  expect(end({ command })).toMatchObject({ reason: 'core-dump', brief: 'killed by SIGSEGV (core dumped)' });
});

test('a start that took too long has not run at all', () => {
  const { message, brief } = end({ killed: 'start-timeout', command: null, uptimeMs: null });
  expect([message, brief]).toEqual(Array(2).fill('not started within start-timeout: killed'));
});

test('of a failed step the place is data, and the name of the errno for the log', () => {
  expect(end({ failure: failed(ENOENT, 'a hint') })).toMatchObject({
    reason: 'setup',
    message: '/v/web.ini:7:1: chdir /x: ENOENT, no such file or directory (a hint)',
    brief: 'chdir /x: no such file or directory (a hint)',
    place: AT,
  });
  expect(end({ failure: failed(WITHOUT_WORDS) }).brief).toBe('chdir /x: errno 999');
});

test('what a start that took too long was waiting for', () => {
  const late = { command: null, killed: 'start-timeout', uptimeMs: null } as const;
  expect(end(late)).toMatchObject({ brief: 'not started within start-timeout: killed' });
  expect(end({ ...late, waitingFor: '/run/x.sock' })).toMatchObject({
    reason: 'timeout-start',
    message: 'not started within start-timeout, waiting for /run/x.sock: killed',
  });
});

test('what a helper said, at the line that asked for its work', () => {
  const error = new OutsideError('uid-map', AT, 'newuidmap: write to uid_map failed');
  const failure = { plan: PLAN, failure: { kind: 'outside', error } } as const;
  expect(end({ command: null, failure })).toMatchObject({
    message: '/v/web.ini:7:1: uid-map: newuidmap: write to uid_map failed',
    brief: 'uid-map: newuidmap: write to uid_map failed',
    place: AT,
  });
});
