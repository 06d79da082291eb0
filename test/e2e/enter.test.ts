// `tsjail enter`: a command in the jail of a vassal that runs, with and without a terminal.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CliCall, tsjail } from '../helpers/cli.ts';
import { emperor, isAlive, type TestEmperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { PtyCall } from '../helpers/pty.ts';
import { until } from '../helpers/until.ts';

/** Nobody else sleeps so long. */
const SECOND = `1234.${process.pid}`;
const SPACES = ['mnt', 'net', 'ipc', 'uts', 'pid', 'user', 'cgroup'];
const JAILS = {
  'of a full jail': ['clone = fs,net,ipc,uts,pid', 'hostname = inner'],
  'of a jail in a user namespace': ['clone = user,fs,net,ipc,uts,pid,cgroup'],
  'without any namespace of its own': ['clone = none'],
};

function file(...lines: readonly string[]): string {
  return ['[vassal]', 'command = sleep 1000', ...lines, ''].join('\n');
}

async function governing(...lines: readonly string[]): Promise<TestEmperor> {
  const daemon = await emperor({ files: { 'web.ini': file(...lines) } });
  await daemon.running('web');
  return daemon;
}

function enter(daemon: TestEmperor, ...words: readonly string[]) {
  return tsjail(['enter', 'web', '--control', daemon.control, ...words]);
}

/** The pid of who sleeps so long. */
function sleeper(seconds: string): Promise<number> {
  return until(`sleep ${seconds}`, () => {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const found = pids.find((pid) => commandLine(pid) === `sleep\0${seconds}\0`);
    return found === undefined ? undefined : Number(found);
  });
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function groupOf(status: string): string {
  return /^0::(.*)$/m.exec(status)?.[1] ?? '';
}

describeRoot.each(Object.entries(JAILS))((name, lines) => {
  test(`${name}: namespaces, control group, and who it is`, async () => {
    const daemon = await governing(...lines, 'uid = www-data');
    const { pid } = await daemon.running('web');
    const script = `for n in ${SPACES.join(' ')}; do readlink /proc/self/ns/$n; done; cat /proc/self/cgroup; id -u`;
    const { stdout, stderr, code } = await enter(daemon, '--', 'sh', '-c', script);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const [...found] = stdout.split('\n');
    expect(found.slice(0, SPACES.length)).toEqual(
      SPACES.map((space) => readlinkSync(`/proc/${pid}/ns/${space}`)),
    );
    if (!lines.join().includes('cgroup'))
      expect(groupOf(stdout)).toBe(groupOf(readFileSync(`/proc/${pid}/cgroup`, 'utf8')));
    expect(found.at(-2)).toBe('0');
    expect((await enter(daemon, '--as-vassal', '--', 'id', '-u')).stdout).toBe('33\n');
    expect((await enter(daemon, '--user', 'daemon', '--', 'id', '-un')).stdout).toBe('daemon\n');
  });

  test(`${name}: what it ends with is ours`, async () => {
    const daemon = await governing(...lines);
    expect((await enter(daemon, '--', 'sh', '-c', 'exit 7')).code).toBe(7);
    expect((await enter(daemon, '--', 'sh', '-c', 'kill -9 $$')).code).toBe(137);
    const missing = await enter(daemon, '--', 'no-such-program');
    expect(missing).toMatchObject({ code: 127, stdout: '' });
    expect(missing.stderr).toContain("'no-such-program' is not in PATH");
    expect((await enter(daemon, '--', '/etc/passwd')).code).toBe(126);
  });

  test(`${name}: it ends with the vassal, and with us`, async () => {
    const daemon = await governing(...lines);
    const first = new CliCall([
      'enter',
      'web',
      '--control',
      daemon.control,
      '--',
      'sh',
      '-c',
      'echo in; sleep 1000',
    ]);
    await first.said(/in/);
    await daemon.act('stop', 'web');
    expect((await first.end).code).toBe(137);
    await daemon.act('start', 'web');
    const second = new CliCall(['enter', 'web', '--control', daemon.control, '--', 'sleep', SECOND]);
    const pid = await sleeper(SECOND);
    second.child.kill('SIGKILL');
    await until('its end', () => !isAlive(pid));
    expect((await daemon.view('web'))?.state).toBe('running');
  });
});

describeRoot('enter', () => {
  test('nothing of ours but the standard descriptors, and a clean environment', async () => {
    const daemon = await governing('clone = fs,pid', 'env = SECRET=of the vassal');
    const call = [
      'enter',
      'web',
      '--control',
      daemon.control,
      '--',
      'sh',
      '-c',
      'ls /proc/$$/fd | tr "\\n" " "; env',
    ];
    const { stdout } = await tsjail(call, { env: { OURS: 'secret' } });
    const [fds = '', ...rest] = stdout.split('\n');
    expect(fds.replace(/ \d+ $/, ' ')).toMatch(/^0 1 2 /);
    expect(rest.join('\n')).not.toMatch(/OURS|SECRET/);
    expect(rest.join('\n')).toMatch(/^HOME=\/root$/m);
  });

  test('no more capabilities than the vassal may have; as the vassal, its own', async () => {
    const daemon = await governing(
      'clone = fs,pid',
      'uid = www-data',
      'cap = net_bind_service',
      'no-new-privs = true',
    );
    const script = 'grep -E "^(Cap(Prm|Bnd)|NoNewPrivs)" /proc/self/status';
    const { pid } = await daemon.running('web');
    const own = execFileSync('grep', ['-E', '^(Cap(Prm|Bnd)|NoNewPrivs)', `/proc/${pid}/status`]).toString();
    expect((await enter(daemon, '--as-vassal', '--', 'sh', '-c', script)).stdout).toBe(own);
    const root = (await enter(daemon, '--', 'sh', '-c', script)).stdout;
    expect(/CapPrm:\s(\S+)/.exec(root)?.[1]).toBe(/CapBnd:\s(\S+)/.exec(own)?.[1]);
  });

  test('what is piped in comes through', async () => {
    const daemon = await governing('clone = fs,pid');
    const output = execFileSync(
      'sh',
      [
        '-c',
        `echo typed | "${process.execPath}" dist/main.js enter web --control "${daemon.control}" -- tr a-z A-Z`,
      ],
      { encoding: 'utf8' },
    );
    expect(output).toBe('TYPED\n');
  });

  test('not running, not there, and both ways to say who', async () => {
    const daemon = await governing('clone = fs,pid');
    await daemon.act('stop', 'web');
    expect(await enter(daemon)).toMatchObject({ code: 3 });
    expect((await tsjail(['enter', 'wbe', '--control', daemon.control])).code).toBe(4);
    expect((await enter(daemon, '--user', 'root', '--as-vassal')).code).toBe(2);
  });
});

describeRoot('enter on a terminal', () => {
  test('a shell with a terminal of its own, whose size follows; ^C is for it; ours is as it was afterwards', async () => {
    const daemon = await governing('clone = fs,net,ipc,uts,pid', 'hostname = inner');
    const call = new PtyCall(['enter', 'web', '--control', daemon.control], { columns: 91, rows: 33 });
    const before = call.settings();
    await call.sees(/[#$] $/);
    expect(call.settings()).not.toBe(before);
    call.type('stty size; hostname\n');
    await call.sees(/33 91\r\ninner/);
    call.resize(71, 22);
    call.type('until [ "$(stty size)" = "22 71" ]; do sleep 0.05; done; echo resi""zed\n');
    await call.sees(/resized/);
    call.type(`sleep ${SECOND}\n`);
    await sleeper(SECOND);
    call.type('\u0003');
    call.type('echo in""terrupted-$?\n');
    await call.sees(/interrupted-130/);
    call.type('exit 9\n');
    expect((await call.exit).code).toBe(9);
    expect(call.settings()).toBe(before);
  });

  test('ours is as it was when the vassal is stopped meanwhile, and when we are asked to end', async () => {
    const daemon = await governing('clone = fs,pid');
    const call = new PtyCall([
      'enter',
      'web',
      '--control',
      daemon.control,
      '--',
      'sh',
      '-c',
      'echo in; sleep 1000',
    ]);
    const before = call.settings();
    await call.sees(/in\r\n/);
    await daemon.act('stop', 'web');
    expect((await call.exit).code).toBe(137);
    expect(call.settings()).toBe(before);
  });

  test('ends when the terminal is closed', async () => {
    const daemon = await governing('clone = fs,pid');
    const call = new PtyCall(['enter', 'web', '--control', daemon.control, '--', 'sleep', SECOND]);
    const pid = await sleeper(SECOND);
    call.hangUp();
    await until('its end', () => !isAlive(pid));
    await call.exit;
  });
});

describeRoot('what the command may not do', () => {
  test('nobody in there may', async () => {
    const daemon = await governing('clone = fs,net,ipc,uts,pid', 'profile = container', 'landlock-ro = /');
    const script = "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status; touch /tmp/x 2>&1; true";
    const { stdout } = await enter(daemon, '--', 'sh', '-c', script);
    expect(stdout).toMatch(/NoNewPrivs:\t1\nSeccomp:\t2\n.*(Permission denied|Read-only)/);
  });
});
