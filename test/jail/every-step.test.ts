// A start that fails, or is given up, at any one of its steps leaves nothing on the host: no mount, no process, no descriptor
// of ours; one that fails no name in its root either.
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Plan, type Step, step } from '../../src/plan/step.ts';
import { held, settled } from '../helpers/held.ts';
import { configOf } from '../helpers/ini-jail.ts';
import { planOf, runJail, startJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { namesBelow, smallRoot } from '../helpers/small-root.ts';
import { until } from '../helpers/until.ts';
import { located } from '../helpers/vassal-config.ts';

const ID = 100_000;
const PHASE = step('hook-phase', ['test', 60_000]);
const FAILS = [PHASE, step('hook-umount', ['/no/such', 0])];
const HANGS = [PHASE, step('hook-print', ['hanging']), step('hook-wait', ['fs', '/no/such'])];

const KINDS = {
  'a full jail': ['clone = fs,net,ipc,uts,pid', 'hostname = inner'],
  'without a pid namespace': ['clone = fs'],
  'in a user namespace': ['clone = user,fs,net,ipc,uts,pid'],
  'without an init': ['clone = fs,pid', 'init = false'],
  'with reforks': ['clone = fs', 'unshare = pid', 'refork-as-root = true', 'refork-post-jail = true'],
};

const MORE = [
  'bind-ro = /etc:/new/deep/etc',
  'bind = /etc/hostname:/new/file',
  'tmpfs = /run/other',
  'overlay = /etc:/run/etc',
  'dev = minimal',
  'mask = /etc/secret',
  'read-only = true',
  'hook-as-vassal = exec:true',
  'hook-as-root = exec:true',
  'hook-as-user = exec:(sleep 1000 &)',
  'uid = 33',
  'gid = 33',
];

const LATER = ['hook-as-user-atexit = exec:true', 'hook-emperor-stop = exec:true'];

interface Subject {
  readonly plan: Plan;
  readonly path: string;
}

function subject(lines: readonly string[]): Subject {
  const { path, lines: complete } = smallRoot();
  for (const name of ['dev', 'run', 'etc']) mkdirSync(join(path, name), { recursive: true });
  if (lines.some((line) => line.includes('user')))
    for (const name of ['.', 'run', 'dev', 'etc']) chownSync(join(path, name), ID, ID);
  const more = lines.some((line) => line.startsWith('init')) ? MORE : [...MORE, ...LATER];
  const config = configOf([
    'profile = open',
    ...lines,
    `namespace = ${path}`,
    ...complete,
    ...more,
    'command = /no/such',
  ]);
  return { plan: planOf(config), path };
}

/** Every plan that has `put` at one place more; not among the steps that another process does later. */
function plansWith({ steps, ...plan }: Plan, put: readonly Step[]): { plan: Plan; after: string }[] {
  const later = steps.findIndex(({ name }) => name === 'hook-later');
  const end = steps.findIndex(({ name }) => name === 'hook-done');
  const places = steps.map((_, index) => index).filter((index) => index <= later || index > end);
  return places.map((index) => ({
    plan: { ...plan, steps: [...steps.slice(0, index), ...put, ...steps.slice(index)] },
    after: `${index}: ${steps[index - 1]?.name}`,
  }));
}

describeRoot('a start', () => {
  test.each(Object.entries(KINDS))(
    '%s that fails at any step',
    async (_kind, lines) => {
      const { plan, path } = subject(lines);
      await runJail({ command: located(['true']) });
      const before = await settled(path);
      const names = namesBelow(path);
      for (const { plan: failing, after } of plansWith(plan, FAILS)) {
        expect.soft((await runJail({}, { plan: failing })).said, after).toMatch(/ENOENT/);
        await until(`nothing left after ${after}`, () => held(path) === before);
        if (plan.steps.some(({ name, args }) => name === 'init' && args[3] !== '0')) continue;
        expect.soft(namesBelow(path), after).toEqual(names);
      }
    },
    60_000,
  );

  test.each(Object.entries(KINDS))(
    '%s that is given up at any step',
    async (_kind, lines) => {
      const { plan, path } = subject(lines);
      await runJail({ command: located(['true']) });
      const before = await settled(path);
      for (const { plan: hanging, after } of plansWith(plan, HANGS)) {
        const jail = startJail({}, { plan: hanging });
        await jail.said(/hanging/);
        jail.process.kill();
        await jail.end;
        await until(`nothing left after ${after}`, () => held(path) === before);
      }
    },
    60_000,
  );
});
