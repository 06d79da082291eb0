// tsjail and the uWSGI Emperor over the same files, both up, in turn: how long it takes from a change of a file, or an end, to what follows.
import { join } from 'node:path';
import { Daemon } from './daemon.mjs';
import { median, quantile, shuffled, sleep } from './numbers.mjs';
import { below, isRunning, pidBelow } from './processes.mjs';

const ROUNDS = 10;
/** Or as many rounds as fit in. */
const LIMIT_MS = 45_000;
const BOOT = 200;
const LOOP_MS = 10_000;
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
const MEASURES = [
  ['file added → command exec’d', added],
  ['uWSGI instance touched → configured again, in place', touched],
  ['file removed → uWSGI instance gone', removed],
  ['kill -9 of a stable command → exec’d again', respawned],
  [`starts of a command that exits at once, in ${LOOP_MS / 1000} s`, crashLoop],
];
const BOOT_MEASURE = [`${BOOT} commands from the start of the Emperor`, boot];

/** Rows of `what`, and what was measured of each. Both are up at a time and take turns; all but the last are measured at once, with
 *  Emperors of their own: they wait for uWSGI to look. */
export async function emperors(directory, mark) {
  const row = async ([what, measure], index) => {
    const daemons = Object.entries(EMPERORS).map(
      ([name, Kind]) => new Kind(join(directory, `${name}${index}`), mark),
    );
    return [what, ...(await measured(daemons, measure))];
  };
  const rows = await Promise.all(MEASURES.map(row));
  return [...rows, await row(BOOT_MEASURE, MEASURES.length)];
}

/** `measure` gives what is to be said of each. */
async function measured(daemons, measure) {
  try {
    return await measure(daemons);
  } catch (error) {
    return daemons.map(() => `did not: ${error.message.split('\n')[0]}`);
  } finally {
    for (const daemon of daemons) await daemon.end();
  }
}

/** `once(daemon, n)` of each in turn, ms, round after round, `pause(n)` before each. */
async function inTurn(daemons, pause, once) {
  const results = daemons.map(() => []);
  const end = Date.now() + LIMIT_MS;
  for (let n = 0; n < ROUNDS && Date.now() < end; n++) {
    await pause(n);
    for (const [index, daemon] of shuffled([...daemons.entries()]))
      results[index].push(await once(daemon, n));
  }
  return results.map(inWords);
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

async function added(daemons) {
  for (const daemon of daemons) await startedWith(daemon, 'first', plain(daemon, 'first'));
  return inTurn(
    daemons,
    () => sleep(Math.random() * PHASE_MS),
    async (daemon, n) => {
      const begun = daemon.put(`v${n}`, plain(daemon, `v${n}`));
      await daemon.marked(`v${n}`, 1);
      return since(begun, daemon.marks(`v${n}`)[0]);
    },
  );
}

async function touched(daemons) {
  for (const daemon of daemons) await startedWith(daemon, 'touched', instance(daemon, 'touched'));
  return inTurn(
    daemons,
    // uWSGI sees a change only in another second.
    () => sleep(1000 + Math.random() * PHASE_MS),
    async (daemon, n) => {
      const begun = daemon.put('touched', instance(daemon, 'touched'));
      await daemon.marked('touched', n + 2);
      return since(begun, daemon.marks('touched').at(-1));
    },
  );
}

async function removed(daemons) {
  for (const daemon of daemons) await startedWith(daemon, 'first', plain(daemon, 'first'));
  const pids = new Map();
  const up = async (daemon, name) => {
    daemon.put(name, instance(daemon, name));
    await daemon.marked(name, 1);
    const isInstance = (line) => /uwsgi/.test(line) && line.includes(`${name}.ini`);
    const pid = await daemon.until(`the instance ${name}`, () => below(daemon.pid, isInstance)[0]);
    pids.set(daemon, pid);
  };
  return inTurn(
    daemons,
    async (n) => {
      for (const daemon of daemons) await up(daemon, `v${n}`);
      await sleep(1000 + Math.random() * PHASE_MS);
    },
    async (daemon, n) => {
      daemon.remove(`v${n}`);
      const begun = process.hrtime.bigint();
      await daemon.until(`the end of v${n}`, () => !isRunning(pids.get(daemon)));
      return since(begun, process.hrtime.bigint());
    },
  );
}

async function respawned(daemons) {
  for (const daemon of daemons)
    await startedWith(daemon, 'killed', `${plain(daemon, 'killed')}\n[vassal]\nstable-after = 0\n`);
  return inTurn(
    daemons,
    () => sleep(500 + Math.random() * PHASE_MS),
    async (daemon, n) => {
      const pid = await daemon.until('the command', () => pidBelow(daemon.pid, daemon.line('killed')));
      const begun = process.hrtime.bigint();
      process.kill(pid, 'SIGKILL');
      await daemon.marked('killed', n + 2);
      return since(begun, daemon.marks('killed').at(-1));
    },
  );
}

/** Of both at once: they are in backoff, or ought to be. */
async function crashLoop(daemons) {
  for (const daemon of daemons) await startedWith(daemon, 'loop', plain(daemon, 'loop', ''));
  await sleep(LOOP_MS);
  return daemons.map((daemon) => {
    const marks = daemon.marks('loop');
    const gaps = marks.slice(1, 7).map((mark, index) => (Number(mark - marks[index]) / 1e9).toFixed(2));
    return `${marks.length}; gaps ${gaps.join(' ')} … s`;
  });
}

async function boot(daemons) {
  const results = [];
  for (const daemon of daemons) {
    const names = Array.from({ length: BOOT }, (_, n) => `v${n}`);
    for (const name of names) daemon.put(name, plain(daemon, name));
    const begun = process.hrtime.bigint();
    daemon.start();
    await daemon.allMarked(BOOT);
    const seconds = names.map((name) => since(begun, daemon.marks(name)[0]) / 1000);
    results.push(`${Math.max(...seconds).toFixed(2)} s`);
  }
  return results;
}

async function startedWith(daemon, name, text) {
  daemon.put(name, text);
  daemon.start();
  await daemon.marked(name, 1);
}

/** Milliseconds. */
function since(begun, at) {
  return Number(at - begun) / 1e6;
}

function inWords(results) {
  return `${median(results).toFixed(0)} ms (${quantile(results, 0).toFixed(0)}–${quantile(results, 1).toFixed(0)})`;
}
