// Lines of vassals in systemd's own journal, and metrics of control groups of v2 with all controllers: as root, on a machine that
// has both, `node test/vm/journal-metrics.mjs`. Such a machine can be virtual and slow. Not part of `npm test`.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const DEADLINE_MS = 240_000;
const root = mkdtempSync(join(tmpdir(), 'tsjail-vm-'));
const vassals = join(root, 'vassals');
const control = join(root, 'control.sock');
const name = `vm-${process.pid}`;
let daemon;
let output = '';

async function until(what, look) {
  for (const end = Date.now() + DEADLINE_MS; ; ) {
    const value = await look();
    if (value) return value;
    if (Date.now() > end) throw new Error(`never: ${what}\n${output}`);
    await delay(100);
  }
}

function metrics() {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: control, path: '/metrics', agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve(text));
    });
    call.on('error', reject).end();
  });
}

async function value(series) {
  const line = (await metrics()).split('\n').find((each) => each.startsWith(`${series} `));
  return line && Number(line.slice(series.length + 1));
}

function journal(...matches) {
  const args = ['--output=json', '--all', '--no-pager', ...matches];
  const { stdout } = spawnSync('journalctl', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return stdout.split('\n').filter(Boolean).map(JSON.parse);
}

function put(file, ...lines) {
  const beside = join(root, file);
  writeFileSync(beside, ['[vassal]', ...lines, ''].join('\n'));
  renameSync(beside, join(vassals, file));
}

before(async () => {
  mkdirSync(vassals);
  // In a group for itself, which has its controllers: whoever runs this test is in the other one. It execs, so the pid stays.
  const scope = ['--scope', '--quiet', '--property=Delegate=yes', '--'];
  const words = [...scope, process.execPath, MAIN, 'emperor', vassals, '--control', control];
  daemon = spawn('systemd-run', words);
  for (const stream of [daemon.stdout, daemon.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  await until('it governs', () => output.includes('governing'));
});

after(async () => {
  daemon.kill();
  if (daemon.exitCode === null) await new Promise((resolve) => daemon.on('exit', resolve));
  rmSync(root, { recursive: true, force: true });
});

test('the journal has each line with its fields, under the name of the vassal', async () => {
  const script = `printf 'one\\nPRIORITY=0\\n\\n\\033[31mred\\n'; exit 3`;
  put(`${name}.ini`, `command = sh -c "${script}"`, 'log = journal', 'restart = never');
  const lines = await until('its entries', () => {
    const found = journal(`TSJAIL_VASSAL=${name}`);
    return found.some(({ TSJAIL_STREAM }) => TSJAIL_STREAM === 'tsjail') && found;
  });
  const own = lines.filter(({ TSJAIL_STREAM }) => TSJAIL_STREAM === 'out');
  assert.deepEqual(
    own.map(({ MESSAGE }) => MESSAGE).filter((text) => text !== ''),
    ['one', 'PRIORITY=0', '\\x1b[31mred'],
  );
  for (const line of lines) {
    assert.equal(line.SYSLOG_IDENTIFIER, name);
    assert.equal(line.TSJAIL_GENERATION, '1');
    assert.equal(line._PID, String(daemon.pid));
    assert.equal(line.PRIORITY, line.TSJAIL_STREAM === 'out' ? '6' : '5');
  }
  assert.match(lines.find(({ TSJAIL_STREAM }) => TSJAIL_STREAM === 'tsjail').MESSAGE, /exited with code 3/);
  assert.equal(journal(`SYSLOG_IDENTIFIER=${name}`).length, lines.length);
});

test('the journal may be started again: lines go on', async () => {
  const other = `${name}-again`;
  put(
    `${other}.ini`,
    'command = sh -c "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.1; done"',
    'log = journal',
  );
  await until('lines', () => journal(`TSJAIL_VASSAL=${other}`).length > 3);
  spawnSync('systemctl', ['restart', 'systemd-journald.service']);
  const before_ = journal(`TSJAIL_VASSAL=${other}`).length;
  await until('more lines', () => journal(`TSJAIL_VASSAL=${other}`).length > before_ + 5);
  rmSync(join(vassals, `${other}.ini`));
});

test('memory, processes and kills for want of memory are those of the group', async () => {
  const labels = '{vassal="oom"}';
  const eat = `x=a; while :; do x=$x$x; done`;
  put(
    'oom.ini',
    `command = sh -c "(${eat}) & wait; exec sleep 1000"`,
    'memory-max = 64M',
    'pids-max = 20',
    'clone = pid',
  );
  assert.equal(await until('a kill', () => value(`tsjail_vassal_oom_kills_total${labels}`)), 1);
  assert.equal(await value(`tsjail_vassal_up${labels}`), 1);
  const memory = await value(`tsjail_vassal_memory_bytes${labels}`);
  assert.ok(memory > 0 && memory <= 64 * 1024 * 1024, String(memory));
  assert.equal(await until('the rest', () => value(`tsjail_vassal_processes${labels}`)), 2);
  const cpu = await value(`tsjail_vassal_cpu_seconds_total${labels}`);
  put('oom.ini', `command = sh -c "${eat}"`, 'memory-max = 32M', 'restart = never', 'clone = pid');
  await until('its end', () => value(`tsjail_vassal_exits_total{vassal="oom",reason="oom-kill"}`));
  assert.equal(await value(`tsjail_vassal_oom_kills_total${labels}`), 2);
  assert.ok((await value(`tsjail_vassal_cpu_seconds_total${labels}`)) > cpu);
});
