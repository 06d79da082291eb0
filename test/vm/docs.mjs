// The blocks of docs/ that change the machine (```sh in=machine), as root on a machine with systemd that may be spoilt: `node
// test/vm/docs.mjs`. tsjail is installed from its package (`npm run package:deb`, TSJAIL_DEB), or else from this checkout, as test/vm/systemd.mjs
// does. Not part of `npm test`.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { blocksOf, callsOf, isLike } from '../helpers/docs/blocks.mjs';
import { install } from './install.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A machine that is emulated on a busy one takes minutes for what else takes seconds. */
const DEADLINE_MS = 400_000;
const VASSALS = '/etc/tsjail/vassals';
const HERE = '/root/docs';
/** First of all the service is there; at last another version takes its place. */
const FIRST = 'docs/systemd.md';
const LAST = 'docs/upgrade.md';
const NEXT = '0.2.0';

const order = (page) => (page === FIRST ? 0 : page === LAST ? 2 : 1);
const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].sort((one, other) => order(one) - order(other));
const blocks = pages.flatMap((page) =>
  blocksOf(page, readFileSync(join(ROOT, page), 'utf8')).filter((block) => block.in === 'machine'),
);

function run(script, deadline = DEADLINE_MS) {
  const options = { encoding: 'utf8', cwd: HERE, timeout: deadline, killSignal: 'SIGKILL' };
  return spawnSync('bash', ['--norc', '-ec', `exec 2>&1; ${script}`], { ...options, env: environment });
}
const environment = { ...process.env, NO_COLOR: '1', DEBIAN_FRONTEND: 'noninteractive' };
const must = (script) => {
  const { status, stdout } = run(script);
  assert.equal(status, 0, `${script}\n${stdout}\n${service()}`);
  return stdout;
};

/** Runs until it has said `words`, and is ended then. */
async function stay(script, words) {
  const child = spawn('bash', ['--norc', '-ec', `exec 2>&1; ${script}`], {
    cwd: HERE,
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  const end = new Promise((resolve) => child.once('close', resolve));
  try {
    for (const last = Date.now() + DEADLINE_MS; !said.includes(words); await delay(50)) {
      assert.equal(child.exitCode, null, `it has ended:\n${said}`);
      assert.ok(Date.now() < last, `it never said ${words}:\n${said}\n${service()}`);
    }
    return said;
  } finally {
    if (child.exitCode === null) process.kill(-child.pid, 'SIGINT');
    await end;
  }
}

const service = () => run('systemctl --no-pager status tsjail; journalctl --no-pager -u tsjail -n 20').stdout;

/** What it says may be on its way to the journal. */
async function say({ command, expected }) {
  for (const last = Date.now() + DEADLINE_MS; ; await delay(200)) {
    const { stdout } = run(command);
    if (isLike(stdout.replaceAll(/^\n/gm, ''), expected)) return;
    assert.ok(Date.now() < last, `${command}\n${stdout}`);
  }
}

async function put({ name, text }) {
  const path = name.startsWith('/') ? name : join(VASSALS, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  if (!path.startsWith(VASSALS)) return;
  const vassal = name.replace(/\.ini$/, '');
  for (const last = Date.now() + DEADLINE_MS; run(`tsjail status ${vassal}`).status !== 0; await delay(100))
    assert.ok(Date.now() < last, `${vassal} never runs\n${run(`tsjail status ${vassal}`).stdout}`);
}

/** A package that brings nothing: Node is here without one. */
function nodePackage() {
  const root = join(HERE, 'nodejs');
  mkdirSync(join(root, 'DEBIAN'), { recursive: true });
  const fields = ['Package: nodejs', `Version: ${process.versions.node}`, 'Architecture: all'];
  const about = ['Maintainer: docs <docs@example.org>', 'Description: stands for a Node that is there'];
  writeFileSync(join(root, 'DEBIAN/control'), `${[...fields, ...about].join('\n')}\n`);
  must('dpkg-deb --build nodejs nodejs.deb && dpkg -i nodejs.deb');
}

/** The same package, as of the next version. */
function nextPackage(deb) {
  must(`dpkg-deb --raw-extract ${deb} next`);
  const control = join(HERE, 'next/DEBIAN/control');
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, `Version: ${NEXT}-1`));
  const json = join(HERE, 'next/usr/lib/tsjail/package.json');
  writeFileSync(json, JSON.stringify({ ...JSON.parse(readFileSync(json, 'utf8')), version: NEXT }));
  must(`rm -f next/DEBIAN/md5sums && dpkg-deb -Znone --build next tsjail_${NEXT}_amd64.deb`);
}

before(() => {
  assert.equal(process.getuid(), 0, 'as root');
  assert.equal(readFileSync('/proc/1/comm', 'utf8').trim(), 'systemd');
  rmSync(HERE, { recursive: true, force: true });
  mkdirSync(HERE, { recursive: true });
  nodePackage();
  const from = install();
  console.log(`# installed: ${from}`);
  if (from.endsWith('.deb')) nextPackage(from);
  must('systemctl disable --now tsjail');
});

after(() => {
  run('systemctl stop tsjail.service');
});

test('there are such blocks', () => {
  assert.ok(blocks.length >= 5, `${blocks.length}`);
});

for (const block of blocks) {
  const { page, line, language, name, stays, text } = block;
  test(`${page}:${line}`, async () => {
    // Of files that were put to their places there is no other version to go to.
    if (page === LAST && !existsSync(join(HERE, `tsjail_${NEXT}_amd64.deb`)))
      assert.fail('needs the package: npm run package:deb');
    if (name !== undefined) return put(block);
    if (stays !== undefined)
      console.log(`# ${(await stay(text, stays)).trim().split('\n').slice(-3).join('\n# ')}`);
    else if (language === 'console') for (const call of callsOf(block)) await say(call);
    else console.log(`# ${must(text).trim().split('\n').slice(-2).join('\n# ')}`);
  });
}
