// A run whose control groups are being set up: what ends it before there is a jail. And a jailer that says too much.
import { expect, test } from 'vitest';
import { NO_CGROUP_SETTINGS } from '../../../src/config/cgroup/settings.ts';
import { Run, type RunHandlers } from '../../../src/emperor/run.ts';
import type { LastExit } from '../../../src/emperor/view.ts';
import type { JailParts } from '../../../src/jail/jail.ts';
import { buildPlan } from '../../../src/plan/build.ts';
import { CgroupError } from '../../../src/system/cgroup-error.ts';
import type { VassalGroups } from '../../../src/system/cgroup-vassal.ts';
import { silentOutput } from '../../helpers/silent-output.ts';
import { AT, located, vassalConfig } from '../../helpers/vassal-config.ts';
import { FakeMachine } from '../fuzz/fake-machine.ts';

const GROUPS = { ...NO_CGROUP_SETTINGS, directories: [located('/cg/web')] };
/** No jail can be spawned with these: whoever tries ends with `setup`. */
const NOTHING = {} as JailParts;

interface Ended {
  readonly exit: LastExit;
  readonly settingUp: boolean;
}

const IGNORED: RunHandlers = {
  started: () => {},
  waiting: () => {},
  said: () => {},
  unheard: () => {},
  warned: () => {},
  ready: () => {},
  notify: () => {},
  isAwaited: () => false,
  hookFailed: () => {},
  trouble: () => {},
  ended: () => {},
};

/** Launches a run whose groups are ready when `ready` resolves, and does `meanwhile`. */
function launched(ready: Promise<void>, meanwhile: (run: Run) => void): Promise<Ended> {
  const config = vassalConfig({ cgroup: GROUPS });
  const plan = buildPlan(config, { environment: {}, uid: 0, terminal: false });
  const groups = { setUp: () => ready, newOomKills: () => 0, home: undefined } as unknown as VassalGroups;
  return new Promise((resolve, reject) => {
    const run = new Run({ config, plan, identity: '' }, 0n, silentOutput(), groups, {
      ...IGNORED,
      started: () => reject(new Error('it started')),
      hookFailed: (text) => reject(new Error(text)),
      trouble: reject,
      ended: (exit, settingUp) => resolve({ exit, settingUp }),
    });
    run.launch(NOTHING);
    meanwhile(run);
  });
}

test('killed meanwhile: no jail is made when they are ready', async () => {
  const { exit, settingUp } = await launched(Promise.resolve(), (run) => run.kill('start-timeout'));
  expect(settingUp).toBe(true);
  expect(exit).toMatchObject({ reason: 'timeout-start', signal: null, code: null });
});

test('stopped meanwhile: the end is no failure of the set-up', async () => {
  const { exit } = await launched(Promise.resolve(), (run) => run.kill(undefined));
  expect(exit.reason).not.toBe('setup');
});

test('groups that cannot be: the line, and no jail', async () => {
  const error = new CgroupError('cgroup /cg/web', AT, 'that is on no cgroup file system', 'a hint');
  const { exit, settingUp } = await launched(Promise.reject(error), () => {});
  expect(settingUp).toBe(true);
  expect(exit).toMatchObject({
    reason: 'setup',
    message: `${AT.file}:2:1: cgroup /cg/web: that is on no cgroup file system (a hint)`,
    place: AT,
  });
});

test('what it waits for is told, but not without end', () => {
  const machine = new FakeMachine();
  const config = vassalConfig({});
  const plan = buildPlan(config, { environment: {}, uid: 0, terminal: false });
  let told = 0;
  const handlers = { ...IGNORED, waiting: () => void told++ };
  const run = new Run({ config, plan, identity: '' }, 0n, silentOutput(), machine.groupsOf('web'), handlers);
  run.launch(machine.parts as JailParts);
  const [jail] = machine.jails;
  if (jail === undefined) throw new Error('no jail');
  machine.cloned(jail);
  for (let i = 0; i < 1000; i++) machine.say(jail, `waiting for ${i >> 1}`);
  expect([told, run.waitingFor]).toEqual([64, 'for 499']);
});
