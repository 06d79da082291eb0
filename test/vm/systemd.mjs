// tsjail as a service of a real systemd, as root on a machine that may be spoilt: `node test/vm/systemd.mjs`. It installs tsjail,
// and fails where systemd is not pid 1 or cgroup v2 lacks a controller. Such a machine can be virtual and slow. Not part of `npm test`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { install } from './install.mjs';

const DEADLINE_MS = 300_000;
const CONTROL = '/run/tsjail/control.sock';
const VASSALS = '/etc/tsjail/vassals';
const MORE = '/etc/tsjail/more';
const CONFIG = '/etc/tsjail/emperor.ini';
const DROP_IN = '/run/systemd/system/tsjail.service.d/test.conf';
const GROUP = '/sys/fs/cgroup/system.slice/tsjail.service';
const WANTED = ['memory', 'pids', 'cpu', 'io'];

const VERSION = Number(
  /^systemd (\d+)/.exec(spawnSync('systemctl', ['--version'], { encoding: 'utf8' }).stdout)?.[1],
);

const read = (...path) => readFileSync(join(...path), 'utf8').trim();
const field = (text, name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);

function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return { status, stdout, stderr, all: `${stdout}${stderr}` };
}
function systemctl(...args) {
  const done = run('systemctl', ...args);
  assert.equal(
    done.status,
    0,
    `systemctl ${args.join(' ')}: ${done.all}\n${journal('-u', 'tsjail', '-n', '30')}`,
  );
  return done.stdout.trim();
}
const shown = (property) => systemctl('show', '--value', `--property=${property}`, 'tsjail');
const mainPid = () => Number(shown('MainPID'));
const journal = (...args) => run('journalctl', '--no-pager', '-q', '-o', 'cat', ...args).stdout;
const tsjail = (...args) => run('tsjail', ...args);

async function until(what, look) {
  for (const end = Date.now() + DEADLINE_MS; ; ) {
    const value = await look();
    if (value !== undefined && value !== false && value !== null) return value;
    if (Date.now() > end) throw new Error(`never: ${what}\n${journal('-u', 'tsjail', '-n', '40')}`);
    await delay(50);
  }
}

function ask(path) {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: CONTROL, path, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => resolve(JSON.parse(text)));
    });
    asked.on('error', reject);
    asked.end();
  });
}

const view = async (name) => (await ask('/v1/vassals').catch(() => [])).find((each) => each.name === name);
const running = (name) =>
  until(`${name} runs`, async () => {
    const seen = await view(name);
    return seen?.state === 'running' && seen;
  });
const ended = (name) => until(`${name} ends`, async () => (await view(name))?.lastExit);
const put = (name, ...lines) =>
  writeFileSync(join(VASSALS, `${name}.ini`), ['[vassal]', ...lines, ''].join('\n'));
const remove = (name) => rmSync(join(VASSALS, `${name}.ini`));

/** All processes of the service but for the daemon. */
function members(group = join(GROUP, 'vassals')) {
  if (!existsSync(group)) return [];
  const own = read(group, 'cgroup.procs').split('\n').filter(Boolean).map(Number);
  const below = readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...own, ...below.flatMap(({ name }) => members(join(group, name)))];
}
/** Tells a process from another one that has got its number. */
function identity(pid) {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19]}`;
  } catch {
    return undefined;
  }
}
const identities = (pids) => pids.map(identity).filter(Boolean);
const survivors = (known) => known.filter((each) => identity(Number(each.split(' ')[0])) === each);

function override(...lines) {
  mkdirSync(dirname(DROP_IN), { recursive: true });
  writeFileSync(DROP_IN, ['[Service]', ...lines, ''].join('\n'));
  systemctl('daemon-reload');
}

/** `break` ends the daemon somehow; all of its vassals must be gone then, and come back in new jails of a new daemon. */
async function comesBackAfter(break_) {
  const before = { pid: mainPid(), web: await running('web'), all: identities(members()) };
  assert.ok(before.all.length >= 4, `${before.all}`);
  await break_(before.pid);
  await until('all are gone', () => survivors(before.all).length === 0);
  await until('another daemon is up', () => shown('ActiveState') === 'active' && mainPid() !== before.pid);
  const web = await running('web');
  assert.notEqual(web.pid, before.web.pid);
  await running('family');
}

/** By its new code, which answers by then. */
async function replaced() {
  // On a slow machine the new code may not answer in time when it is tried: then nothing has changed.
  await until('a re-exec', () => tsjail('reexec').status === 0);
  await until('it is active again', () => shown('ActiveState') === 'active');
  await running('web');
}

before(async () => {
  assert.equal(process.getuid(), 0, 'as root');
  assert.equal(read('/proc/1/comm'), 'systemd');
  const there = read('/sys/fs/cgroup/cgroup.controllers').split(' ');
  for (const each of WANTED)
    assert.ok(there.includes(each), `${each} is not on cgroup v2 here, only: ${there}`);
  console.log(`# installed: ${install()}`);
  console.log(`# ${run('systemctl', '--version').stdout.split('\n')[0]}`);
});

after(() => {
  run('systemctl', 'stop', 'tsjail.socket', 'tsjail.service');
});

test('its units have nothing that this systemd does not know', () => {
  const { status, all } = run('systemd-analyze', 'verify', '--man=no', 'tsjail.service', 'tsjail.socket');
  assert.deepEqual([status, all.trim()], [0, '']);
});

test('start returns when the vassals of the first scan have begun; status tells how many', async () => {
  run('systemctl', 'set-environment', 'NODE_OPTIONS=--title=changed');
  put(
    'web',
    'command = sh -c "echo web is here; env | sort; exec sleep 100000"',
    'clone = fs,pid',
    'log = journal',
  );
  // Whose members are in sessions of their own, without a pid namespace.
  put('family', 'command = sh -c "setsid sleep 100000 & (setsid sleep 100000 &) ; exec sleep 100000"');
  put('slow', 'command = sleep 100000', 'exec-as-user = sleep 3');
  systemctl('start', 'tsjail');
  const seen = await ask('/v1/vassals');
  assert.deepEqual(
    seen.map(({ name, state }) => `${name} ${state}`),
    ['family running', 'slow running', 'web running'],
  );
  assert.equal(shown('ActiveState'), 'active');
  assert.match(run('systemctl', 'status', 'tsjail').stdout, /Status: "governing 3 vassals: 3 running"/);
  assert.match(read('/proc', String(mainPid()), 'status'), /^NoNewPrivs:\s+0$/m);
});

test('the daemon is in daemon/, each vassal in vassals/NAME, with all controllers', async () => {
  const own = '0::/system.slice/tsjail.service';
  assert.equal(read('/proc', String(mainPid()), 'cgroup'), `${own}/daemon`);
  const { pid, cgroup } = await running('web');
  assert.equal(read('/proc', String(pid), 'cgroup'), `${own}/vassals/web`);
  assert.equal(cgroup, join(GROUP, 'vassals/web'));
  for (const each of WANTED)
    assert.ok(read(GROUP, 'cgroup.controllers').split(' ').includes(each), `${each} was not delegated`);
});

test('the journal has its lines under its name, and as those of the service', async () => {
  await until('its lines', () => /web is here/.test(journal('-t', 'web')));
  assert.match(journal('-u', 'tsjail'), /web is here/);
  assert.match(journal('-t', 'tsjail'), /governing 3 vassals/);
});

test("nothing of the daemon's own reaches it, nor options for node the daemon", () => {
  const variables = journal('-t', 'web');
  assert.match(variables, /^TSJAIL_VASSAL=web$/m);
  assert.doesNotMatch(
    variables,
    /^(NOTIFY_|WATCHDOG_|LISTEN_|JOURNAL_|INVOCATION_|SYSTEMD_|NODE_|RUNTIME_DIR|STATE_DIR)/m,
  );
  assert.doesNotMatch(read('/proc', String(mainPid()), 'environ'), /NODE_OPTIONS/);
  run('systemctl', 'unset-environment', 'NODE_OPTIONS');
});

test('memory-max: an out-of-memory kill is told as such, and nobody else goes', async (t) => {
  t.after(() => remove('eater'));
  put('eater', `command = perl -e '$x .= "x" x 1048576 for 1..300'`, 'memory-max = 20M', 'restart = never');
  assert.equal((await ended('eater')).reason, 'oom-kill');
  assert.match(tsjail('ls').stdout, / eater .*out of memory/);
  assert.match(tsjail('status', 'eater').stdout, /out of memory: killed/);
  assert.equal(shown('ActiveState'), 'active');
  await running('web');
});

test('pids-max: no more processes', async (t) => {
  t.after(() => remove('forks'));
  const group = join(GROUP, 'vassals/forks');
  put(
    'forks',
    'command = sh -c "for i in 1 2 3 4 5 6 7 8 9; do sleep 1000 & done; wait"',
    'pids-max = 5',
    'restart = never',
  );
  await until(
    'a refusal',
    () => existsSync(join(group, 'pids.events')) && field(read(group, 'pids.events'), 'max') > 0,
  );
});

test('cpu-max: a share of a processor', async (t) => {
  t.after(() => remove('busy'));
  const group = join(GROUP, 'vassals/busy');
  put('busy', 'command = sh -c "while :; do :; done"', 'cpu-max = 20%', 'stop-timeout = 1');
  await running('busy');
  const [from, start] = [field(read(group, 'cpu.stat'), 'usage_usec'), performance.now()];
  await delay(4000);
  const share = (field(read(group, 'cpu.stat'), 'usage_usec') - from) / 1000 / (performance.now() - start);
  console.log(`# busy got ${(100 * share).toFixed(1)} % of a processor`);
  assert.ok(share > 0.05 && share < 0.3, `${share}`);
});

test('reload returns when the new config is in force; what runs goes on', async () => {
  const before = { pid: mainPid(), web: (await running('web')).pid };
  mkdirSync(MORE);
  writeFileSync(join(MORE, 'more.ini'), '[vassal]\ncommand = sleep 100000\n');
  writeFileSync(CONFIG, `[emperor]\nemperor = ${VASSALS}\nemperor = ${MORE}\n`);
  systemctl('reload', 'tsjail');
  assert.notEqual(await view('more'), undefined);
  assert.deepEqual({ pid: mainPid(), web: (await running('web')).pid }, before);
  assert.equal(shown('ActiveState'), 'active');
});

test('reload fails when the new config is bad, says why, and nothing else happens', async () => {
  const { pid } = await running('web');
  writeFileSync(CONFIG, '[emperor]\nemperor-frec = 3\n');
  assert.notEqual(run('systemctl', 'reload', 'tsjail').status, 0);
  assert.match(journal('-u', 'tsjail', '-n', '20'), /emperor\.ini:2:1: error: .*emperor-freq/);
  assert.equal((await running('web')).pid, pid);
  rmSync(CONFIG);
  systemctl('reload', 'tsjail');
  await until('more is gone', async () => (await view('more')) === undefined);
});

test('with Type=notify-reload systemd sends the signal itself', { skip: VERSION < 253 }, async (t) => {
  t.after(() => override());
  override('Type=notify-reload', 'ExecReload=');
  systemctl('restart', 'tsjail');
  const pid = mainPid();
  mkdirSync(MORE, { recursive: true });
  writeFileSync(join(MORE, 'more.ini'), '[vassal]\ncommand = sleep 100000\n');
  writeFileSync(CONFIG, `[emperor]\nemperor = ${VASSALS}\nemperor = ${MORE}\n`);
  systemctl('reload', 'tsjail');
  assert.notEqual(await view('more'), undefined);
  // What systemd has not asked for is a reload to it too, and the next one that it asks for is none the less one.
  const web = (await running('web')).pid;
  await replaced();
  writeFileSync(CONFIG, '[emperor]\nemperor-frec = 3\n');
  systemctl('reload', 'tsjail');
  assert.match(shown('StatusText'), /the new config is bad: the old one stays/);
  rmSync(CONFIG);
  systemctl('reload', 'tsjail');
  await until('more is gone', async () => (await view('more')) === undefined);
  assert.deepEqual([mainPid(), (await running('web')).pid, shown('ActiveState')], [pid, web, 'active']);
});

test('re-exec: the same process to systemd, and every vassal as before', async () => {
  const known = { pid: mainPid(), all: identities(members()).sort() };
  const program = read('/proc', String(known.pid), 'cmdline');
  await replaced();
  assert.deepEqual({ pid: mainPid(), all: identities(members()).sort() }, known);
  assert.equal(read('/proc', String(known.pid), 'cmdline'), program);
  assert.equal(shown('NRestarts'), '0');
  assert.match(journal('-u', 'tsjail', '-n', '20'), /re-exec: .* took over 3 vassals/);
});

test('restart: another daemon, all vassals again', async () => {
  await comesBackAfter(() => systemctl('restart', 'tsjail'));
});

test('systemctl kill -s KILL leaves nobody; then all are back', async () => {
  await comesBackAfter(() => systemctl('kill', '-s', 'KILL', 'tsjail'));
});

test('a crash of the daemon: nobody stays without it, and all are back', async () => {
  await comesBackAfter((pid) => process.kill(pid, 'SIGSEGV'));
});

test('watchdog: a daemon that hangs is ended, with all its vassals, and they are back', async () => {
  override('WatchdogSec=20', 'OOMScoreAdjust=-900');
  writeFileSync(CONFIG, '[emperor]\nvassals-set = oom-score-adj=0\n');
  systemctl('restart', 'tsjail');
  const { pid: web } = await running('web');
  assert.deepEqual(
    [mainPid(), web].map((pid) => read('/proc', String(pid), 'oom_score_adj')),
    ['-900', '0'],
  );
  rmSync(CONFIG);
  await delay(30_000);
  const quiet = mainPid();
  await comesBackAfter((pid) => {
    assert.equal(pid, quiet);
    process.kill(pid, 'SIGSTOP');
  });
  assert.match(journal('-u', 'tsjail', '-n', '100'), /Watchdog timeout/);
});

test('a stop that takes longer than TimeoutStopSec goes on while a vassal is within its own time', async (t) => {
  t.after(() => remove('stubborn'));
  override('TimeoutStopSec=8');
  put('stubborn', `command = sh -c "trap '' TERM; while :; do sleep 1; done"`, 'stop-timeout = 14');
  await running('stubborn');
  const all = identities([mainPid(), ...members()]);
  const since = performance.now();
  systemctl('stop', 'tsjail');
  console.log(`# stopped after ${((performance.now() - since) / 1000).toFixed(1)} s`);
  assert.ok(performance.now() - since > 12_000);
  assert.equal(shown('Result'), 'success');
  assert.deepEqual(survivors(all), []);
  assert.equal(existsSync(GROUP), false);
  assert.equal(existsSync(CONTROL), false);
  assert.equal(tsjail('ls').status, 7);
});

test('socket activation: a command starts the daemon, and the socket outlives it', async () => {
  // systemd does not take over a socket that the daemon has bound itself.
  systemctl('stop', 'tsjail.service');
  systemctl('start', 'tsjail.socket');
  const { ino, mode } = statSync(CONTROL);
  assert.equal(mode & 0o777, 0o600);
  const first = tsjail('ls', '--json');
  assert.equal(first.status, 0, first.all);
  assert.equal(JSON.parse(first.stdout).length, 3);
  await running('web');
  await comesBackAfter(() => systemctl('kill', '-s', 'KILL', 'tsjail'));
  assert.equal(statSync(CONTROL).ino, ino);
  await comesBackAfter(() => systemctl('restart', 'tsjail'));
  systemctl('stop', 'tsjail.service');
  assert.equal(statSync(CONTROL).ino, ino);
  assert.equal(tsjail('ls').status, 0);
  systemctl('stop', 'tsjail.socket', 'tsjail.service');
  assert.equal(existsSync(CONTROL), false);
});
