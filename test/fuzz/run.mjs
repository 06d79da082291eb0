// Fuzzes the C++ that reads bytes of others: `node test/fuzz/run.mjs [SECONDS] [TARGET…]`. The seconds are of processors,
// shared by all targets. What makes one fail is kept in test/fuzz/build. With `--keep` what is worth it goes to
// test/fuzz/corpus: a file for each target, with an input in base64 on each line.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '../..');
const BUILD = join(HERE, 'build');
const CORPUS = join(HERE, 'corpus');

/** How large a share of the time each gets, and how long its inputs may be. */
const TARGETS = {
  jailer: { share: 4, longest: 4096 },
  init: { share: 2, longest: 4096 },
  plan: { share: 1, longest: 4096 },
  setns: { share: 1, longest: 512 },
  accounts: { share: 1, longest: 8192 },
  mounts: { share: 1, longest: 4096 },
  order: { share: 1, longest: 4096 },
};
const SHARED = ['kernel.cc', 'statics.cc', 'mutator.cc'];
const FLAGS = [
  '-std=c++20',
  '-O1',
  '-gline-tables-only',
  '-fno-omit-frame-pointer',
  '-fno-pie',
  '-fno-sanitize-recover=all',
  '-DTSJAIL_HOSTED',
  '-DTSJAIL_FAKE_KERNEL',
];
const SANITIZED = '-fsanitize=address,undefined';
/** The fuzzer's own parts are no ground to be covered. */
const COVERED = '-fsanitize=fuzzer-no-link,address,undefined';
const LINK = ['-no-pie', '-fsanitize=fuzzer,address,undefined'];
const OPTIONS = [
  '-timeout=10',
  '-rss_limit_mb=1024',
  '-print_final_stats=1',
  '-close_fd_mask=1',
  '-reload=0',
];
/** Of a target's corpus, in characters. */
const MOST_KEPT = 64 * 1024;
const JOBS = availableParallelism();

/** @param {string} command @param {string[]} args */
function call(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: BUILD, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (part) => (said += part));
    child.stderr.on('data', (part) => (said += part));
    child.once('error', (error) => resolve({ code: -1, said: `${command}: ${error.message}` }));
    child.once('close', (code) => resolve({ code, said }));
  });
}

/** @template T @param {readonly T[]} list @param {(each: T) => Promise<void>} work */
async function all(list, work) {
  const rest = [...list];
  const worker = async () => {
    for (let each = rest.shift(); each !== undefined; each = rest.shift()) await work(each);
  };
  await Promise.all(Array.from({ length: JOBS }, worker));
}

const newest = Math.max(
  ...[join(ROOT, 'addon'), join(ROOT, 'addon/jailer'), HERE].flatMap((directory) =>
    readdirSync(directory)
      .filter((name) => /\.(cc|h)$/.test(name))
      .map((name) => statSync(join(directory, name)).mtimeMs),
  ),
);
const object = (/** @type {string} */ source) =>
  join(BUILD, `${basename(join(source, '..'))}-${basename(source)}.o`);

/** Newer than all that it could be made of. @param {string} path */
function isFresh(path) {
  return existsSync(path) && statSync(path).mtimeMs > newest;
}

/** @param {string[]} sources */
async function compile(sources) {
  await all(sources, async (source) => {
    if (isFresh(object(source))) return;
    const own = [SHARED.includes(basename(source)) ? SANITIZED : COVERED];
    if (basename(source) === 'start.cc') own.push('-Dmain=jailer_main');
    const { code, said } = await call('clang++', [...FLAGS, ...own, '-c', source, '-o', object(source)]);
    if (code !== 0) throw new Error(said);
  });
}

async function build(/** @type {string[]} */ targets) {
  mkdirSync(BUILD, { recursive: true });
  const jailer = readdirSync(join(ROOT, 'addon/jailer')).filter((name) => name.endsWith('.cc'));
  const common = [...jailer.map((name) => join(ROOT, 'addon/jailer', name)), join(ROOT, 'addon/order.cc')];
  common.push(...SHARED.map((name) => join(HERE, name)));
  await compile([...common, ...targets.map((name) => join(HERE, `${name}.cc`))]);
  await all(targets, async (name) => {
    const objects = [...common, join(HERE, `${name}.cc`)].map(object);
    const { code, said } = await call('clang++', [...LINK, '-o', name, ...objects]);
    if (code !== 0) throw new Error(said);
  });
}

async function seeds() {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({ input: join(HERE, 'seeds.ts'), platform: 'node' });
  await bundle.write({ file: join(BUILD, 'seeds.mjs'), format: 'esm' });
  const { code, said } = await call(process.execPath, ['seeds.mjs', join(BUILD, 'seeds')]);
  if (code !== 0) throw new Error(said);
}

/** @param {string} name */
const kept = (name) => join(CORPUS, `${name}.txt`);

/** What was kept, as the files that the fuzzer wants. @param {string} name */
function unpack(name) {
  const directory = join(BUILD, 'corpus', name);
  mkdirSync(directory, { recursive: true });
  const lines = existsSync(kept(name)) ? readFileSync(kept(name), 'utf8').trim().split('\n') : [];
  for (const [index, line] of lines.entries())
    writeFileSync(join(directory, String(index)), Buffer.from(line, 'base64'));
  return directory;
}

/** Where a target's inputs are; the first is for new ones. @param {string} name */
const inputsOf = (name) => [join(BUILD, `found-${name}`), unpack(name), join(BUILD, 'seeds', name)];

/** @param {string} name @param {number} seconds */
async function fuzz(name, seconds) {
  const inputs = inputsOf(name);
  for (const directory of inputs) mkdirSync(directory, { recursive: true });
  const options = [...OPTIONS, `-max_total_time=${seconds}`, `-max_len=${TARGETS[name].longest}`];
  options.push(`-artifact_prefix=${BUILD}/fails-${name}-`);
  return call(join(BUILD, name), [...options, ...inputs]);
}

/** What adds to the coverage, the shortest first. @param {string} name */
async function keep(name) {
  const merged = join(BUILD, `kept-${name}`);
  rmSync(merged, { recursive: true, force: true });
  mkdirSync(merged);
  await call(join(BUILD, name), ['-set_cover_merge=1', merged, ...inputsOf(name)]);
  const all = readdirSync(merged).map((file) => readFileSync(join(merged, file)));
  const lines = all.sort((a, b) => a.length - b.length).map((bytes) => bytes.toString('base64'));
  const ends = lines.map((_, index) => lines.slice(0, index + 1).join('\n').length);
  const fitting = lines.filter((_, index) => (ends[index] ?? 0) < MOST_KEPT);
  mkdirSync(CORPUS, { recursive: true });
  writeFileSync(kept(name), `${fitting.sort().join('\n')}\n`);
}

function summary(/** @type {string} */ said) {
  const line = said.match(/^#.*cov: (\d+) ft: (\d+) corp: (\d+)/gm)?.at(-1) ?? '';
  const [, covered, features, kept] = /cov: (\d+) ft: (\d+) corp: (\d+)/.exec(line) ?? [];
  const runs = /number_of_executed_units: (\d+)/.exec(said)?.[1];
  return `${runs} runs, ${covered} edges, ${features} features, corpus ${kept}`;
}

async function main() {
  const words = process.argv.slice(2);
  const keeps = words.includes('--keep');
  const seconds = Number(words.find((word) => /^\d+$/.test(word)) ?? 60);
  const wanted = words.filter((word) => word in TARGETS);
  const targets = wanted.length > 0 ? wanted : Object.keys(TARGETS);
  const before = Date.now();
  await build(targets);
  await seeds();
  console.log(`built in ${Math.round((Date.now() - before) / 1000)} s`);
  const shares = targets.reduce((sum, name) => sum + TARGETS[name].share, 0);
  let failed = 0;
  await all(targets, async (name) => {
    const own = Math.max(1, Math.round((seconds * TARGETS[name].share) / shares));
    const { code, said } = await fuzz(name, own);
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}: ${summary(said)} in ${own} s`);
    if (code !== 0) console.log(said.slice(-8000));
    if (code !== 0) failed++;
    else if (keeps) await keep(name);
  });
  const left = existsSync(BUILD) ? readdirSync(BUILD).filter((name) => name.startsWith('fails-')) : [];
  for (const name of left)
    console.log(`kept: ${join(BUILD, name)} (${statSync(join(BUILD, name)).size} bytes)`);
  process.exitCode = failed > 0 ? 1 : 0;
}

await main();
