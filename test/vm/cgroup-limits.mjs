// Limits of cgroup v2 groups by the built daemon, on a machine that has them: as root, `node test/vm/cgroup-limits.mjs`. It fails
// where the controllers are not on v2; such a machine can be virtual and slow. Not part of `npm test`.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const WANTED = ['memory', 'pids', 'cpu', 'io'];
const DEADLINE_MS = 60_000;
const MIB = 1024 * 1024;

const mount = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/self/mounts', 'utf8'))?.[1] ?? '';
const base = join(mount, `tsjail-vm-${process.pid}`);
const root = mkdtempSync(join(tmpdir(), 'tsjail-vm-'));
const vassals = join(root, 'vassals');
const control = join(root, 'control.sock');
let daemon;
let output = '';

const read = (...path) => readFileSync(join(...path), 'utf8').trim();
const field = (text, name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);

async function until(what, look) {
  for (const end = Date.now() + DEADLINE_MS; ; ) {
    const value = await look();
    if (value !== undefined && value !== false && value !== null) return value;
    if (Date.now() > end) throw new Error(`never: ${what}\n${output}`);
    await delay(50);
  }
}

/** A process that is alone in the group `group` from its first instruction of its own. */
function inGroup(group, args) {
  mkdirSync(group, { recursive: true });
  const script = 'echo 0 >"$0"/cgroup.procs && exec "$@"';
  return ['sh', ['-c', script, group, process.execPath, MAIN, ...args]];
}

async function startDaemon() {
  const [command, args] = inGroup(base, ['emperor', vassals, '--control', control]);
  daemon = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [daemon.stdout, daemon.stderr]) stream.on('data', (chunk) => (output += chunk));
  await until('governing', () => /governing/.test(output));
}

function call(method, path) {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: control, method, path, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => resolve(JSON.parse(text)));
    });
    asked.on('error', reject);
    asked.end();
  });
}

const view = async (name) => (await call('GET', '/v1/vassals')).find((each) => each.name === name);
const put = (name, ...lines) =>
  writeFileSync(join(vassals, `${name}.ini`), ['[vassal]', 'stop-timeout = 1', ...lines, ''].join('\n'));
const running = (name, generation = 1) =>
  until(`${name} runs`, async () => {
    const seen = await view(name);
    return seen?.state === 'running' && seen.generation >= generation && seen;
  });
const ended = (name) => until(`${name} ends`, async () => (await view(name))?.lastExit);

/** Removes it, and sees that its group goes. */
async function remove(name, group = join(base, 'vassals', name)) {
  rmSync(join(vassals, `${name}.ini`));
  await until(`${name} is gone`, async () => (await view(name)) === undefined);
  assert.equal(existsSync(group), false);
}

function removeTree(path) {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeTree(join(path, entry.name));
  rmdirSync(path);
}

before(async () => {
  assert.equal(process.getuid(), 0, 'as root');
  assert.notEqual(mount, '', 'no cgroup v2 hierarchy is mounted');
  const there = read(mount, 'cgroup.controllers').split(' ');
  for (const controller of WANTED) {
    assert.ok(there.includes(controller), `${controller} is not on cgroup v2 here, only: ${there}`);
    writeFileSync(join(mount, 'cgroup.subtree_control'), `+${controller}`);
  }
  mkdirSync(vassals);
  await startDaemon();
});

after(async () => {
  if (daemon?.exitCode === null && daemon.signalCode === null) {
    const over = new Promise((resolve) => daemon.on('exit', resolve));
    daemon.kill('SIGTERM');
    await over;
  }
  rmSync(root, { recursive: true, force: true });
  if (existsSync(join(base, 'cgroup.kill'))) writeFileSync(join(base, 'cgroup.kill'), '1');
  await until('the groups of the test are empty', () =>
    /populated 0/.test(existsSync(base) ? read(base, 'cgroup.events') : 'populated 0'),
  );
  removeTree(base);
  removeTree(`${base}-bare`);
});

test('memory-max: an out-of-memory kill is told', async () => {
  put('eater', `command = perl -e '$x .= "x" x 1048576 for 1..300'`, 'memory-max = 20M', 'restart = never');
  const exit = await ended('eater');
  assert.equal(exit.reason, 'oom-kill');
  assert.match(exit.message, /^out of memory: killed after/);
  await remove('eater');
});

test('memory.oom.group: the whole jail goes, and it is told all the same', async () => {
  const group = `${base}-bare`;
  const eater = `command = sh -c "perl -e '\\$x .= q(x) x 1048576 for 1..300'; echo survived; sleep 1000"`;
  const lines = ['restart = never', `cgroup = ${group}`, 'cgroup-opt = memory.max=20M'];
  put('whole', eater, ...lines, 'cgroup-opt = memory.oom.group=1');
  assert.equal((await ended('whole')).reason, 'oom-kill');
  await remove('whole', group);
});

test('memory-high and memory-max are what was asked for, also after a restart, and no more without the line', async () => {
  const group = join(base, 'vassals', 'mem');
  put('mem', 'command = sleep 1000', 'memory-max = 64M', 'memory-high = 50%%', 'clone = fs,pid');
  const first = await running('mem');
  assert.equal(first.cgroup, group);
  assert.equal(read(group, 'memory.max'), String(64 * MIB));
  const total = 1024 * Number(/^MemTotal: +(\d+)/.exec(read('/proc/meminfo'))[1]);
  assert.ok(Math.abs(Number(read(group, 'memory.high')) - total / 2) <= 8192);
  assert.ok(first.memoryBytes > 0 && first.memoryBytes < 64 * MIB);
  await call('POST', '/v1/vassals/mem/restart');
  await running('mem', 2);
  assert.equal(read(group, 'memory.max'), String(64 * MIB));
  put('mem', 'command = sleep 1000', 'memory-max = 32M', 'clone = fs,pid');
  await running('mem', 3);
  assert.deepEqual([read(group, 'memory.max'), read(group, 'memory.high')], [String(32 * MIB), 'max']);
  put('mem', 'command = sleep 1000', 'clone = fs,pid');
  await running('mem', 4);
  assert.equal(read(group, 'memory.max'), 'max');
  await remove('mem');
});

test('a vassal without a pid namespace starts again in a group that it was killed in', async () => {
  put('again', 'command = sh -c "sleep 0.2; exit 3"', 'pids-max = 50', 'restart-delay = 10ms');
  await until('four runs', async () => (await view('again'))?.generation >= 4);
  assert.match((await view('again')).lastExit.message, /exited with code 3/);
  await remove('again');
});

test('pids-max: no more processes', async () => {
  const group = join(base, 'vassals', 'forks');
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
  assert.ok((await view('forks')).pids <= 5);
  await remove('forks');
});

test('cpu-max: a share of a processor; cpu-weight', async () => {
  const group = join(base, 'vassals', 'busy');
  put('busy', 'command = sh -c "while :; do :; done"', 'cpu-max = 20%', 'cpu-weight = 33');
  await running('busy');
  assert.deepEqual([read(group, 'cpu.max'), read(group, 'cpu.weight')], ['20000 100000', '33']);
  const [from, start] = [field(read(group, 'cpu.stat'), 'usage_usec'), performance.now()];
  await delay(5000);
  const share = (field(read(group, 'cpu.stat'), 'usage_usec') - from) / 1000 / (performance.now() - start);
  console.log(`# busy got ${(100 * share).toFixed(1)} % of a processor`);
  assert.ok(share > 0.1 && share < 0.3, `${share}`);
  assert.ok(field(read(group, 'cpu.stat'), 'nr_throttled') > 0);
  await remove('busy');
});

test('io-max: a disk by its name, and reading is slow', async () => {
  const disk = readdirSync('/sys/block').find((name) => !/^(loop|ram|zram|sr|fd)/.test(name));
  assert.ok(disk, 'no disk here');
  const group = join(base, 'vassals', 'reader');
  const dd = `dd if=/dev/${disk} of=/dev/null bs=1M count=3 iflag=direct`;
  put('reader', `command = ${dd}`, `io-max = /dev/${disk} rbps=1M wiops=100`, 'restart = never');
  await until('io.max', () => existsSync(group) && read(group, 'io.max') !== '' && read(group, 'io.max'));
  assert.match(
    read(group, 'io.max'),
    new RegExp(`^${read('/sys/block', disk, 'dev')} rbps=1048576 wbps=max riops=max wiops=100$`),
  );
  const exit = await ended('reader');
  console.log(`# 3 MiB at 1 MiB/s: ${exit.message}`);
  assert.equal(exit.reason, 'success');
  assert.ok(Number(/after ([\d.]+) s/.exec(exit.message)?.[1]) >= 1.5, exit.message);
  await remove('reader');
  put('nodisk', 'command = true', 'io-max = /dev/null rbps=1', 'restart = never');
  assert.match(
    (await ended('nodisk')).message,
    /nodisk\.ini:4:1: io-max \/dev\/null: that is not a block device/,
  );
  await remove('nodisk');
});

test('cgroup = DIR: it lives there, its controllers are turned on above, it is shown and goes', async () => {
  const parent = `${base}-bare`;
  const group = join(parent, 'inner');
  mkdirSync(parent);
  put(
    'there',
    'command = sleep 1000',
    `cgroup = ${group}`,
    'cgroup-opt = memory.max=64M',
    'pids-max = 9',
    'clone = fs,pid',
  );
  const seen = await running('there');
  assert.equal(seen.cgroup, group);
  assert.deepEqual([read(group, 'memory.max'), read(group, 'pids.max')], [String(64 * MIB), '9']);
  assert.ok(read(group, 'cgroup.procs').split('\n').includes(String(seen.pid)));
  await remove('there', group);
  removeTree(parent);
});

test('a limit without its controller is an error at its line, and others run', async () => {
  const outer = `${base}-bare`;
  const group = join(outer, 'own');
  mkdirSync(outer);
  writeFileSync(join(outer, 'cgroup.subtree_control'), '+pids');
  const [command, args] = inGroup(group, ['run', '--memory-max=10M', '--', 'true']);
  const refused = spawnSync(command, args, { encoding: 'utf8' });
  assert.equal(refused.status, 125);
  assert.match(
    refused.stderr,
    new RegExp(`memory-max: ${group} was not given the controller memory, only pids`),
  );
  removeTree(group);
  const [ours, words] = inGroup(group, [
    'run',
    '--pids-max=10',
    '--clone=fs,pid',
    '--',
    'sh',
    '-c',
    'cat /sys/fs/cgroup/$(cut -d: -f3 /proc/self/cgroup)/pids.max',
  ]);
  const kept = spawnSync(ours, words, { encoding: 'utf8' });
  assert.deepEqual([kept.stderr, kept.stdout, kept.status], ['', '10\n', 0]);
  removeTree(outer);
});

test('tsjail run: an out-of-memory kill, and nothing left', async () => {
  const group = `${base}-bare`;
  const [command, args] = inGroup(group, [
    'run',
    '--memory-max=20M',
    '--',
    'perl',
    '-e',
    '$x .= "x" x 1048576 for 1..300',
  ]);
  const end = spawnSync(command, args, { encoding: 'utf8' });
  assert.match(end.stderr, /out of memory: killed/);
  assert.equal(end.status, 137);
  assert.equal(existsSync(join(group, 'vassals')), false);
  removeTree(group);
});

test('a group with processes of its own passes no controllers on: that is said', () => {
  const group = `${base}-bare`;
  mkdirSync(group);
  const script = 'echo 0 >"$0"/cgroup.procs; sleep 1000 & "$@"; code=$?; kill $!; exit $code';
  const end = spawnSync(
    'sh',
    ['-c', script, group, process.execPath, MAIN, 'run', '--memory-max=20M', '--', 'true'],
    { encoding: 'utf8' },
  );
  assert.equal(end.status, 125);
  assert.match(
    end.stderr,
    /memory-max: .*tsjail-vm-\d+-bare does not pass the controller memory on: processes are in it/,
  );
  removeTree(group);
});

test('a killed daemon: its groups and those that configs name are removed', async () => {
  const group = `${base}-bare`;
  put('limited', 'command = sleep 1000', 'pids-max = 9');
  put('named', 'command = sleep 1000', `cgroup = ${group}`);
  await Promise.all([running('limited'), running('named')]);
  const over = new Promise((resolve) => daemon.on('exit', resolve));
  daemon.kill('SIGKILL');
  await over;
  assert.ok(existsSync(group) && existsSync(join(base, 'vassals', 'limited')));
  const cleanup = spawnSync(process.execPath, [MAIN, 'cleanup', '--control', control], { encoding: 'utf8' });
  assert.equal(cleanup.status, 0, cleanup.stderr);
  assert.deepEqual([existsSync(group), existsSync(join(base, 'vassals'))], [false, false]);
});
