// How fast the command line is: each command beside bare Node and the peers' own, interleaved; and what a list of all vassals costs
// the daemon.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Daemon, MAIN } from './daemon.mjs';
import { versionOf } from './install.mjs';
import { median, sleep } from './numbers.mjs';
import { Pm2, Supervisord } from './supervisors.mjs';

const FEW = 100;
const MANY = 1000;
const ROUNDS = 20;
/** They take as long as ten of ours. */
const PEER_ROUNDS = 3;
const ANSWERS = 30;
/** V8 tidies up after an answer of that size. */
const PAUSE_MS = 20;
const BARE = ['-e', '0'];
const JAIL = '--clone=fs,net,ipc,uts,pid';

const PEERS = [
  { name: 'supervisorctl status', count: FEW, Kind: Supervisord, source: 'supervisor' },
  { name: 'supervisorctl status', count: MANY, Kind: Supervisord, source: 'supervisor' },
  { name: 'pm2 ls', count: FEW, Kind: Pm2, source: 'pm2' },
];

/** `commands`: `{ name, lastMs, endMs }` of each, medians, bare Node first, or `{ name, error }`; `answer`: see answers(). */
export async function cli(directory, mark) {
  mkdirSync(directory, { recursive: true });
  const empty = new Daemon(join(directory, 'empty'), mark);
  const few = new Daemon(join(directory, 'few'), mark);
  const many = new Daemon(join(directory, 'many'), mark);
  const rivals = PEERS.map((peer, index) => rival(peer, join(directory, `peer-${index}`), mark));
  const there = rivals.filter(({ daemon }) => daemon);
  const begun = [];
  const up = async (daemon, count, serve) => {
    begun.push(daemon);
    await crowd(daemon, count, serve);
  };
  try {
    await up(empty, 0);
    await up(few, FEW);
    await up(many, MANY);
    for (const { daemon, count } of there) await up(daemon, count, (name) => daemon.serve(name));
    for (const daemon of [empty, few, many]) await daemon.answers();
    const file = join(directory, 'web.ini');
    writeFileSync(file, many.text('web'));
    const asked = there.map(({ title, daemon }) => ({
      name: title,
      words: daemon.status,
      rounds: PEER_ROUNDS,
    }));
    const commands = await timed([...commandsOf(file, empty, few, many), ...asked]);
    const missing = rivals.filter(({ daemon }) => !daemon);
    return {
      commands: [...commands, ...missing.map(({ title }) => ({ name: title, error: 'not installed' }))],
      answer: await answers(many),
    };
  } finally {
    for (const daemon of begun) await daemon.end();
  }
}

function rival({ name, count, Kind, source }, directory, mark) {
  const version = versionOf(source);
  return {
    title: `${name}${version ? ` (${version})` : ''}, ${count}`,
    count,
    daemon: version && new Kind(directory, mark),
  };
}

async function crowd(daemon, count, serve = (name) => daemon.put(name)) {
  for (let n = 0; n < count; n++) serve(`v${n}`);
  daemon.start();
  await daemon.allMarked(count);
}

function commandsOf(file, empty, few, many) {
  const tsjail = (name, words, daemon = empty) => ({
    name,
    words: [process.execPath, MAIN, ...words, ...(daemon ? ['--control', daemon.control] : [])],
    rounds: ROUNDS,
  });
  return [
    { name: 'node -e 0', words: [process.execPath, ...BARE], rounds: ROUNDS },
    tsjail('tsjail --version', ['--version'], null),
    tsjail('tsjail --help', ['--help'], null),
    tsjail('tsjail version', ['version']),
    tsjail('tsjail ls, no vassals', ['ls']),
    tsjail(`tsjail ls, ${FEW}`, ['ls'], few),
    tsjail(`tsjail ls, ${MANY}`, ['ls'], many),
    tsjail(`tsjail ls --json, ${MANY}`, ['ls', '--json'], many),
    tsjail(`tsjail status NAME, one of ${MANY}`, ['status', 'v7'], many),
    tsjail(`names for a shell, ${MANY}`, ['completion', 'names'], many),
    tsjail('tsjail check FILE', ['check', file], null),
    tsjail('tsjail plan FILE', ['plan', file], null),
    tsjail('tsjail run -- true', ['run', '--', '/bin/true'], null),
    tsjail('the same in a full jail', ['run', JAIL, '--', '/bin/true'], null),
  ];
}

/** One after the other, round after round: what else goes on strikes them alike. */
async function timed(commands) {
  const all = commands.map(() => ({ last: [], end: [] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { words, rounds }] of commands.entries()) {
      if (round >= rounds) continue;
      const { lastMs, endMs } = await once(words);
      all[index].last.push(lastMs);
      all[index].end.push(endMs);
    }
  }
  return commands.map(({ name }, index) => ({
    name,
    lastMs: median(all[index].last),
    endMs: median(all[index].end),
  }));
}

/** To the last byte on stdout, or to its end when there is none. */
function once([program, ...words]) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'ignore'] });
    let lastMs;
    child.stdout.on('data', () => {
      lastMs = performance.now() - begun;
    });
    child.on('error', reject);
    child.on('close', () => {
      const endMs = performance.now() - begun;
      resolve({ lastMs: lastMs ?? endMs, endMs });
    });
  });
}

/** GET /v1/vassals, medians: ms until it is there, ms of processor time that the daemon's loop and all its threads spend on it, and
 *  its size. */
async function answers(daemon) {
  const results = [];
  for (let n = 0; n < ANSWERS; n++) {
    const before = spent(daemon.pid);
    const { ms, bytes } = await answer(daemon.control);
    await sleep(PAUSE_MS);
    const after = spent(daemon.pid);
    results.push({ ms, bytes, loopMs: after.loop - before.loop, allMs: after.all - before.all });
  }
  const of = (key) => median(results.map((each) => each[key]));
  return { ms: of('ms'), bytes: of('bytes'), loopMs: of('loopMs'), allMs: of('allMs') };
}

function answer(socketPath) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const call = request({ socketPath, path: '/v1/vassals', agent: false }, (response) => {
      let bytes = 0;
      response.on('data', (chunk) => {
        bytes += chunk.length;
      });
      response.on('end', () => resolve({ ms: performance.now() - begun, bytes }));
    });
    call.on('error', reject).end();
  });
}

/** ms on a processor so far: of the main thread, and of all. */
function spent(pid) {
  const of = (thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  const threads = readdirSync(`/proc/${pid}/task`);
  return { loop: of(pid), all: threads.reduce((sum, thread) => sum + of(thread), 0) };
}
