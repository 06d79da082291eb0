// The plan of `tsjail enter`: what must come before what.
import { describe, expect, test } from 'vitest';
import { type Entering, enterPlan } from '../../../src/plan/enter.ts';

const NET = { name: 'net_bind_service', number: 10, since: undefined };
const PLAIN: Entering = {
  pid: 42,
  startTicks: '1234',
  groups: ['/sys/fs/cgroup/tsjail/vassals/web'],
  groupsMayFail: false,
  as: { uid: 0, gid: 0, groups: [] },
  keepsGroups: false,
  bounding: [NET],
  ambient: [],
  noNewPrivs: false,
  terminal: false,
  directory: '/srv',
  command: ['ls', '-l'],
  shell: undefined,
  environment: ['PATH=/bin'],
};

function steps(changes: Partial<Entering> = {}): string[] {
  return enterPlan('web', { ...PLAIN, ...changes }).steps.map(({ name, args }) => [name, ...args].join(' '));
}

describe('enter', () => {
  test('nothing can be looked at before it is entered, and every right is given up before the fork', () => {
    expect(steps()).toEqual([
      'session',
      'not-dumpable',
      'enter 42 1234',
      'enter-cgroup 5 /sys/fs/cgroup/tsjail/vassals/web must-work',
      'find-user 0',
      'user-environment HOME USER LOGNAME SHELL',
      'bounding-set net_bind_service:10',
      'keep-caps',
      'groups',
      'gid 0',
      'uid 0',
      'trim-capabilities',
      'init -1 -1 6 0',
      'rlimit 7 1024 -',
      'umask 22',
      'chdir-or-root /srv',
      'signals',
      'death-signal',
      'close-fds',
      'exec 2 ls -l PATH=/bin',
    ]);
  });

  test('as somebody of the jail, on a terminal that is his', () => {
    const all = steps({ as: { user: 'www-data' }, terminal: true, ambient: [NET], noNewPrivs: true });
    expect(all).toContain('find-user www-data');
    expect(all.indexOf('own-terminal')).toBeLessThan(all.indexOf('uid found'));
    expect(all.indexOf('terminal')).toBeGreaterThan(all.indexOf('init -1 -1 6 0'));
    expect(all).toContain('ambient-unless-root net_bind_service:10');
    expect(all).toContain('no-new-privs');
  });

  test('where setgroups is denied the groups stay', () => {
    expect(steps({ keepsGroups: true }).some((each) => each.startsWith('groups'))).toBe(false);
  });

  test.each([
    ['/bin/zsh', 'other-programs 2 /bin/zsh /bin/bash'],
    ['/usr/sbin/nologin', 'other-programs 1 /bin/bash'],
    ['/bin/bash', 'other-programs 1 /bin/bash'],
    ['zsh', 'other-programs 1 /bin/bash'],
    [undefined, 'other-programs 1 /bin/bash'],
  ])('a shell when nothing is said: %s first', (shell, expected) => {
    const all = steps({ command: undefined, shell });
    expect(all.slice(-2)).toEqual([expected, 'exec 1 /bin/sh PATH=/bin']);
  });
});
