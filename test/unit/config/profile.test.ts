// Which profile a vassal gets where none is said, and what it does to whom.
import { describe, expect, test } from 'vitest';
import { buildPlan } from '../../../src/plan/build.ts';
import { printStep } from '../../../src/plan/print.ts';
import { config, parse } from './helpers.ts';

const CONTEXT = { environment: {}, uid: 0, terminal: false };
const JAIL = 'clone = fs,pid';

function steps(...lines: string[]): string[] {
  return buildPlan(config(lines), CONTEXT).steps.map(printStep);
}

describe('which', () => {
  test.each([
    [[], 'open', 'without fs'],
    [['clone = fs'], 'open', 'without pid'],
    [['clone = pid,net,ipc,uts'], 'open', 'without fs'],
    [[JAIL], 'container', 'fs and pid'],
    [['clone = pid', 'unshare = fs'], 'container', 'fs and pid'],
    [['clone = fs', 'chroot = /srv'], 'container', 'a root of its own'],
    [['namespace = /srv'], 'container', 'fs and pid'],
    [[JAIL, 'profile = open'], 'open', 'the config says so'],
    [[JAIL, 'profile = strict'], 'strict', 'the config says so'],
  ] as const)('%j: %s', (lines, profile, reason) => {
    const made = config(lines);
    expect(made.profile).toBe(profile);
    expect(made.profileReason).toContain(reason);
  });

  test.each([
    [['socket = :1'], 'container'],
    [['hook-as-root = mount:proc none /proc'], 'open'],
    [['hook-as-root = exec:chown app /srv'], 'container'],
    [['pivot_root = /ns /ns/.old'], 'open'],
    [['unshare = fs'], 'open'],
    [['cap = net_admin'], 'open'],
  ] as const)('of uWSGI itself with %j: %s', (lines, profile) => {
    const text = ['[uwsgi]', ...lines, '[vassal]', JAIL, ''].join('\n');
    expect(parse(text).config?.profile).toBe(profile);
  });
});

describe('root of the host', () => {
  const isReadOnly = (...lines: string[]) => steps(...lines).includes('read-only');

  test.each([
    [[], true],
    [['uid = root'], true],
    [['uid = www-data'], false],
    [['uid = www-data', 'cap = net_bind_service'], false],
    [['uid = www-data', 'cap = dac_override'], true],
    [['clone = user'], false],
    [['clone = user', 'uid-map = 0:0:10', 'gid-map = 0:0:10'], true],
    [['read-only = false'], false],
    [['uid = www-data', 'read-only = true'], true],
    [['uid = www-data', 'profile = strict'], true],
    [['namespace = /srv'], false],
  ] as const)('%j: its files are read-only: %s', (lines, expected) => {
    expect(isReadOnly(JAIL, ...lines)).toBe(expected);
  });

  test('of uWSGI that takes another user before it loads anything they are as ever', () => {
    const planOf = (...lines: string[]) => {
      const text = ['[uwsgi]', ...lines, '[vassal]', JAIL, ''].join('\n');
      const made = parse(text).config;
      return made ? buildPlan(made, CONTEXT).steps.map(printStep) : [];
    };
    expect(planOf()).toContain('read-only');
    expect(planOf('uid = www-data')).not.toContain('read-only');
    for (const root of ['uid = root', 'uid = 0', 'uid = $(WHO)']) expect(planOf(root)).toContain('read-only');
    expect(planOf('uid = www-data', 'master-as-root = true')).toContain('read-only');
  });

  test('keeps /tmp, and finds no services of the host in /run', () => {
    const all = steps(JAIL);
    expect(all).toContain('put-bind-if-there /tmp /tmp 16384'.replace('16384', 'rec'));
    expect(all).toContain('put-mount-if-there tmpfs /run nosuid,nodev mode=755,size=64m');
    expect(steps(JAIL, 'tmpfs = /run').filter((each) => each.includes(' /run '))).toHaveLength(1);
    expect(steps(JAIL, 'uid = www-data').join('\n')).not.toContain('/run ');
  });
});

test('/sys is read-only with the root of the host, and sealed where it is not, or where something is put into it', () => {
  expect(steps(JAIL)).toContain('seal /proc/sys');
  expect(steps(JAIL)).not.toContain('seal /sys');
  const others = [
    'uid = www-data',
    'bind = /sys/fs/cgroup',
    'tmpfs = /sys',
    'exec-as-root = true',
    'namespace = /srv',
  ];
  for (const line of others) expect(steps(JAIL, line)).toContain('seal /sys');
});

test('a source that /dev or /run hides by then is taken before', () => {
  const all = steps(JAIL, 'bind = /dev/fuse', 'bind = /run/php');
  const dev = all.findIndex((each) => each.startsWith('put-dev'));
  for (const path of ['/dev/fuse', '/run/php']) {
    const held = all.indexOf(`hold-tree ${path} rec`);
    expect(held).toBeGreaterThanOrEqual(0);
    expect(held).toBeLessThan(dev);
  }
});

test('in a root of its own nothing is mounted for a number that is not root', () => {
  const mounts = (...lines: string[]) =>
    steps('namespace = /srv', ...lines).filter((each) => /^(mask|seal|put-dev)/.test(each));
  expect(mounts('uid = 1000', 'gid = 1000')).toEqual([]);
  expect(mounts().length).toBeGreaterThan(10);
  // Whom a name stands for is known in there only.
  expect(mounts('uid = www-data').length).toBeGreaterThan(10);
});

test('what is said of capabilities wins, and a limit for all is none for this one alone', () => {
  const bounding = (...lines: string[]) =>
    steps(JAIL, ...lines).find((each) => each.startsWith('bounding-set')) ?? '';
  expect(bounding()).not.toContain('sys_admin');
  expect(bounding('cap = sys_admin')).toBe('bounding-set sys_admin:21');
  expect(bounding('cap-ambient = net_admin')).toMatch(/net_admin:12.* chown|chown.*net_admin:12/);
  expect(bounding('clone = fs', 'chroot = /srv')).not.toContain('sys_chroot');
});
