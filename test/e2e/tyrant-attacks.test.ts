// What a tenant may try against the daemon, root's files and other tenants; each attack is one that root's rights would let pass.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import type { TestEmperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { raceRounds } from '../helpers/swap.ts';
import { ANNA, BERT, homeOf, own, put, STAY, sh, tyrant } from '../helpers/tyrant.ts';
import { until } from '../helpers/until.ts';

const { rounds: ROUNDS, limitMs } = raceRounds(100);
const SECRET = 'S3CRET';

/** All that the daemon tells of a vassal, to whomever. */
async function told(daemon: TestEmperor, name: string): Promise<string> {
  const { body } = await daemon.call('GET', `/v1/vassals/${name}`);
  return [
    daemon.output,
    JSON.stringify(body),
    JSON.stringify(await daemon.ls()),
    ...(await daemon.logs(name)),
  ].join('\n');
}

async function invalid(daemon: TestEmperor, name: string): Promise<string> {
  return (await daemon.until(name, (view) => view?.state === 'invalid')).error?.message ?? '';
}

/** Ends in a start that failed. */
async function failed(daemon: TestEmperor, name: string): Promise<string> {
  const { lastExit } = await daemon.until(name, (view) => view?.lastExit?.reason === 'setup');
  return lastExit?.message ?? '';
}

describeRoot('files of others', () => {
  test('are not shown by what reads files', async () => {
    const daemon = await tyrant();
    const secret = own(0, join(daemon.root, 'secret'), `[vassal]\n${SECRET}\n`, 0o600);
    const home = homeOf(daemon, ANNA);
    symlinkSync(secret, join(home, 'link'));
    const closed = homeOf(daemon, BERT, 0o700);
    own(BERT, join(closed, 'open'), `[vassal]\n${SECRET}\n`);
    const paths = [secret, join(home, 'link'), join(closed, 'open'), '/etc/shadow'];
    const ways = ['include = %', 'inherit = %', 'env-file = %', 'env = A=@(%)', 'set = include=%'];
    let count = 0;
    for (const path of paths)
      for (const way of ways) put(daemon, `a${count++}.ini`, ANNA, [way.replace('%', path), sh('env')]);
    for (let i = 0; i < count; i++) {
      expect(await invalid(daemon, `a${i}`)).toContain('cannot read');
      expect(await told(daemon, `a${i}`)).not.toMatch(new RegExp(`${SECRET}|root:[^ ]*:\\d`));
    }
  });

  test("do not come in by a daemon's line that leads through a tenant's directory", async () => {
    const daemon = await tyrant('--vassals-include=%%d/more.ini', '--vassals-set=env-file=%%d/env');
    const secret = own(0, join(daemon.root, 'secret'), `[vassal]\nA=${SECRET}\n`, 0o600);
    for (const name of ['more.ini', 'env']) symlinkSync(secret, join(daemon.root, name));
    // `more.ini` in the watched directory would be a vassal of its own.
    const home = homeOf(daemon, ANNA);
    for (const name of ['more.ini', 'env']) symlinkSync(secret, join(home, name));
    own(ANNA, join(home, 'app'), `[vassal]\n${sh('env')}\n`);
    put(daemon, 'a.ini', ANNA, [`include = ${home}/app`]);
    expect(await invalid(daemon, 'a')).toContain('cannot read');
    expect(await told(daemon, 'a')).not.toContain(SECRET);
  });

  test('do not speak for the daemon, even where its config names them', async () => {
    const daemon = await tyrant();
    const home = homeOf(daemon, ANNA);
    const config = own(
      0,
      join(daemon.root, 'emperor.ini'),
      `[emperor]\nemperor-tyrant = 1\nvassals-include = ${home}/more\n`,
    );
    own(ANNA, join(home, 'more'), '[vassal]\nprio = -20\n');
    const file = own(ANNA, join(home, 'a.ini'), `[vassal]\n${sh(STAY)}\n`);
    const check = () => tsjail(['check', '--config', config, file]);
    expect((await check()).stdout).toContain('not a file of root');
    chownSync(join(home, 'more'), 0, 0);
    expect((await check()).stdout).toBe('');
    renameSync(join(home, 'more'), join(home, 'roots'));
    symlinkSync('roots', join(home, 'more'));
    lchownSync(join(home, 'more'), ANNA, ANNA);
    expect((await check()).stdout).toContain('not a file of root');
  });

  test(
    'do not become configs of somebody else, however links are swapped',
    async () => {
      const daemon = await tyrant();
      // A tenant who may write there.
      chownSync(daemon.vassals, ANNA, ANNA);
      const out = own(ANNA, join(daemon.root, 'out'), '', 0o666);
      const lines = (whose: number) =>
        `[vassal]\nrestart = never\n${sh(`echo ${whose} $(id -u) >> ${out}`)}\n`;
      const berts = own(BERT, join(homeOf(daemon, BERT), 'app'), lines(BERT));
      const annas = own(ANNA, join(homeOf(daemon, ANNA), 'app'), lines(ANNA));
      const place = (make: (beside: string) => void) => {
        const beside = join(daemon.root, 'beside');
        make(beside);
        daemon.rename(beside, 'a.ini');
      };
      const link = (target: string) => (beside: string) => {
        symlinkSync(target, beside);
        lchownSync(beside, ANNA, ANNA);
      };
      const moves = [
        link(annas),
        link(berts),
        (beside: string) => linkSync(berts, beside),
        (beside: string) => own(ANNA, beside, lines(ANNA)),
      ];
      for (let round = 0; round < ROUNDS; round++) {
        place(moves[round % moves.length] ?? link(annas));
        await new Promise((resolve) => setTimeout(resolve, (round * 7) % 40));
      }
      place(link(annas));
      await until('a run', () => readFileSync(out, 'utf8').includes(`${ANNA} ${ANNA}`));
      const ran = new Set(readFileSync(out, 'utf8').trim().split('\n'));
      expect([...ran]).toEqual([`${ANNA} ${ANNA}`]);
    },
    limitMs,
  );

  test('do not become configs by a directory that is a link of somebody else', async () => {
    const daemon = await tyrant();
    const closed = homeOf(daemon, BERT, 0o700);
    own(BERT, join(closed, 'app'), `[vassal]\n${sh(STAY)}\n`);
    const home = homeOf(daemon, ANNA);
    symlinkSync(closed, join(home, 'dir'));
    lchownSync(join(home, 'dir'), ANNA, ANNA);
    // Root's link, over hers.
    symlinkSync(join(home, 'dir', 'app'), daemon.path('a.ini'));
    expect(await invalid(daemon, 'a')).toContain(
      `a symbolic link of uid ${ANNA} leads to a file of uid ${BERT}`,
    );
  });

  test('a hard link to a config of somebody else is none', async () => {
    const daemon = await tyrant();
    const berts = own(BERT, join(homeOf(daemon, BERT), 'app'), `[vassal]\n${sh(STAY)}\n`);
    linkSync(berts, daemon.path('a.ini'));
    expect(await invalid(daemon, 'a')).toContain('the file has 2 names');
    // Nor does what it takes the place of run on.
    put(daemon, 'b.ini', ANNA, [sh(STAY)]);
    await daemon.running('b');
    const beside = join(daemon.root, 'beside');
    linkSync(berts, beside);
    daemon.rename(beside, 'b.ini');
    await invalid(daemon, 'b');
    expect((await daemon.view('b'))?.pid).toBeNull();
  });

  test(
    'an include that is swapped all the time is read as the tenant',
    async () => {
      const daemon = await tyrant();
      const home = homeOf(daemon, ANNA);
      const secret = own(0, join(daemon.root, 'secret'), `[vassal]\nenv = A=${SECRET}\n`, 0o600);
      const mine = own(ANNA, join(home, 'mine'), '[vassal]\nenv = A=mine\n');
      const swapped = join(home, 'swapped');
      symlinkSync(mine, swapped);
      for (let round = 0; round < ROUNDS; round++) {
        symlinkSync(round % 2 ? mine : secret, join(home, 'next'));
        renameSync(join(home, 'next'), swapped);
        if (round % 5 === 0)
          put(daemon, 'a.ini', ANNA, [`include = ${swapped}`, sh(`echo A is $A; ${STAY}`)]);
        await new Promise((resolve) => setTimeout(resolve, round % 7));
      }
      symlinkSync(mine, join(home, 'next'));
      renameSync(join(home, 'next'), swapped);
      put(daemon, 'a.ini', ANNA, [`include = ${swapped}`, sh(`echo A is $A; ${STAY}`)]);
      await until('said', async () => (await daemon.logs('a')).includes('A is mine'));
      expect(await told(daemon, 'a')).not.toContain(SECRET);
    },
    limitMs,
  );

  test('a directory of somebody else is not gone into', async () => {
    const daemon = await tyrant();
    const closed = homeOf(daemon, BERT, 0o700);
    put(daemon, 'a.ini', ANNA, [`chdir = ${closed}`, 'restart = never', sh('echo in; pwd')]);
    put(daemon, 'b.ini', ANNA, [
      'clone = user,fs',
      `chdir = ${closed}`,
      'restart = never',
      sh('echo in; pwd'),
    ]);
    for (const name of ['a', 'b']) {
      expect(await failed(daemon, name)).toContain('EACCES');
      expect(await daemon.logs(name)).not.toContain('in');
    }
  });
});

describeRoot('log files', () => {
  test("are nobody else's, and what is no file holds nobody up", async () => {
    const daemon = await tyrant();
    const home = homeOf(daemon, ANNA);
    const closed = homeOf(daemon, BERT);
    const made = join('/etc', `tsjail-made-${process.pid}`);
    onTestFinished(() => rmSync(made, { force: true }));
    symlinkSync(made, join(home, 'link'));
    symlinkSync('/etc', join(home, 'etc'));
    execFileSync('mkfifo', ['-m', '666', join(home, 'fifo')]);
    const victim = own(0, join(daemon.root, 'victim'), 'as it was\n');
    symlinkSync(victim, join(home, 'victim'));
    const logs = [
      made,
      join(home, 'link'),
      join(home, 'etc', `tsjail-made-${process.pid}`),
      join(home, 'fifo'),
      join(closed, 'log'),
      victim,
      join(home, 'victim'),
      '/proc/self/fd/1',
      '/proc/self/fd/3',
      '/proc/self/mem',
      '/dev/null',
    ];
    for (const [index, path] of logs.entries())
      put(daemon, `a${index}.ini`, ANNA, [`log = file:${path}`, sh(`echo mine; ${STAY}`)]);
    for (const index of logs.keys()) {
      await daemon.running(`a${index}`);
      await until('the trouble', () => daemon.output.includes(`a${index}: log file ${logs[index]}`) && true);
    }
    expect(existsSync(made)).toBe(false);
    expect(existsSync(join(closed, 'log'))).toBe(false);
    expect(readFileSync(victim, 'utf8')).toBe('as it was\n');
  });

  test('his own is written as he would', async () => {
    const daemon = await tyrant();
    const home = homeOf(daemon, ANNA, 0o700);
    put(daemon, 'a.ini', ANNA, [`log = file:${home}/log`, sh(`echo mine; ${STAY}`)]);
    await until(
      'written',
      () => existsSync(join(home, 'log')) && readFileSync(join(home, 'log'), 'utf8').includes('mine'),
    );
    const { uid, gid, mode } = statSync(join(home, 'log'));
    expect([uid, gid, mode & 0o777]).toEqual([ANNA, ANNA, 0o640]);
  });
});

describeRoot('names', () => {
  test('that could be more than a name are refused', async () => {
    const daemon = await tyrant('--hook-as-emperor=exec:true');
    const names = ['..', '..x', 'a\nb', 'x'.repeat(240), 'a;id', 'a b', '$(id)', '-rf', 'a:b', "a'b"];
    for (const name of names) put(daemon, `${name}.ini`, ANNA, [sh(STAY)]);
    put(daemon, 'good-1.0@x.ini', ANNA, [sh(STAY)]);
    await daemon.running('good-1.0@x');
    for (const view of await daemon.ls())
      if (view.name !== 'good-1.0@x')
        expect([view.name, view.state, view.pid]).toEqual([view.name, 'invalid', null]);
  });
});

describeRoot('what a command has', () => {
  test('is its three descriptors, which lead nowhere else when they are opened anew', async () => {
    const daemon = await tyrant('--emperor-use-clone=fs,pid');
    const script = [
      'ls -l /proc/self/fd | sed -n "s/.* -> //p" | grep -v /proc/ | sed "s/:.*//" | sort | uniq -c | tr -s " "',
      'echo again > /proc/self/fd/1',
      'echo more > /proc/self/fd/0; wc -c < /proc/self/fd/0',
      'ls /proc/1/fd 2>&1 | grep -c denied; cat /proc/1/environ 2>&1 | grep -c denied',
      'echo ready',
    ];
    put(daemon, 'a.ini', ANNA, [sh(`${script.join('; ')}; ${STAY}`)]);
    await daemon.running('a');
    const logs = await until('said', async () => {
      const lines = await daemon.logs('a');
      return lines.includes('ready') && lines;
    });
    expect(logs).toEqual([' 1 /dev/null', ' 2 pipe', 'again', '0', '1', '1', 'ready']);
  });
});

describeRoot('hooks beside the daemon', () => {
  test("leave nobody behind, and cannot touch what is root's", async () => {
    const daemon = await tyrant();
    const victim = own(0, join(daemon.root, 'victim'), 'as it was', 0o600);
    const marker = 1_000_000 + process.pid;
    const actions = [
      `write:${victim} x`,
      `append:${victim} x`,
      `unlink:${victim}`,
      `chmod:${victim} 777`,
      `chown2:${victim} ${ANNA} ${ANNA}`,
      `mkdir:${daemon.root}/made`,
      `create:${daemon.vassals}/x.ini`,
    ];
    for (const [index, action] of actions.entries()) {
      put(daemon, `a${index}.ini`, ANNA, [
        `hook-as-emperor-before-vassal = ${action}`,
        'restart = never',
        sh('true'),
      ]);
      put(daemon, `b${index}.ini`, ANNA, [`hook-as-root = ${action}`, 'restart = never', sh('true')]);
      put(daemon, `c${index}.ini`, ANNA, [
        'clone = user,fs,pid',
        `hook-asap = ${action}`,
        'restart = never',
        sh('true'),
      ]);
    }
    for (const index of actions.keys())
      for (const name of ['a', 'b', 'c'])
        expect(await failed(daemon, `${name}${index}`)).toMatch(/EACCES|EPERM|EINVAL/);
    expect(readFileSync(victim, 'utf8')).toBe('as it was');
    const { uid, mode } = statSync(victim);
    expect([uid, mode & 0o777, existsSync(join(daemon.root, 'made'))]).toEqual([0, 0o600, false]);
    put(daemon, 'd.ini', ANNA, [
      `hook-as-emperor = exec:setsid sleep ${marker} & setsid sleep ${marker} &`,
      sh(STAY),
    ]);
    await daemon.running('d');
    expect(spawnSync('pgrep', ['-f', `^sleep ${marker}$`]).stdout.toString()).toBe('');
  });

  test("are not those of root again because a jailer that is a tenant's says so", async () => {
    const daemon = await tyrant('--emperor-use-clone=user,fs,pid', `--hook-as-emperor=exec:echo asked >&2`);
    const home = homeOf(daemon, ANNA);
    const host = join(home, 'host');
    mkdirSync(host);
    execFileSync('mount', ['-t', 'tmpfs', 'none', host]);
    onTestFinished(() => void execFileSync('umount', [host]));
    const mount = /^(\d+)/.exec(
      readFileSync('/proc/self/mountinfo', 'utf8')
        .split('\n')
        .find((line) => line.includes(` ${host} `)) ?? '',
    )?.[1];
    // Takes the jailer's control socket, as root of its user namespace may, and tells what was never done.
    own(
      ANNA,
      join(home, 'attack.py'),
      [
        'import ctypes, os, socket, sys',
        'libc = ctypes.CDLL(None, use_errno=True)',
        'pidfd = libc.syscall(434, os.getppid(), 0)',
        'fd = libc.syscall(438, pidfd, 3, 0)',
        'print("got" if fd >= 0 else "no descriptor", file=sys.stderr)',
        'if fd >= 0:',
        '    control = socket.socket(fileno=fd)',
        '    for step in range(40):',
        `        control.send(b"mounted %d ${mount}" % step)`,
        '        control.send(b"made %d file 0:0:0:0.0 /etc/passwd" % step)',
        '    for phase in [b"as-emperor", b"as-emperor", b"post-jail", b"as-root", b"another"]:',
        '        control.send(b"hooks " + phase)',
      ].join('\n'),
    );
    put(daemon, 'a.ini', ANNA, [
      `hook-as-root = exec:exec python3 ${home}/attack.py`,
      `hook-as-root = mount:tmpfs none ${host}`,
      sh(`echo ready; ${STAY}`),
    ]);
    await daemon.running('a');
    await until('said', async () => (await daemon.logs('a')).includes('ready'));
    const logs = await daemon.logs('a');
    expect(logs).toContain('got');
    expect(logs.filter((line) => line === 'asked')).toHaveLength(1);
    daemon.remove('a.ini');
    await daemon.until('a', (view) => view === undefined);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).toContain(` ${host} `);
  });
});

describeRoot('sockets', () => {
  test("are bound as the tenant, and nobody else's is removed", async () => {
    const daemon = await tyrant();
    const home = homeOf(daemon, ANNA);
    const stale = join(daemon.root, 'stale.sock');
    const server = createServer().listen(stale);
    await new Promise((resolve) => server.on('listening', resolve));
    // What a server that was killed leaves.
    renameSync(stale, `${stale}.kept`);
    await new Promise((resolve) => server.close(resolve));
    renameSync(`${stale}.kept`, stale);
    put(daemon, 'a.ini', ANNA, ['clone = user,uts', `setns-socket = ${stale}`, 'restart = never', sh(STAY)]);
    put(daemon, 'b.ini', ANNA, ['clone = user,uts', `setns-socket = ${home}/sock`, sh(STAY)]);
    expect(await failed(daemon, 'a')).toMatch(/EACCES|EADDRINUSE|EPERM/);
    await daemon.running('b');
    expect(statSync(join(home, 'sock')).uid).toBe(ANNA);
    expect(readdirSync(daemon.root)).toContain('stale.sock');
  });
});

describeRoot('the start of others', () => {
  test('is held up by nobody whose set-ups do not come to an end', async () => {
    const daemon = await tyrant();
    // As many as may be in set-up at once.
    const lines = ['instances = 32', 'hook-as-user = exec:exec sleep 1000', 'hook-timeout = 1h'];
    put(daemon, 'a.ini', ANNA, [...lines, 'start-timeout = 1h', sh(STAY)]);
    await daemon.until('a:32', (view) => view?.jailerPid != null);
    put(daemon, 'b.ini', BERT, [sh(STAY)]);
    await daemon.running('b');
  });
});

describeRoot('the end of a vassal', () => {
  test('comes when its stop-timeout is over, whatever it asks for', async () => {
    const daemon = await tyrant();
    const lines = [
      'import os, signal, socket, time',
      'it = "\\0" + os.environ["NOTIFY_SOCKET"][1:]',
      'say = lambda text: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(text, it)',
      'signal.signal(signal.SIGTERM, lambda *_: say(b"EXTEND_TIMEOUT_USEC=100000000"))',
      'say(b"READY=1")',
      'while True: time.sleep(1)',
    ];
    const script = own(ANNA, join(homeOf(daemon, ANNA), 'stay.py'), lines.join('\n'));
    put(daemon, 'a.ini', ANNA, ['ready = notify', 'stop-timeout = 1s', sh(`exec python3 ${script}`)]);
    await daemon.running('a');
    daemon.remove('a.ini');
    await daemon.until('a', (view) => view === undefined);
  });
});

describeRoot('what `ready` waits for', () => {
  test('is looked for with the rights of the tenant', async () => {
    const daemon = await tyrant();
    const callers: number[] = [];
    const path = join(daemon.root, 'roots.sock');
    const server = createServer(() => callers.push(1)).listen(path);
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.on('listening', resolve));
    chmodSync(path, 0o600);
    put(daemon, 'a.ini', ANNA, [`ready = socket:${path}`, 'restart = never', sh(STAY)]);
    await daemon.until('a', (view) => view?.pid != null);
    await until('told', async () => callers.length > 0 || /EACCES/.test((await daemon.logs('a')).join()));
    expect(callers).toEqual([]);
    const home = homeOf(daemon, ANNA);
    const serve = `exec python3 -c "import socket, time; s = socket.socket(1); s.bind(\\"${home}/own\\"); s.listen(); time.sleep(1000)"`;
    put(daemon, 'b.ini', ANNA, [`ready = socket:${home}/own`, sh(serve)]);
    await daemon.running('b');
    put(daemon, 'c.ini', ANNA, [
      'clone = user,net',
      'ready = socket:@own',
      sh(serve.replace(`${home}/own`, '\\\\0own')),
    ]);
    await daemon.running('c');
  });
});
