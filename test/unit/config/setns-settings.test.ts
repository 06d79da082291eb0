import { describe, expect, test } from 'vitest';
import { SERVED } from '../../../src/config/setns/values.ts';
import { ANNA, at, config, wrong } from './helpers.ts';

const FULL = 'clone = fs,pid';

describe('joining', () => {
  test('each line is one more, in their order', () => {
    const { setns } = config(['setns = /run/a.sock', 'setns = /run/netns/blue']);
    expect(setns).toEqual({
      join: [
        { value: '/run/a.sock', at: at(2) },
        { value: '/run/netns/blue', at: at(3) },
      ],
      serve: undefined,
    });
  });

  test('a path is absolute', () => {
    expect(wrong(['setns = a.sock'])[0]).toMatch(/^2:9-15 bad-value: .* did you mean `\/etc\/tsjail/);
  });

  test('not from within a user namespace', () => {
    expect(wrong(['clone = user', 'setns = /run/a.sock'])).toEqual([
      '3:9-20 contradiction: from within a new user namespace nothing outside of it can be joined',
    ]);
    expect(wrong([FULL, 'setns = /run/a.sock'], { facts: ANNA })).toEqual([
      '3:9-20 contradiction: from within the user namespace that comes without root nothing outside of it can be joined',
    ]);
    expect(wrong(['setns = /run/a.sock'], { facts: ANNA })).toEqual([]);
    expect(wrong(['clone = usr', 'setns = /run/a.sock'])).toHaveLength(1);
  });

  test('pids are new or joined, not both; of a socket nobody knows yet', () => {
    expect(wrong([FULL, 'setns = /proc/12/ns/pid'])).toEqual([
      '3:9-24 contradiction: a new pid namespace and a joined one do not go together',
    ]);
    expect(wrong([FULL, 'setns = /proc/12/ns/net', 'setns = /run/a.sock'])).toEqual([]);
  });
});

describe('serving', () => {
  const offered = (...lines: string[]) =>
    config([FULL, 'setns-socket = /run/ns.sock', ...lines]).setns.serve?.value.offered;

  test('all that there are, less what is skipped, by the names of /proc or of `clone`', () => {
    expect(offered()).toEqual(SERVED);
    expect(SERVED).not.toContain('user');
    expect(offered('setns-skip = time,time_for_children', 'setns-socket-skip = user')).toEqual(
      SERVED.slice(0, -2),
    );
    expect(offered('setns-socket-skip = fs pid')).not.toContain('mnt');
    expect(offered('setns-preopen')).toEqual(SERVED);
  });

  test('a name that is none', () => {
    expect(wrong([FULL, 'setns-socket = /run/ns.sock', 'setns-skip = net,cgrop'])).toEqual([
      '4:18-23 bad-value: no namespace is called `cgrop` under /proc/PID/ns; did you mean `cgroup`?',
    ]);
  });

  test('a path that is too long for a socket', () => {
    const lines = (length: number) => [FULL, `setns-socket = /${'x'.repeat(length - 1)}`];
    expect(wrong(lines(107))).toEqual([]);
    expect(wrong(lines(108))).toEqual(['3:16-124 bad-value: the path of a socket has at most 107 bytes']);
  });

  test('without an init there is nobody to serve', () => {
    expect(wrong([FULL, 'setns-socket = /run/ns.sock', 'init = false'])).toEqual([
      '3:16-28 contradiction: `init = false` leaves nobody to serve `setns-socket`',
    ]);
  });

  test('what says nothing is warned of', () => {
    expect(wrong(['setns-skip = net', 'setns-preopen'])).toEqual([
      '2:14-17 !no-effect: `setns-socket-skip` says nothing without `setns-socket`',
      '3:1-14 !no-effect: `setns-preopen` says nothing without `setns-socket`',
    ]);
    expect(wrong(['setns-socket = /run/ns.sock'])).toEqual([
      '2:16-28 !no-effect: this vassal has no namespaces of its own: it would hand out those of the daemon',
    ]);
    expect(wrong(['setns-socket = /run/ns.sock', 'setns = /run/other.sock'])).toEqual([]);
    expect(wrong(['setns-socket = /run/ns.sock', 'unshare = uts'])).toEqual([]);
  });
});
