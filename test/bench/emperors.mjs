// tsjail and the uWSGI Emperor over the same files, in turn: how long it takes from a change of a file, or an end, to what follows.
import { join } from 'node:path';
import { Daemon } from './daemon.mjs';
import { median, quantile, sleep } from './numbers.mjs';
import { isRunning, pidOf } from './processes.mjs';

const ROUNDS = 10;
const BOOT = 200;
const LOOP_MS = 20_000;
/** uWSGI looks every three seconds: whoever changes files in step with it would measure nothing. */
const PHASE_MS = 3000;

export class Uwsgi extends Daemon {
  command(vassals) {
    return ['uwsgi', '--emperor', vassals];
  }

  /** Asked to end it would give a command that knows nothing of its pipe thirty seconds. */
  stopSignal = 'SIGKILL';
}

const EMPERORS = { tsjail: Daemon, uWSGI: Uwsgi };
/** A uWSGI that is asked to stop brutally may take a second over it. */
const MEASURES = [
  ['file added → command exec’d', added],
  ['uWSGI instance touched → configured again, in place', touched],
  ['file removed → uWSGI instance gone', removed],
  ['kill -9 of a stable command → exec’d again', respawned],
  [`starts of a command that exits at once, in ${LOOP_MS / 1000} s`, crashLoop],
  [`${BOOT} commands from the start of the Emperor`, boot],
];

/** Rows of `what`, and what was measured of each. */
export async function emperors(directory, mark) {
  const rows = [];
  for (const [what, measure] of MEASURES) {
    const row = [what];
    for (const [name, Kind] of Object.entries(EMPERORS))
      row.push(await measured(new Kind(join(directory, name), mark), measure));
    rows.push(row);
  }
  return rows;
}

async function measured(daemon, measure) {
  try {
    return await measure(daemon);
  } catch (error) {
    return `did not: ${error.message.split('\n')[0]}`;
  } finally {
    await daemon.stop();
  }
}

/** A command as both take it. */
function plain(daemon, name, after = 'pause') {
  return `[uwsgi]\nunprivileged-binary-patch-arg = ${daemon.mark} ${daemon.markOf(name)} ${after}\n`;
}

/** An instance that marks each time it reads its config. */
function instance(daemon, name) {
  const lines = ['master = true', 'workers = 1', `socket = ${daemon.markOf(name)}.sock`];
  return `${['[uwsgi]', ...lines, `hook-asap = exec:${daemon.mark} ${daemon.markOf(name)}`].join('\n')}\n`;
}

async function added(daemon) {
  daemon.start();
  await started(daemon);
  const results = [];
  for (let n = 0; n < ROUNDS; n++) {
    await sleep(Math.random() * PHASE_MS);
    const begun = daemon.put(`v${n}`, plain(daemon, `v${n}`));
    await daemon.marked(`v${n}`, 1);
    results.push(since(begun, daemon.marks(`v${n}`)[0]));
  }
  return inWords(results);
}

async function touched(daemon) {
  const text = instance(daemon, 'touched');
  daemon.put('touched', text);
  daemon.start();
  await daemon.marked('touched', 1);
  const results = [];
  for (let n = 0; n < ROUNDS; n++) {
    // uWSGI sees a change only in another second.
    await sleep(2000 + Math.random() * PHASE_MS);
    const begun = daemon.put('touched', text);
    await daemon.marked('touched', n + 2);
    results.push(since(begun, daemon.marks('touched').at(-1)));
  }
  return inWords(results);
}

async function removed(daemon) {
  daemon.start();
  await started(daemon);
  const results = [];
  for (let n = 0; n < ROUNDS; n++) {
    const name = `v${n}`;
    daemon.put(name, instance(daemon, name));
    await daemon.marked(name, 1);
    const pid = await daemon.until(`the instance ${name}`, () => pidOf(`${name}.ini`));
    await sleep(1000 + Math.random() * PHASE_MS);
    daemon.remove(name);
    const begun = process.hrtime.bigint();
    await daemon.until(`the end of ${name}`, () => !isRunning(pid));
    results.push(since(begun, process.hrtime.bigint()));
  }
  return inWords(results);
}

async function respawned(daemon) {
  daemon.put('killed', `${plain(daemon, 'killed')}\n[vassal]\nstable-after = 0\n`);
  daemon.start();
  const results = [];
  for (let n = 0; n < ROUNDS; n++) {
    await daemon.marked('killed', n + 1);
    await sleep(500 + Math.random() * PHASE_MS);
    const pid = await daemon.until('the command', () => pidOf(`^${daemon.mark} ${daemon.markOf('killed')}`));
    const begun = process.hrtime.bigint();
    process.kill(pid, 'SIGKILL');
    await daemon.marked('killed', n + 2);
    results.push(since(begun, daemon.marks('killed').at(-1)));
  }
  return inWords(results);
}

async function crashLoop(daemon) {
  daemon.put('loop', plain(daemon, 'loop', ''));
  daemon.start();
  await daemon.marked('loop', 1);
  await sleep(LOOP_MS);
  const marks = daemon.marks('loop');
  const gaps = marks.slice(1).map((mark, index) => Number(mark - marks[index]) / 1e9);
  return `${marks.length}; gaps ${gaps
    .slice(0, 6)
    .map((gap) => gap.toFixed(2))
    .join(' ')} … s`;
}

async function boot(daemon) {
  const names = Array.from({ length: BOOT }, (_, n) => `v${n}`);
  for (const name of names) daemon.put(name, plain(daemon, name));
  const begun = process.hrtime.bigint();
  daemon.start();
  await daemon.allMarked(BOOT);
  return `${Math.max(...names.map((name) => since(begun, daemon.marks(name)[0]) / 1000)).toFixed(2)} s`;
}

async function started(daemon) {
  daemon.put('first', plain(daemon, 'first'));
  await daemon.marked('first', 1);
}

/** Milliseconds. */
function since(begun, at) {
  return Number(at - begun) / 1e6;
}

function inWords(results) {
  return `${median(results).toFixed(0)} ms (${quantile(results, 0).toFixed(0)}–${quantile(results, 1).toFixed(0)})`;
}
