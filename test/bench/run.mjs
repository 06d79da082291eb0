// `npm run bench [-- --write] [-- PART…]`: measures tsjail beside a raw C launcher and other jailers in one run, prints a
// table, and with --write keeps it in docs/benchmarks.md. Parts: block launch file kill many emperors cases. Needs root.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildLauncher, buildPrograms } from './build.mjs';
import { cases } from './cases.mjs';
import { afterKill, fromFile, many } from './daemon.mjs';
import { emperors } from './emperors.mjs';
import { inMs, median, quantile, sleep, table } from './numbers.mjs';
import { peers, Stopwatch } from './peers.mjs';

const DOCUMENT = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const HEAPS_MB = [50, 500];
const ROUNDS = 200;
const PAUSE_MS = 10;
const VASSALS = 1000;
const IDLE_MS = 10_000;
/** Every 30 s the directory is scanned, and V8 sweeps some ten seconds after whatever was done: idleness is what lies between. */
const SETTLE_MS = 44_000;

const PARTS = { block, launch, file, kill, many: thousand, emperors: sideBySide, cases: wrongs };

async function main() {
  if (process.getuid() !== 0) throw new Error('needs root: sudo npm run bench');
  const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
  const directory = mkdtempSync(join(tmpdir(), 'tsjail-bench-'));
  const sections = [];
  try {
    const programs = { ...buildPrograms(directory), jail: await buildLauncher() };
    for (const [name, part] of Object.entries(PARTS)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      const section = await part(programs, directory);
      sections.push(section);
      process.stdout.write(`${section}\n\n`);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  if (process.argv.includes('--write')) writeFileSync(DOCUMENT, document(sections));
}

async function block({ mark, jail }) {
  const rows = HEAPS_MB.map((megabytes) => {
    const said = execFileSync(process.execPath, [jail, mark, String(megabytes), '200'], { encoding: 'utf8' });
    const { call, busy } = JSON.parse(said);
    return [`${megabytes} MB`, `${call.toFixed(0)} µs`, `${busy.toFixed(0)} µs`];
  });
  const head = ['Buffers', 'in spawn()', 'all work of the loop for one start'];
  return `## Main loop blocked per spawn (medians of 200)\n\n${table(head, rows)}`;
}

/** Every launcher in turn, in a new order each round, with the same pause before it. */
async function launch(programs, directory) {
  const { Launcher } = await import(programs.jail);
  const tsjail = new Launcher(programs.mark);
  const byDefault = new Launcher(programs.mark, []);
  const cgroup = tsjail.otherCgroup;
  const { raw, mark, init } = programs;
  const others = [
    {
      name: 'raw C, exec of a static init',
      note: 'the same kernel calls',
      words: [raw, 'exec', cgroup, mark, init],
    },
    {
      name: 'raw C, fork',
      note: 'no exec in between, no control socket, no plan',
      words: [raw, 'fork', cgroup, mark],
    },
    ...peers(programs, directory),
  ];
  const runners = [
    {
      name: 'tsjail, `profile = open`',
      note: '',
      once: async () => (await tsjail.once()).startUsec,
      close: () => tsjail.close(),
      results: [],
    },
    ...others.map(asRunner),
    {
      name: 'tsjail as it is by default',
      note: 'with all that `profile = container` does',
      once: async () => (await byDefault.once()).startUsec,
      close: () => byDefault.close(),
      results: [],
    },
  ];
  for (let round = 0; round < ROUNDS; round++) {
    for (const runner of shuffled(runners)) await measure(runner);
  }
  for (const runner of [...runners].reverse()) await runner.close();
  const floor = median(runners[1].results);
  const rows = runners.map(({ name, note, results, error }) => {
    if (results.length === 0) return [name, `did not run: ${error}`, '', note];
    return [name, inMs(results), (median(results) / floor).toFixed(2), note];
  });
  const head = ['launcher', 'start to exec’d', '× raw C', 'note'];
  return `## Full jail, from the start to the command’s first instruction (${ROUNDS} each, interleaved)\n\n${table(head, rows)}`;
}

function asRunner({ name, note, words }) {
  if (words === undefined)
    return { name, note: '', once: () => Promise.reject(new Error(note)), close() {}, results: [] };
  const stopwatch = new Stopwatch(words);
  return { name, note, once: () => stopwatch.once(), close: () => stopwatch.close(), results: [] };
}

async function measure(runner) {
  if (runner.error) return;
  await sleep(PAUSE_MS);
  try {
    runner.results.push(await runner.once());
  } catch (error) {
    runner.error = error.message.split('\n')[0];
    runner.results = [];
  }
}

function shuffled(list) {
  return list
    .map((each) => [Math.random(), each])
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each);
}

async function file({ mark }, directory) {
  const results = await fromFile(join(directory, 'file'), mark, 60);
  return `## File renamed into place → command exec’d (60 times)\n\n${inMs(results)}; best ${(quantile(results, 0) / 1000).toFixed(2)} ms`;
}

async function kill({ mark }, directory) {
  const results = await afterKill(join(directory, 'kill'), mark, 60);
  return `## kill -9 of a stable vassal’s command → exec’d again (60 times)\n\n${inMs(results)}; best ${(quantile(results, 0) / 1000).toFixed(2)} ms`;
}

async function thousand({ mark }, directory) {
  const result = await many(join(directory, 'many'), mark, VASSALS, SETTLE_MS, IDLE_MS);
  const rows = [
    ['all up, from the start of the daemon', `${(result.upMs / 1000).toFixed(2)} s`],
    ['all gone, from SIGTERM to the daemon’s end', `${(result.downMs / 1000).toFixed(2)} s`],
    ['daemon, resident', `${result.daemonMiB.toFixed(0)} MiB`],
    ['a jailer, private', `${result.jailerKiB} KiB`],
    [
      `wake-ups of all the daemon’s threads in ${IDLE_MS / 1000} s between two safety rescans`,
      String(result.idleWakeUps),
    ],
  ];
  return `## ${VASSALS} vassals in full jails\n\n${table(['what', 'measured'], rows)}`;
}

async function sideBySide({ mark }, directory) {
  const rows = await emperors(join(directory, 'emperors'), mark);
  const note =
    'The same files for both; uWSGI instances are real ones (`[uwsgi]`, unchanged), commands are `unprivileged-binary-patch-arg`. No jails.';
  return `## Beside the uWSGI Emperor\n\n${note}\n\n${table(['what', 'tsjail', 'uWSGI'], rows)}`;
}

async function wrongs({ mark }, directory) {
  const rows = await cases(join(directory, 'cases'), mark);
  return `## What the uWSGI Emperor gets wrong\n\nThe same files for both; commands are \`unprivileged-binary-patch-arg\`.\n\n${table(['case', 'tsjail', 'uWSGI'], rows)}`;
}

function document(sections) {
  const cpu = /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? process.arch;
  const machine = `Linux ${release().split('-')[0]}, Node ${process.versions.node}, ${availableParallelism()} × ${cpu}`;
  return [
    '# Benchmarks',
    `Written by \`npm run bench -- --write\` on ${new Date().toISOString().slice(0, 10)}: ${machine}.`,
    'Compare the rows of one table with each other, not with those of another machine. A full jail is `clone = fs,net,ipc,uts,pid`, `profile = open`',
    'with a fresh /proc, `lo` up, a hostname and the init that stays. The command is a static program that notes when it was started.',
    'Other jailers are programs that start anew for each jail; tsjail’s daemon is there already.',
    '',
    sections.join('\n\n'),
    '',
  ].join('\n');
}

await main();
