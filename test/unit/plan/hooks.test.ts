// Where hooks stand in a plan, and what helpers beside the jail are given to do.
import { describe, expect, test } from 'vitest';
import { buildPlan } from '../../../src/plan/build.ts';
import { encodePlan } from '../../../src/plan/encode.ts';
import { printPlan, printStep } from '../../../src/plan/print.ts';
import type { Step } from '../../../src/plan/step.ts';
import { config } from '../config/helpers.ts';

const CONTEXT = { environment: { PATH: '/bin' }, uid: 0, terminal: false };
const planFor = (...lines: string[]) => buildPlan(config(lines), CONTEXT);
const names = (steps: readonly Step[]) => steps.map(({ name }) => name);
const printed = (steps: readonly Step[]) => steps.map(printStep);
const marked = (...phases: string[]) => phases.map((phase) => `hook-${phase} = print:${phase}`);

test('without hooks there is nothing of them', () => {
  const plan = planFor('clone = fs,pid');
  expect(names(plan.steps).filter((name) => /hook|helper/.test(name))).toEqual([]);
  expect(plan.hooks).toBeUndefined();
});

test('each phase has its place among the other steps', () => {
  const phases = ['asap', 'as-vassal', 'pre-jail', 'post-jail', 'in-jail', 'as-root', 'as-user'];
  const { steps } = planFor(
    'clone = fs,pid',
    'unshare = net',
    'unshare2 = uts',
    'chroot = /srv',
    'uid = 33',
    'gid = 33',
    ...marked(...phases.toReversed()),
  );
  const order = steps.flatMap(({ name, args }) => {
    if (name === 'hook-print') return [args[0]];
    return ['private-mounts', 'unshare', 'chroot', 'init', 'uid', 'exec'].includes(name) ? [name] : [];
  });
  expect(order.join(' ')).toBe(
    'private-mounts asap as-vassal pre-jail unshare post-jail chroot unshare in-jail as-root init uid as-user exec',
  );
});

test('what they share is said once, before the first of them', () => {
  const { steps } = planFor('uid = 33', ...marked('as-root', 'as-user'));
  const lines = printed(steps).filter((line) => line.startsWith('hook-'));
  expect(lines).toEqual([
    'hook-environment PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TSJAIL_VASSAL=web TSJAIL_UID=33 TSJAIL_GID=33 UWSGI_VASSALS_DIR=/etc/tsjail/vassals UWSGI_VASSAL_CONFIG=/etc/tsjail/vassals/web.ini UWSGI_VASSAL_UID=33 UWSGI_VASSAL_GID=33',
    'hook-phase as-root 60000',
    'hook-print as-root',
    'hook-phase as-user 60000',
    'hook-print as-user',
  ]);
});

test('each action has the line that asked for it', () => {
  const { steps } = planFor('hook-timeout = 2', 'hook-as-root = exec:true');
  expect(steps.find(({ name }) => name === 'hook-exec')?.at?.line).toBe(3);
  expect(printed(steps)).toContain('hook-phase as-root 2000');
});

test('what comes after the exec is left to another process, all of it', () => {
  const { steps } = planFor(...marked('as-user-atexit', 'emperor-stop'));
  const start = names(steps).indexOf('hook-later');
  expect(printed(steps.slice(start, start + 8))).toEqual([
    'hook-later 7 420000',
    'hook-on emperor-stop',
    'hook-phase emperor-stop 60000',
    'hook-print emperor-stop',
    'hook-on as-user-atexit',
    'hook-phase as-user-atexit 60000',
    'hook-print as-user-atexit',
    'hook-done',
  ]);
  expect(steps[start + 8]?.name).toBe('signals');
});

describe('beside the jail', () => {
  test('each phase is a plan of its own, and the jailer waits where it must', () => {
    const { steps, hooks } = planFor(
      'clone = net',
      ...marked('as-emperor', 'as-emperor-before-vassal'),
      'hook-as-emperor-setns = net print:inside',
    );
    expect(names(steps).slice(2, 4)).toEqual(['await-hooks', 'loopback-up']);
    const helper = ['session', 'helper', 'chdir-or-root', 'hook-environment', 'hook-phase'];
    expect(hooks?.beforeVassal.map(names)).toEqual([[...helper, 'hook-print', 'hook-done']]);
    expect(hooks?.asEmperor.map(names)).toEqual([
      [...helper, 'hook-print', 'hook-done'],
      [...helper, 'hook-join', 'hook-print', 'hook-done'],
    ]);
    expect(hooks?.asEmperor[1]?.find(({ name }) => name === 'hook-join')?.args).toEqual([
      String(0x4000_0000),
    ]);
    expect(hooks?.postJail).toEqual([]);
  });

  test('post-jail is there with `namespace`, and only there', () => {
    const inside = planFor('clone = fs', ...marked('post-jail'));
    expect(names(inside.steps)).not.toContain('await-hooks');
    const outside = planFor('namespace = /srv', 'uid = 33', 'gid = 33', ...marked('post-jail'));
    expect(printed(outside.steps)).toContain('await-hooks post-jail');
    expect(names(outside.steps)).not.toContain('hook-print');
    expect(names(outside.hooks?.postJail[0] ?? [])).toContain('hook-print');
  });

  test('only what is mounted on the host is marked to be undone', () => {
    const mount = (...lines: string[]) =>
      planFor(...lines)
        .steps.filter(({ name }) => name === 'hook-mount')
        .map(({ args }) => args[5]);
    expect(mount('mount-asap = tmpfs none /t')).toEqual(['on-host']);
    expect(mount('clone = fs', 'mount-asap = tmpfs none /t')).toEqual([undefined]);
    expect(mount('unshare = fs', 'mount-pre-jail = tmpfs none /t', 'mount-as-root = tmpfs none /t')).toEqual([
      'on-host',
      undefined,
    ]);
    // There a path means something else to the Emperor.
    expect(mount('chroot = /srv', 'mount-as-root = tmpfs none /t')).toEqual([undefined]);
  });
});

describe('a pid namespace that is unshared', () => {
  const order = (...lines: string[]) =>
    planFor('unshare = pid,net', ...lines)
      .steps.filter(({ name }) => /^(unshare|refork|hook-exec|init)$/.test(name))
      .map(({ name, args }) => (name === 'unshare' ? `${name} ${args[0]}` : name));

  test('is made late when a program of a hook would be its pid 1', () => {
    const [net, pid] = [0x4000_0000, 0x2000_0000];
    expect(order('refork = true', 'exec-as-root = x')).toEqual([
      `unshare ${net}`,
      'hook-exec',
      `unshare ${pid}`,
      'refork',
      'init',
    ]);
    expect(order('refork-post-jail = true', 'exec-as-root = x')).toEqual([
      `unshare ${net + pid}`,
      'refork',
      'hook-exec',
      'init',
    ]);
    expect(order('refork = true')).toEqual([`unshare ${net + pid}`, 'refork', 'init']);
  });
});

test('what is done beside the jail is shown behind its own steps', () => {
  const plan = planFor('clone = net', 'hook-as-emperor-setns = net !exec:x', 'exec-as-emperor = true');
  const lines = printPlan(plan, '').split('\n');
  const start = lines.findIndex((line) => line.startsWith('beside'));
  expect(lines.slice(start).filter((line) => /^beside|exec/.test(line))).toEqual([
    'beside the jail: as-emperor',
    '    hook-exec true must-work    # /etc/tsjail/vassals/web.ini:4',
    'beside the jail: as-emperor-setns',
    "    hook-exec '(hidden)'    # /etc/tsjail/vassals/web.ini:3",
  ]);
});

test('hidden arguments are for the jailer alone', () => {
  const plan = planFor('hook-as-root = !exec:secret');
  expect(printed(plan.steps).join('\n')).not.toContain('secret');
  expect(encodePlan(plan)).toContain('secret');
});
