// What somebody beside the daemon may try while it works: names that change under it, descriptors and terminals that it was
// started with, processes of its jails in their set-up, and what its vassals have it print.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { descriptorsIn } from '../helpers/descriptors.ts';
import { emperor, type TestEmperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { PtyCall } from '../helpers/pty.ts';
import { raceRounds, swapping } from '../helpers/swap.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { ANNA, homeOf, own, put, sh, tyrant } from '../helpers/tyrant.ts';
import { until } from '../helpers/until.ts';

const { rounds: ROUNDS, limitMs } = raceRounds(60);
const JAILER = fileURLToPath(new URL('../../build/Release/tsjail-jailer', import.meta.url));
const PYTHON = '/usr/bin/python3';
const CANARY = 'c4n4ry-of-the-host';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');

/** Names, kinds, owners, modes, times and contents of all that is below `path`. */
function sumOf(path: string): string {
  const sum = createHash('sha256');
  for (const name of ['.', ...(readdirSync(path, { recursive: true }) as string[]).sort()]) {
    const at = join(path, name);
    const { mode, uid, gid, mtimeNs, ctimeNs, nlink } = statSync(at, { bigint: true });
    sum.update([name, mode, uid, gid, mtimeNs, ctimeNs, nlink].join(' '));
    if (statSync(at).isFile()) sum.update(readFileSync(at));
  }
  return sum.digest('hex');
}

/** A part of the host that must stay as it is. */
function hostTree(): string {
  const path = join(tempDirectory(), 'host');
  mkdirSync(join(path, 'dir'), { recursive: true });
  chmodSync(dirname(path), 0o755);
  for (const name of ['log', 'log.1', 'a.ini', 'dir/log'])
    writeFileSync(join(path, name), `${CANARY} ${name}\n`);
  return path;
}

/** One after the other, each to its end: what was said to the log comes from as many openings of it. */
async function restarts(daemon: TestEmperor, name: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const { generation } = (await daemon.view(name)) ?? { generation: 0 };
    daemon.child.kill('SIGUSR1');
    await daemon.act('restart', name);
    await daemon.until(name, (view) => (view?.generation ?? 0) > generation && view?.pid !== null);
  }
}

describeRoot('names that are exchanged all the time', () => {
  test(
    'on the way to a log file of a tenant: nothing of the host is written, made or put aside',
    async () => {
      const host = hostTree();
      const daemon = await tyrant();
      const home = homeOf(daemon, ANNA);
      mkdirSync(join(home, 'logs'));
      symlinkSync(host, join(home, 'link'));
      symlinkSync(join(host, 'dir'), join(home, 'link2'));
      own(ANNA, join(home, 'logs/log'), '', 0o644);
      chownSync(join(home, 'logs'), ANNA, ANNA);
      const before = sumOf(host);
      await swapping(join(home, 'logs'), [join(home, 'link'), join(home, 'link2')]);
      put(daemon, 'a.ini', ANNA, [
        `log = file:${home}/logs/log`,
        'log-max-size = 4096',
        sh('head -c 3000 /dev/zero | tr "\\\\0" x; echo; exec sleep 1000'),
      ]);
      await daemon.running('a');
      await restarts(daemon, 'a');
      expect(sumOf(host)).toBe(before);
    },
    limitMs,
  );

  test(
    'of a log file in a directory that others may write to, for a vassal of root’s',
    async () => {
      const host = hostTree();
      const logs = join(tempDirectory(), 'logs');
      mkdirSync(logs);
      chmodSync(logs, 0o777);
      writeFileSync(join(logs, 'log'), '');
      symlinkSync(join(host, 'log'), join(logs, 'link'));
      mkdirSync(join(logs, 'dir'));
      chownSync(join(logs, 'link'), 0, 0);
      const before = sumOf(host);
      await swapping(join(logs, 'log'), [join(logs, 'link'), join(logs, 'dir')]);
      const daemon = await emperor({
        files: {
          'a.ini': vassal(
            `log = file:${logs}/log`,
            'log-max-size = 4096',
            'command = sh -c "head -c 3000 /dev/zero | tr \\"\\\\0\\" x; echo; exec sleep 1000"',
          ),
        },
      });
      await daemon.running('a');
      await restarts(daemon, 'a');
      expect(sumOf(host)).toBe(before);
    },
    limitMs,
  );

  test(
    'of a config: each that runs is one that was whole, and what is none is said to be so',
    async () => {
      const host = hostTree();
      const daemon = await emperor();
      const at = (name: string) => join(daemon.root, name);
      const echo = (word: string) =>
        vassal(`command = sh -c "echo ${word} >> ${at('ran')}; exec sleep 1000"`, 'stop-signal = KILL');
      writeFileSync(at('one'), echo('one'));
      writeFileSync(at('two'), echo('two'));
      writeFileSync(at('bad'), `[vassal]\n${CANARY}-not-a-key = 1\n`);
      symlinkSync(join(host, 'a.ini'), at('link'));
      mkdirSync(at('directory'));
      execFileSync('mkfifo', [at('fifo')]);
      const before = sumOf(host);
      writeFileSync(daemon.path('a.ini'), echo('one'));
      await swapping(daemon.path('a.ini'), ['one', 'two', 'bad', 'link', 'directory', 'fifo'].map(at));
      for (let round = 0; round < ROUNDS; round++) {
        // A hint at every moment of the exchange; the answer says that the loop goes on.
        daemon.child.kill('SIGWINCH');
        expect((await daemon.call('GET', '/v1/vassals')).status).toBe(200);
        await new Promise((resolve) => setTimeout(resolve, (round * 7) % 40));
      }
      await until('a run', () => existsSync(at('ran')));
      const ran = new Set(readFileSync(at('ran'), 'utf8').trim().split('\n'));
      expect([...ran].filter((word) => word !== 'one' && word !== 'two')).toEqual([]);
      expect(sumOf(host)).toBe(before);
    },
    limitMs,
  );
});

/** What descriptors of `pid` lead to, but for pipes, sockets and their like. */
function leadsOf(pid: number): string[] {
  return descriptorsIn(`/proc/${pid}/fd`).map(([link]) => link);
}

describeRoot('a daemon that was started with secrets open', () => {
  test('passes none of them on, to no process of a jail, and no variable but those that are meant', async () => {
    const host = hostTree();
    const fds = ['log', 'dir', '.'].map((name) => openSync(join(host, name), 'r'));
    onTestFinished(() => {
      for (const fd of fds) closeSync(fd);
    });
    const look = `ls -l /proc/self/fd > ${host}/../hook; env >> ${host}/../hook`;
    const daemon = await emperor({
      fds,
      env: { TSJAIL_TEST_CANARY: CANARY },
      files: {
        'plain.ini': vassal('command = sleep 1000', `hook-as-vassal = exec:${look}`),
        'jail.ini': vassal('command = sleep 1000', 'clone = fs,pid,net,ipc,uts'),
        'user.ini': vassal('command = sleep 1000', 'clone = user,fs,pid'),
        'fork.ini': vassal('command = sleep 1000', 'clone = fs', 'unshare = pid', 'refork = true'),
      },
    });
    expect(leadsOf(daemon.pid).join('\n')).toContain(host);
    for (const name of ['plain', 'jail', 'user', 'fork']) {
      const { pid, jailerPid } = await daemon.running(name);
      for (const each of [pid, jailerPid])
        expect([name, ...leadsOf(each ?? 0)].filter((lead) => lead.startsWith(host))).toEqual([]);
      expect(readFileSync(`/proc/${jailerPid}/environ`, 'utf8')).toBe('');
    }
    expect(readFileSync(join(host, '../hook'), 'utf8')).not.toContain(`${host}/`);
  });
});

/** Tries as `uid` to get at process `pid`: a line for each way that was open. */
const REACH = `
import ctypes, os, sys
pid = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
for way in ('mem', 'environ', 'maps', 'fd', 'root/etc', 'cwd/.', 'exe', 'ns/mnt', 'stack', 'auxv'):
    try:
        path = '/proc/%d/%s' % (pid, way)
        if way == 'fd': [os.readlink(path + '/' + name) for name in os.listdir(path)]
        elif way in ('exe', 'ns/mnt'): os.readlink(path)
        else: os.stat(path) if '/' in way else open(path, 'rb').read(1)
        print(way)
    except OSError: pass
if libc.ptrace(0x4206, pid, 0, 0) == 0: print('ptrace')
pidfd = libc.syscall(434, pid, 0)
for fd in range(3, 20):
    if pidfd >= 0 and libc.syscall(438, pidfd, fd, 0) >= 0: print('descriptor', fd)
class Part(ctypes.Structure): _fields_ = [('at', ctypes.c_void_p), ('size', ctypes.c_size_t)]
room = ctypes.create_string_buffer(8)
ours, theirs = Part(ctypes.addressof(room), 8), Part(0x400000, 8)
if libc.syscall(310, pid, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0) > 0: print('memory')
print('looked')
`;

function reach(uid: number, pid: number): string[] {
  const words = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', PYTHON, '-c', REACH, String(pid)];
  return execFileSync('setpriv', words, { encoding: 'utf8' }).trim().split('\n');
}

describeRoot('a jailer in its set-up', () => {
  test.each([
    // Root of the user namespace is that one outside.
    ['whom it maps', 100_000, ['clone = user,fs,pid', 'hook-as-root = exec:echo here; exec sleep 1000']],
    // Its ids are the vassal's by then.
    [
      'whose command it will be',
      54_321,
      ['clone = fs,pid', 'uid = 54321', 'gid = 54321', 'hook-as-user-atexit = exec:true'],
    ],
    ['whose hook runs', 54_321, ['uid = 54321', 'gid = 54321', 'hook-as-user = exec:exec sleep 1000']],
  ])('is not to be had by %s', async (_who, uid, lines) => {
    const daemon = await emperor({ files: { 'a.ini': vassal('command = sleep 1000', ...lines) } });
    const pid = await until('the jailer', async () => (await daemon.view('a'))?.jailerPid || undefined);
    await until('its set-up', async () => (await daemon.view('a'))?.pid || (await childOf(pid)));
    for (const each of [pid, ...(await processesOf(pid))])
      expect([each, ...reach(uid, each)].slice(1)).toEqual(['looked']);
  });
});

/** Of ours: the jailer, what it has forked and not exec'd. */
async function processesOf(pid: number): Promise<number[]> {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return children
    .filter(Boolean)
    .map(Number)
    .filter((each) => readlinkSync(`/proc/${each}/exe`).includes('tsjail'));
}

async function childOf(pid: number): Promise<number | undefined> {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return Number(children.split(' ')[0]) || undefined;
}

describeRoot('the program that sets jails up', () => {
  test('cannot be written to by root of a jail, by no name of it, while jails come and go', async () => {
    const before = createHash('sha256').update(readFileSync(JAILER)).digest('hex');
    const daemon = await emperor();
    const out = join(daemon.root, 'out');
    writeFileSync(out, '');
    const ways = '/proc/1/exe /proc/self/exe /proc/1/map_files/* /proc/1/fd/*';
    const script = `for way in ${ways}; do case $(readlink $way) in *tsjail*) (: 3<> $way) 2>/dev/null && echo opened $way; (: > $way) 2>/dev/null && echo written $way;; esac; done; echo tried; exec sleep 1000`;
    const lines = [
      'clone = fs,pid',
      `command = sh -c '(${script}) >> ${out}; exec sleep 1000'`,
      'profile = open',
    ];
    for (let i = 0; i < 5; i++) daemon.put(`v${i}.ini`, vassal(...lines));
    for (let i = 0; i < 5; i++) await daemon.running(`v${i}`);
    await until('five tries', () => readFileSync(out, 'utf8').split('tried\n').length > 5);
    expect(readFileSync(out, 'utf8').replaceAll('tried\n', '')).toBe('');
    expect(createHash('sha256').update(readFileSync(JAILER)).digest('hex')).toBe(before);
    daemon.put('after.ini', vassal('command = sleep 1000', 'clone = fs,pid'));
    await daemon.running('after');
  });
});

/** Types into every terminal that it can find. */
const TYPE = `
import fcntl, os
tried = 0
for path in ['/dev/tty', '/proc/self/fd/0', '/proc/self/fd/1', '/proc/self/fd/2'] + ['/dev/pts/%d' % n for n in range(64)]:
    try:
        fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        for letter in 'echo typed':
            fcntl.ioctl(fd, 0x5412, letter.encode())
        print('typed into', path)
    except OSError: tried += 1
print('tried', tried, 'session', os.getsid(0) == os.getpgrp())
`;

describeRoot('a daemon that was started on a terminal', () => {
  test('has it to itself: nobody types into it', async () => {
    const root = tempDirectory();
    chmodSync(root, 0o755);
    const vassals = join(root, 'vassals');
    mkdirSync(vassals);
    writeFileSync(join(root, 'type.py'), TYPE);
    const command = `command = ${PYTHON} ${root}/type.py`;
    writeFileSync(join(vassals, 'a.ini'), vassal(command, 'restart = never', 'uid = 54321', 'gid = 54321'));
    writeFileSync(
      join(vassals, 'b.ini'),
      vassal(command, 'restart = never', 'clone = fs,pid', 'dev = minimal'),
    );
    const call = new PtyCall(['emperor', vassals, '--control', join(root, 'control.sock')]);
    await call.sees(/a \| .*tried [0-9]+ session True/);
    await call.sees(/b \| .*tried [0-9]+ session True/);
    expect(call.shown).not.toContain('typed');
    process.kill(await call.pid(), 'SIGTERM');
    await call.exit;
  });
});

describeRoot('what a vassal prints', () => {
  test('is never taken for somebody else’s, whatever it is', async () => {
    const directory = tempDirectory();
    const evil = [
      '\\r2026-01-01 emperor: a: all is well',
      '\\nb | from b',
      '\\033]0;title\\007\\033[2J\\033[1A\\033[K',
      '\\302\\233 31m',
      '\\342\\200\\256 right to left',
      '\\342\\200\\250 a new line for some',
      '\\377\\376 no UTF-8',
      '\\000 NUL',
      '\\b\\b\\b\\b\\b\\b\\bfake',
    ];
    writeFileSync(join(directory, 'evil'), execFileSync('printf', [evil.join('\\n')]));
    const daemon = await emperor({
      files: {
        'a.ini': vassal(`command = cat ${directory}/evil`, 'restart = never'),
        'b.ini': vassal('command = sleep 1000'),
      },
    });
    await daemon.said(/exited with code 0/);
    const lines = daemon.output.split('\n');
    expect(lines.filter((line) => line.startsWith('b |'))).toEqual([]);
    expect(
      lines.filter((line) => /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/.test(line)),
    ).toEqual([]);
    expect(
      lines
        .filter((line) => /fake|from b|all is well|right to left/.test(line))
        .every((line) => line.startsWith('a | ')),
    ).toBe(true);
    expect(lines.filter((line) => /^a \| /.test(line)).length).toBeGreaterThan(8);
  });
});
