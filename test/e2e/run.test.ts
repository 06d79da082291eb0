// `tsjail run`: one vassal in the foreground, whose end is our end.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CliCall, MAIN, tsjail } from '../helpers/cli.ts';
import { cgroupsOf, processesWith } from '../helpers/leftovers.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const JAIL = '--clone=fs,pid,uts';

describe('exit status', () => {
  test.each([
    ['exit 0', 0],
    ['exit 3', 3],
    ['kill -PIPE $$', 141],
  ])('%s', async (script, code) => {
    expect(await tsjail(['run', JAIL, '--', 'sh', '-c', script])).toMatchObject({ code, stderr: '' });
  });

  test.each([
    ['kill -TERM $$', 143, 'killed by SIGTERM'],
    ['kill -KILL $$', 137, 'killed by SIGKILL'],
    ['ulimit -c 0; kill -SEGV $$', 139, 'killed by SIGSEGV'],
  ])('%s is told', async (script, code, told) => {
    const end = await tsjail(['run', JAIL, '--', 'sh', '-c', script]);
    expect(end).toMatchObject({ code, stderr: `tsjail: ${told}\n` });
  });

  test('a signal that was asked for is not told', async () => {
    const call = new CliCall(['run', JAIL, '--', 'sh', '-c', 'echo up; exec sleep 1000']);
    onTestFinished(() => void call.child.kill('SIGKILL'));
    await call.said(/up/);
    call.child.kill('SIGTERM');
    expect(await call.end).toMatchObject({ code: 143, stderr: '' });
  });

  test('125 when the jail could not be set up, with the reason', async () => {
    const { code, stderr } = await tsjail(['run', JAIL, '--chdir=/no/such', '--', 'true']);
    expect(code).toBe(125);
    expect(stderr).toMatch(/chdir \/no\/such: ENOENT/);
  });

  test('125 when there is no such command', async () => {
    const { code, stderr } = await tsjail(['run', '--', '/no/such']);
    expect([code, stderr]).toEqual([125, expect.stringContaining('exec /no/such: ENOENT')]);
  });

  test.each([
    [['run', '--clone=nett', '--', 'true'], /unknown namespace `nett`.*did you mean `net`/],
    [['run', '--umsk=1', '--', 'true'], /unknown key `--umsk`.*did you mean `--umask`/],
    [['run'], /command/],
  ])('2 for wrong usage: %j', async (args, told) => {
    const { code, stderr } = await tsjail(args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(told)]);
  });
});

test('output and input are ours', async () => {
  const child = spawnSync(
    process.execPath,
    [MAIN, 'run', JAIL, '--hostname=box', '--', 'sh', '-c', 'uname -n; cat; echo err >&2'],
    {
      input: 'from outside\n',
      encoding: 'utf8',
    },
  );
  expect(child).toMatchObject({ status: 0, stdout: 'box\nfrom outside\n', stderr: 'err\n' });
});

test('a file, flags over it', async () => {
  const file = join(tempDirectory(), 'box.ini');
  writeFileSync(file, '[vassal]\ncommand = sh -c "echo $A $B $TSJAIL_VASSAL"\nenv = A=file\nenv = B=file\n');
  const { code, stdout } = await tsjail(['run', file, '--env=B=flag']);
  expect([code, stdout]).toEqual([0, 'file flag box\n']);
});

test('signals are passed on; a second one ends it', async () => {
  const script = "trap 'echo usr1' USR1; trap 'echo term' TERM; echo up; while :; do sleep 0.02; done";
  const call = new CliCall(['run', JAIL, '--', 'sh', '-c', script]);
  onTestFinished(() => void call.child.kill('SIGKILL'));
  await call.said(/up/);
  call.child.kill('SIGUSR1');
  await call.said(/usr1/);
  call.child.kill('SIGTERM');
  await call.said(/term/);
  call.child.kill('SIGTERM');
  expect(await call.end).toMatchObject({ code: 137, stderr: '' });
});

test('nothing is left, also when it is killed', async () => {
  const mark = `run-${process.pid}-${Date.now()}`;
  const call = new CliCall(
    ['run', JAIL, '--', 'sh', '-c', '(setsid sleep 1000 &); echo up; exec sleep 1000'],
    {
      env: { TSJAIL_TEST_MARK: mark },
    },
  );
  await call.said(/up/);
  // One may be between its fork and its exec still, without an environment.
  await until('three', () => processesWith('TSJAIL_TEST_MARK', mark).length === 3);
  call.child.kill('SIGKILL');
  await call.end;
  await until('all gone', () => processesWith('TSJAIL_TEST_MARK', mark).length === 0, 1000);
  const orderly = new CliCall(['run', JAIL, '--', 'sh', '-c', '(setsid sleep 1000 &); echo up'], {
    env: { TSJAIL_TEST_MARK: mark },
  });
  expect(await orderly.end).toMatchObject({ code: 0 });
  expect(processesWith('TSJAIL_TEST_MARK', mark)).toEqual([]);
  expect(cgroupsOf(orderly.child.pid ?? -1)).toEqual([]);
});

test('on a terminal it gets one of its own', () => {
  const words = [
    process.execPath,
    MAIN,
    'run',
    JAIL,
    '--',
    'sh',
    '-c',
    '"tty; stty size; ps -o tty= -p \\$\\$"',
  ].join(' ');
  const child = spawnSync('script', ['-qec', `stty rows 33 cols 101; ${words}`, '/dev/null'], {
    input: '',
    encoding: 'utf8',
  });
  expect(child.status).toBe(0);
  expect(child.stdout).toContain('33 101');
  expect(child.stdout).not.toContain('not a tty');
});

test('^C is no news', async () => {
  const words = `${process.execPath} ${MAIN} run ${JAIL} -- sh -c "echo up; exec sleep 1000"`;
  const child = spawn('script', ['-qec', words, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let shown = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      shown += chunk;
      if (shown.includes('up')) resolve();
    });
  });
  child.stdin.write('\x03');
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect([code, shown]).toEqual([130, expect.not.stringContaining('killed')]);
});

test('a terminal that is closed is the end of it, an orderly one', async () => {
  const mark = `hang-up-${process.pid}-${Date.now()}`;
  const code = join(tempDirectory(), 'code');
  // The shell leads the session: the kernel would signal the hang-up to it alone.
  const words = `trap "" HUP; ${process.execPath} ${MAIN} run --clone=fs,pid -- sh -c "echo up; exec sleep 1000"`;
  const child = spawn('script', ['-qec', `${words}; echo $? >${code}`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, MARK: mark },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise<void>((resolve) => child.stdout.on('data', (chunk) => /up/.test(chunk) && resolve()));
  child.kill('SIGKILL');
  await until('its end is written', () => existsSync(code) && readFileSync(code, 'utf8') !== '');
  expect(readFileSync(code, 'utf8')).toBe('129\n');
  await until('everybody is gone', () => processesWith('MARK', mark).length === 0);
});

describeRoot('in a pid namespace with the /proc of another', () => {
  test('nothing is started: a pid there would be somebody else’s', async () => {
    const wrapper = ['unshare', '--pid', '--fork'];
    const { code, stdout, stderr } = await tsjail(['run', '--', 'echo', 'ran'], { wrapper });
    expect([code, stdout]).toEqual([125, '']);
    expect(stderr).toMatch(/^tsjail: \/proc is that of another pid namespace/);
    const daemon = await tsjail(['emperor', tempDirectory(), `--control=${tempDirectory()}/c`], { wrapper });
    expect(daemon).toMatchObject({ code: 1, stderr });
    const fresh = [...wrapper, '--mount-proc'];
    expect(await tsjail(['run', '--', 'echo', 'ran'], { wrapper: fresh })).toMatchObject({
      code: 0,
      stdout: 'ran\n',
    });
  });
});

describeRoot('as another user', () => {
  test.each([[[]], [['--clone=user']]])('/dev/stdout and /dev/stderr can be opened: %j', (more) => {
    const script = 'echo out >/dev/stdout; echo err >/dev/stderr';
    const words = ['run', ...more, '--uid=33', '--gid=33', '--no-initgroups', '--', 'sh', '-c', script];
    const inShell = ['-c', '"$@" 2>&1 | cat', 'sh', process.execPath, MAIN, ...words];
    expect(spawnSync('sh', inShell, { encoding: 'utf8' }).stdout).toBe('out\nerr\n');
  });

  test('limits below what is set already, in a user namespace', async () => {
    const words = ['run', '--clone=user', '--limit-nofile=512', '--', 'sh', '-c', 'ulimit -Sn; ulimit -Hn'];
    expect(await tsjail(words)).toMatchObject({ code: 0, stdout: '512\n512\n', stderr: '' });
  });

  test('what cannot be done from outside names the line that wants it', async () => {
    const wrapper = ['setpriv', '--bounding-set=-sys_nice'];
    const { code, stderr } = await tsjail(['run', '--clone=user', '--prio=-5', '--', 'true'], { wrapper });
    expect([code, stderr]).toEqual([
      125,
      'tsjail: argument 3: prio -5: setpriority: EACCES, permission denied\n',
    ]);
  });

  test('who is refused in a user namespace is told who he is', async () => {
    const { stderr } = await tsjail(['run', '--clone=user', '--chdir=/root', '--', 'true']);
    expect(stderr).toMatch(
      /chdir \/root: EACCES, .*\(uid 0 in the jail is uid \d+ on the host: see uid-map\)/,
    );
  });
});
