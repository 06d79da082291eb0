// Whatever an administrator changes of the host's network, a spare network namespace that is given away is what a new one would be: each
// setting is changed in its turn, a vassal is started again, and what it sees is compared with what unshare(1) makes at that moment. As
// root, on a machine that may be spoilt: `node test/vm/host-network.mjs`. Not part of `npm test`.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const SYSCTLS = '/proc/sys/net';
const INHERIT = `${SYSCTLS}/core/devconf_inherit_init_net`;
/** Not to be changed by a number: they do something, or cannot be taken back, or are of one interface. */
const OTHERS =
  /\/(flush|nf_hooks_lwtunnel|bpf_jit\w+|netdev_rss_key|tcp_fastopen_key)$|\/conf\/(?!all|default)|\/neigh\/(?!default)/;
/** `lo` has no neighbours: what it would do about them is of no account, and not looked at. */
const OF_NO_ACCOUNT = /^\.\/ipv[46]\/neigh\/lo\//;
const DEADLINE_MS = 60_000;

const root = mkdtempSync(join(tmpdir(), 'tsjail-vm-'));
const vassals = join(root, 'vassals');
const seen = join(root, 'seen');
const DUMP = `cd ${SYSCTLS} && find . -type f | sort | xargs grep -s ""; true`;
const OURS = readlinkSync('/proc/self/ns/net');
let daemon;
let output = '';
let starts = 0;

async function until(what, look) {
  for (const end = Date.now() + DEADLINE_MS; ; ) {
    const value = look();
    if (value !== undefined && value !== false && value !== null) return value;
    if (Date.now() > end) throw new Error(`never: ${what}\n${output}`);
    await delay(5);
  }
}

function spares() {
  const tasks = join('/proc', String(daemon.pid), 'task');
  const links = readdirSync(tasks).flatMap((task) =>
    readdirSync(join(tasks, task, 'fd')).map((fd) => link(join(tasks, task, 'fd', fd))),
  );
  return new Set(links.filter((each) => each?.startsWith('net:') && each !== OURS)).size;
}

function link(path) {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** By file and line: what it says. */
function settings(text) {
  const lines = text.split('\n').filter((line) => line !== '' && !OF_NO_ACCOUNT.test(line));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

/** What the vassal sees, started again. */
async function again() {
  starts++;
  const path = `${seen}.${starts}`;
  process.kill(Number(readFileSync(`${seen}.pid`, 'utf8')), 'SIGKILL');
  await until(`start ${starts}`, () => existsSync(path));
  return settings(readFileSync(path, 'utf8'));
}

function fresh() {
  const { stdout, status } = spawnSync('unshare', ['-n', 'sh', '-c', `ip link set lo up; ${DUMP}`], {
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  });
  assert.equal(status, 0);
  return settings(stdout);
}

function files(directory) {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

/** False: it takes no other value. */
function change(path, text) {
  const words = text.split(/\s+/);
  for (const by of [1, -1, 2]) {
    try {
      writeFileSync(path, words.map((word) => String(Number(word) + by)).join(' '));
      if (readFileSync(path, 'utf8').trim() !== text) return true;
    } catch {
      // Out of its range.
    }
  }
  return false;
}

/** Those that changed something which a new network shows. */
async function compareAll(paths) {
  const inherited = [];
  let base = fresh();
  for (const path of paths) {
    const text = textOf(path);
    if (text === undefined || !/^-?\d+(\s+-?\d+)*$/.test(text)) continue;
    await until('a spare network', () => spares() > 0);
    if (!change(path, text)) continue;
    const given = await again();
    const wanted = fresh();
    if (differences(base, wanted).length > 0) inherited.push(path);
    assert.deepEqual(differences(wanted, given), [], `after a change of ${path}`);
    writeFileSync(path, text.replaceAll(/\s+/g, ' '));
    base = fresh();
  }
  return inherited;
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function differences(one, other) {
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].filter((name) => one.get(name) !== other.get(name));
}

before(async () => {
  mkdirSync(vassals);
  writeFileSync(`${seen}.count`, '0');
  const script = [
    `n=$(cat ${seen}.count)`,
    `echo $((n + 1)) > ${seen}.count`,
    // Without a pid namespace it is the host's.
    `echo $$ > ${seen}.pid`,
    `(${DUMP}) > ${seen}.new`,
    `mv ${seen}.new ${seen}.$n`,
    'exec sleep 100000',
  ];
  writeFileSync(join(root, 'vassal.sh'), script.join('\n'));
  const lines = [
    '[vassal]',
    `command = sh ${root}/vassal.sh`,
    'clone = fs,net,ipc,uts',
    'profile = open',
    'stable-after = 0',
  ];
  writeFileSync(join(vassals, 'web.ini'), lines.join('\n'));
  daemon = spawn(process.execPath, [MAIN, 'emperor', vassals, '--control', join(root, 'control.sock')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [daemon.stdout, daemon.stderr]) stream.on('data', (chunk) => (output += chunk));
  await until('the first start', () => existsSync(`${seen}.0`));
});

after(async () => {
  daemon.kill('SIGTERM');
  await new Promise((resolve) => daemon.on('exit', resolve));
  rmSync(root, { recursive: true, force: true });
});

test('each setting of the host', { timeout: 1_000_000 }, async () => {
  const inherited = await compareAll(files(SYSCTLS).filter((path) => !OTHERS.test(path) && path !== INHERIT));
  console.log(`${inherited.length} of them are taken over, of ${starts} that were changed`);
  assert.ok(inherited.length > 60);
});

test('those of IPv6 where they are taken over', { timeout: 1_000_000 }, async () => {
  const before = textOf(INHERIT);
  writeFileSync(INHERIT, '1');
  try {
    const directories = ['all', 'default'].map((name) => `${SYSCTLS}/ipv6/conf/${name}`);
    const inherited = await compareAll(directories.flatMap(files));
    console.log(`${inherited.length} are taken over`);
    assert.ok(inherited.length > 60);
  } finally {
    writeFileSync(INHERIT, before);
  }
});
