// An ordinary user's Emperor: a user namespace by itself, and what cannot be had without root is said before anything runs.
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import { type EmperorOptions, emperor, isAlive, type TestEmperor } from '../helpers/emperor.ts';
import { processesWith } from '../helpers/leftovers.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const USER = 65_534;
const OWN_UID = process.getuid?.() ?? 0;
const isRoot = OWN_UID === 0;
const UID = isRoot ? USER : OWN_UID;
const MARK = 'TSJAIL_TEST_MARK';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const FULL = 'clone = fs,net,ipc,uts,pid';

function userEmperor(options: EmperorOptions = {}): Promise<TestEmperor> {
  return emperor(isRoot ? { ...options, uid: USER } : options);
}

const WRAPPER = isRoot ? ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups'] : [];

function run(...args: string[]) {
  return tsjail(['run', ...args], { wrapper: WRAPPER });
}

test('a root file system of its own, with all that can be put into it', async () => {
  const root = join(tempDirectory(), 'root');
  const links = ['bin', 'lib', 'lib64'].filter((name) =>
    lstatSync(`/${name}`, { throwIfNoEntry: false })?.isSymbolicLink(),
  );
  for (const name of ['', 'usr', 'tmp', 'etc', 'proc']) mkdirSync(join(root, name));
  for (const name of links) symlinkSync(readlinkSync(`/${name}`), join(root, name));
  const owned = [dirname(root), root, ...readdirSync(root).map((name) => join(root, name))];
  if (isRoot) for (const path of owned) lchownSync(path, USER, USER);
  const options = [
    'dev=minimal',
    'tmpfs=/tmp size=64k',
    `overlay=${root}/etc:/etc`,
    'mask=/usr/share',
    'read-only=true',
  ];
  const flags = [`namespace=${root}:less`, 'bind-ro=/usr', ...options].map((option) => `--${option}`);
  const script =
    'hostname; id -u; echo x > /dev/null; echo y > /etc/z; cat /etc/z; ls -A /usr/share; echo z > /x';
  const names = readdirSync(root);
  const { stdout, stderr } = await run(...flags, '--', 'sh', '-c', script);
  expect(stdout).toBe('less\n0\ny\n');
  expect(stderr).toMatch(/\/x: Read-only file system\n$/);
  expect(readdirSync(join(root, 'etc'))).toEqual([]);
  expect(readdirSync(root)).toEqual(names);
  expect((await run(...flags, '--', '/no/such')).stderr).toContain('ENOENT');
  expect(readdirSync(root)).toEqual(names);
});

test.each([
  ['--clone=fs,pid', '--uid=root'],
  ['--clone=fs,pid,user', '--uid-map=0:0:1', '--gid-map=0:0:1'],
])('as root of a user namespace that is not the first: %s', async (...flags) => {
  const wrapper = [
    ...WRAPPER,
    'unshare',
    '--user',
    '--map-root-user',
    '--mount',
    '--pid',
    '--fork',
    '--mount-proc',
  ];
  const end = await tsjail(['run', ...flags, '--', 'sh', '-c', 'id -u; id -G; echo $$'], { wrapper });
  expect(end).toMatchObject({ code: 0, stdout: '0\n0\n2\n', stderr: '' });
  const more = await tsjail(['run', '--clone=user', '--', 'true'], { wrapper });
  expect(more.stderr).toContain("maps ids that are not there: the daemon's own user namespace has 0;");
});

test('a full jail: root inside, the user outside', async () => {
  const script =
    'id -u; cat /proc/self/uid_map; cd /proc; echo [0-9]*; uname -n; grep -c lo: /proc/net/dev; mount -t tmpfs none /mnt && echo mounted';
  const { code, stdout, stderr } = await run(
    '--profile=open',
    '--clone=fs,net,ipc,uts,pid',
    '--hostname=mine',
    '--',
    'sh',
    '-c',
    script,
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  // Behind it there are his sub-ids, if he has any.
  expect(stdout).toMatch(
    new RegExp(`^0\\n +0 +${UID} +1\\n( +\\d+ +\\d+ +\\d+\\n)*1 2( \\d+)*\\nmine\\n1\\nmounted\\n$`),
  );
});

test('vassals of a user start, stay up, are edited and go', async () => {
  const daemon = await userEmperor({
    files: { 'a.ini': vassal('command = sleep 1000', FULL, 'stable-after = 0') },
  });
  const first = await daemon.running('a');
  expect(first.namespaces?.user).not.toBe(undefined);
  expect(statusOf(first.pid ?? 0)).toMatch(new RegExp(`^Uid:\\s+${UID}\\s`, 'm'));
  daemon.child.kill('SIGUSR1');
  await daemon.act('restart', 'a');
  daemon.put('a.ini', vassal('command = sleep 1001', FULL));
  const last = await daemon.until('a', (view) => view?.generation === 3 && view.state === 'running');
  expect(isAlive(first.pid ?? 0)).toBe(false);
  daemon.remove('a.ini');
  await daemon.until('a', (view) => view === undefined);
  expect(isAlive(last.pid ?? 0)).toBe(false);
});

test('nobody is left of a user’s vassals, with a pid namespace and without', async () => {
  const mark = randomUUID();
  const script = "(trap '' TERM HUP; setsid sleep 1000 &) ; echo up; exec sleep 1000";
  const text = (...lines: string[]) => vassal(`command = sh -c "${script}"`, 'stop-timeout = 1', ...lines);
  const start = async () => {
    const daemon = await userEmperor({
      env: { [MARK]: mark },
      files: { 'jailed.ini': text(FULL), 'bare.ini': text() },
    });
    await daemon.said(/jailed \| up/);
    await daemon.said(/bare \| up/);
    return daemon;
  };
  const stopped = await start();
  // One that is just being exec'd has no environment to be known by.
  await until('all are there', () => processesWith(MARK, mark).length >= 5, 5000);
  expect(await stopped.stop()).toMatchObject({ code: 0 });
  expect(processesWith(MARK, mark)).toEqual([]);
  const killed = await start();
  await killed.stop('SIGKILL');
  await until('all gone', () => processesWith(MARK, mark).length === 0, 1000);
});

test('what needs root is refused with its line', async () => {
  const daemon = await userEmperor();
  daemon.put('uid.ini', vassal('command = true', 'uid = 0', 'gid = 5'));
  await daemon.until('uid', (view) => view?.state === 'invalid');
  daemon.put('prio.ini', vassal('command = true', 'prio = -5'));
  const prio = await daemon.until('prio', (view) => view?.state === 'invalid');
  expect(prio.error).toMatchObject({ line: 3 });
  daemon.put('limit.ini', vassal('command = true', 'umask = 022', 'limit-nofile = 1099511627776'));
  const limit = await daemon.until('limit', (view) => view?.state === 'invalid');
  expect(limit.error).toMatchObject({ line: 4, message: expect.stringContaining('CAP_SYS_RESOURCE') });
});

test('a place for the control socket that the user may not write is told, with the way out', async () => {
  const directory = tempDirectory();
  if (isRoot) chownSync(directory, USER, USER);
  chmodSync(directory, 0o500);
  for (const control of [join(directory, 'run', 'control.sock'), join(directory, 'control.sock')]) {
    const { code, stderr } = await tsjail(['emperor', '/tmp', '--control', control], { wrapper: WRAPPER });
    expect(code).toBe(5);
    expect(stderr).toMatch(
      /^tsjail: cannot make .*\(EACCES\): give --control SOCKET or set TSJAIL_CONTROL\n$/,
    );
  }
});

function statusOf(pid: number): string {
  return readFileSync(`/proc/${pid}/status`, 'utf8');
}
