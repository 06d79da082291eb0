// Older kernels and the filters of containers: what they lack is done another way, or told with its name.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import { denying, useDeny } from '../helpers/deny.ts';
import { emperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { smallRoot } from '../helpers/small-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

useDeny();

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
/** Prints what a clean start must look like. */
const INSIDE =
  'cd /proc; echo [0-9]*; cd /proc/self/fd; echo *; grep -c 0000000000000000 /proc/self/status; uname -n';

/** All that a process can see of its jail, less what is another one each time. */
const ALL_OF_IT = [
  'cd /proc; echo [0-9]*; ls -l /proc/self/fd | wc -l',
  "grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Sig(Blk|Ign|Cgt|Pnd)|Shd)' /proc/self/status",
  'uname -n; cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups; umask; ulimit -a',
  // Of mounts on one another the last one counts: what is below it is not to be seen.
  `awk '{at = $5; $1 = $2 = $3 = ""; on[at] = $0} END {for (at in on) print on[at]}' /proc/self/mountinfo | sort`,
  'ls -ld / /proc/sys /dev/* 2>/dev/null | cut -c1-10; ls /sys/class/net 2>/dev/null',
].join('; ');
const LANDLOCK = ['landlock_create_ruleset', 'landlock_add_rule', 'landlock_restrict_self'];

describeRoot('a full jail works', () => {
  test.each([
    ['without clone3', ['clone3=ENOSYS']],
    ['without pidfd_getfd', ['pidfd_getfd=EPERM']],
    ['without close_range', ['close_range=ENOSYS']],
    ['without SCHED_BATCH', ['sched_setscheduler=EPERM']],
    [
      'without all of them',
      ['clone3=ENOSYS', 'pidfd_getfd=EPERM', 'close_range=ENOSYS', 'sched_setscheduler=EPERM'],
    ],
  ])('%s', async (_what, calls) => {
    const args = ['run', '--clone=fs,net,ipc,uts,pid,cgroup', '--hostname=box', '--', 'sh', '-c', INSIDE];
    const plain = await tsjail(args);
    const denied = await tsjail(args, { wrapper: denying(...calls) });
    expect(denied).toEqual(plain);
    expect(denied).toMatchObject({ code: 0, stderr: '' });
    expect(denied.stdout).toMatch(/^1 2\n0 1 2( 3)?\n/);
  });

  test.each([
    ['as root', 'fs,pid'],
    ['in a user namespace', 'fs,pid,user'],
  ])('with parts that are read-only, without mount_setattr, %s', async (_what, clone) => {
    // Of mounts on one another the last one counts: what is below it is not to be seen.
    const mounts = ['--bind-ro=/dev:/mnt', '--bind-ro=/etc/hostname:/etc/hosts', '--read-only=true'];
    const script =
      "awk '{on[$5] = $6} END {for (at in on) print at, on[at]}' /proc/self/mountinfo | sort; echo x > /mnt/shm/x; echo x > /etc/hosts";
    const args = ['run', `--clone=${clone}`, ...mounts, '--', 'sh', '-c', script];
    const plain = await tsjail(args);
    expect(plain.stdout).toMatch(/^\/ ro,.*\n(.*\n)*\/mnt\/shm ro,/);
    for (const error of ['ENOSYS', 'EPERM'])
      expect(await tsjail(args, { wrapper: denying(`mount_setattr=${error}`) })).toEqual(plain);
  });

  /** Linux 5.10 as far as the jailer can tell: mount_setattr came with 5.12, Landlock with 5.13, CLOSE_RANGE_CLOEXEC with 5.11. */
  const OLDEST = ['mount_setattr=ENOSYS', 'close_range=EINVAL', ...LANDLOCK.map((call) => `${call}=ENOSYS`)];
  /** A container's filter that knows nothing newer than itself. */
  const CONTAINER = [
    ...['pidfd_getfd', 'close_range', 'mount_setattr', 'keyctl', ...LANDLOCK],
    'sched_setscheduler',
  ]
    .map((call) => `${call}=EPERM`)
    .concat('clone3=ENOSYS');

  describe.each([
    ['as on Linux 5.10', OLDEST],
    ['behind a filter of a container', CONTAINER],
  ])('%s', (_where, calls) => {
    test.each([
      ['by default', ['--clone=fs,net,ipc,uts,pid,cgroup']],
      ['of the strict filter', ['--clone=fs,net,ipc,uts,pid', '--seccomp=strict']],
      ['with user namespace', ['--clone=user,fs,net,ipc,uts,pid']],
      ['as in the days of old', ['--clone=fs,pid', '--profile=open']],
      ['without an init', ['--clone=fs,pid', '--init=false']],
      [
        'with mounts of every kind',
        [
          '--clone=fs,pid',
          '--bind-ro=/etc:/mnt',
          '--tmpfs=/srv',
          '--dev=minimal',
          '--mask=/root',
          '--read-only=true',
        ],
      ],
    ])('it is the same jail: %s', async (_what, flags) => {
      const args = ['run', ...flags, '--hostname=box', '--', 'sh', '-c', ALL_OF_IT].filter(
        (flag) => flag !== '--hostname=box' || flags[0]?.includes('uts'),
      );
      const plain = await tsjail(args);
      expect(plain).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^CapBnd/m) });
      expect(await tsjail(args, { wrapper: denying(...calls) })).toEqual(plain);
    });

    test('Landlock that is asked for and not there is told', async () => {
      const args = ['run', '--clone=fs,pid', '--landlock-ro=/', '--', 'true'];
      const { stderr } = await tsjail(args, { wrapper: denying(...calls) });
      expect(stderr).toMatch(/[Ll]andlock/);
    });
  });

  test('a mount that the root of a user namespace may not enter is read-only too, without mount_setattr', async () => {
    const inner = join(tempDirectory(), 'inner');
    mkdirSync(inner);
    chmodSync(dirname(inner), 0o755);
    const prepare = `mount -t tmpfs -o mode=700 none ${inner} && exec "$@"`;
    const script = 'grep -o " /srv/[^ ]* ro," /proc/self/mountinfo';
    const args = ['run', '--clone=fs,pid,user', `--bind-ro=${dirname(inner)}:/srv`, '--', 'sh', '-c', script];
    const wrapper = ['unshare', '-m', 'sh', '-c', prepare, 'sh', ...denying('mount_setattr=ENOSYS')];
    expect(await tsjail(args, { wrapper })).toEqual({
      code: 0,
      signal: null,
      stdout: ' /srv/inner ro,\n',
      stderr: '',
    });
  });

  test('without clone3 it still is in its own cgroup, whose namespace has it as the root', async () => {
    const args = ['run', '--clone=cgroup', '--', 'sh', '-c', 'grep ^0: /proc/self/cgroup'];
    expect((await tsjail(args, { wrapper: denying('clone3=ENOSYS') })).stdout).toBe('0::/\n');
  });

  test('with every exit and signal told as usual', async () => {
    const daemon = await emperor({
      wrapper: denying('clone3=ENOSYS', 'pidfd_getfd=EPERM', 'close_range=ENOSYS'),
      files: {
        'a.ini': vassal('command = sleep 1000', 'clone = fs,pid', 'stable-after = 0'),
        'b.ini': vassal('command = sleep 1000'),
      },
    });
    for (const name of ['a', 'b']) {
      const { pid, cgroup } = await daemon.running(name);
      expect(readFileSync(`${cgroup}/cgroup.procs`, 'utf8').split('\n')).toContain(String(pid));
    }
    process.kill((await daemon.view('a'))?.pid ?? 0, 'SIGKILL');
    expect(
      await daemon.until('a', (view) => view?.generation === 2 && view.state === 'running'),
    ).toMatchObject({
      lastExit: { signal: 'SIGKILL' },
    });
    await daemon.act('stop', 'b');
    expect(await daemon.view('b')).toMatchObject({ state: 'stopped', lastExit: { signal: 'SIGTERM' } });
  });
});

describeRoot('each call of the jailer that fails is named, and nothing is left', () => {
  test.each([
    ['mount=EPERM', /private-mounts: EPERM/],
    ['setsid=ENOSYS', /session: ENOSYS/],
    ['sethostname=ENOSYS', /hostname box: ENOSYS/],
    ['setresuid=EPERM', /(init|uid) .*EPERM/],
    ['setgroups=ENOSYS', /(init|groups) .*ENOSYS/],
    ['signalfd4=EMFILE', /init .*EMFILE/],
  ])('%s', async (call, told) => {
    const args = ['run', '--clone=fs,uts,pid', '--hostname=box', '--uid=daemon', '--', 'true'];
    const { code, stderr } = await tsjail(args, { wrapper: denying(call) });
    expect([code, stderr]).toEqual([125, expect.stringMatching(told)]);
  });

  test('memfd_create=ENOMEM', async () => {
    const { code, stderr } = await tsjail(['run', '--', 'true'], { wrapper: denying('memfd_create=ENOMEM') });
    expect([code, stderr]).toEqual([125, expect.stringContaining('memfd_create')]);
  });
});

describeRoot('a vassal in the pids of the host, without a procfs', () => {
  test('says nothing to its init about whom it ends, by a /proc of its own', async () => {
    const { path, lines } = smallRoot();
    chownSync(join(path, 'proc'), 1, 1);
    const victim = spawn('sleep', ['1000']);
    const ended = once(victim, 'exit');
    const lie = `ln -s $PPID /proc/self; mkdir /proc/thread-self; echo '${victim.pid} ' >/proc/thread-self/children; setsid -f sleep 1000; test $PPID -gt 1`;
    const flags = lines.map((line) => `--${line.replace(' = ', '=')}`);
    const args = ['run', '--clone=fs', `--chroot=${path}`, '--proc=off', '--uid=1', '--gid=1', ...flags];
    const { code, stderr } = await tsjail([...args, '--', 'sh', '-c', lie], {
      wrapper: denying('fsopen=EPERM'),
    });
    victim.kill('SIGTERM');
    expect([code, stderr, await ended]).toEqual([0, '', [null, 'SIGTERM']]);
  });
});

describe('inotify that fails', () => {
  test('is told once with the way to mend it, and the directory is looked at all the same', async () => {
    const daemon = await emperor({
      wrapper: denying('inotify_init1=EMFILE'),
      files: { 'a.ini': vassal('command = sleep 1000') },
    });
    await daemon.running('a');
    await daemon.said(/fs\.inotify\.max_user_instances/);
    daemon.put('b.ini', vassal('command = sleep 1000'));
    await daemon.running('b');
    daemon.remove('a.ini');
    await daemon.until('a', (view) => view === undefined);
    expect(daemon.output.match(/max_user_instances/g)).toHaveLength(1);
  });
});
