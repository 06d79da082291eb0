// What is measured, one part after the other, and how it is shown: `{ title, text, plots }` of each, plots by file name.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { cases } from './cases.mjs';
import { afterKill, fromFile, many } from './daemon.mjs';
import { emperors } from './emperors.mjs';
import { launches, medianMs, ratioOf } from './launch.mjs';
import { logs } from './logs.mjs';
import { inMs, quantile, table } from './numbers.mjs';
import { barPlot, linePlot } from './plot.mjs';
import { rates } from './rate.mjs';
import { rawMany, scale } from './scale.mjs';
import { supervisors } from './supervisors.mjs';

const HEAPS_MB = [50, 500];
const ROUNDS = 150;
const PAUSE_MS = 10;
const IDLE_ROUNDS = 40;
const IDLE_PAUSE_MS = 80;
const TIMES = 60;
const VASSALS = 1000;
const IDLE_MS = 10_000;
/** Every 30 s the directory is scanned, and V8 sweeps some ten seconds after whatever was done: idleness is what lies between. */
const SETTLE_MS = 44_000;

export const PARTS = {
  block,
  launch,
  idle,
  rate,
  file,
  kill,
  many: thousand,
  scale: growth,
  logs: floods,
  supervisors: besides,
  emperors: sideBySide,
  cases: wrongs,
};

async function block({ mark, jail }) {
  const rows = HEAPS_MB.map((megabytes) => {
    const said = execFileSync(process.execPath, [jail, mark, String(megabytes), '200'], { encoding: 'utf8' });
    const { call, busy } = JSON.parse(said);
    return [`${megabytes} MB`, `${call.toFixed(0)} µs`, `${busy.toFixed(0)} µs`];
  });
  const head = ['Buffers', 'in spawn()', 'all work of the loop for one start'];
  return { title: 'Main loop blocked per spawn (medians of 200)', text: table(head, rows) };
}

async function launch(programs, directory) {
  const runners = await launches(programs, directory, { rounds: ROUNDS, pauseMs: PAUSE_MS, withPeers: true });
  const [ours, floor] = runners;
  const rows = runners.map((runner) => {
    const { name, note, results, error } = runner;
    if (results.length === 0) return [name, `did not run: ${error}`, '', note];
    return [name, inMs(results), (medianMs(runner) / medianMs(floor)).toFixed(2), note];
  });
  const bars = runners
    .filter(({ results }) => results.length > 0)
    .map((runner) => ({
      name: runner.name,
      value: medianMs(runner),
      text: `${medianMs(runner).toFixed(2)} ms`,
      ours: runner === ours,
    }));
  return {
    title: `Full jail, from the start to the command’s first instruction (${ROUNDS} each, interleaved)`,
    text: table(['launcher', 'start to exec’d', '× raw C', 'note'], rows),
    plots: { 'launch.svg': barPlot('Full jail: start to exec’d, median', 'ms', bars) },
  };
}

async function idle(programs, directory) {
  const runners = await launches(programs, directory, {
    rounds: IDLE_ROUNDS,
    pauseMs: IDLE_PAUSE_MS,
    withPeers: false,
  });
  const rows = runners.map(({ name, results }) => [name, inMs(results)]);
  const text = `${table(['launcher', 'start to exec’d'], rows)}\n\n${ratioOf(runners).toFixed(2)} × raw C.`;
  return {
    title: `The same after ${IDLE_PAUSE_MS} ms of idleness, as an end meets it (${IDLE_ROUNDS} each)`,
    text,
  };
}

async function rate(programs) {
  const results = await rates(programs);
  const best = Math.max(...results.map(({ raw }) => raw));
  const rows = results.map(({ atOnce, raw, ours }) => [
    String(atOnce),
    ours.toFixed(0),
    raw.toFixed(0),
    (ours / raw).toFixed(2),
    (ours / best).toFixed(2),
  ]);
  const head = ['in set-up at once', 'tsjail', 'raw C', '× raw C', '× its best'];
  return { title: 'Full jails a second, started and ended', text: table(head, rows) };
}

async function file({ mark }, directory) {
  const results = await fromFile(join(directory, 'file'), mark, TIMES);
  return { title: `File renamed into place → command exec’d (${TIMES} times)`, text: withBest(results) };
}

async function kill({ mark }, directory) {
  const results = await afterKill(join(directory, 'kill'), mark, TIMES);
  return {
    title: `kill -9 of a stable vassal’s command → exec’d again (${TIMES} times)`,
    text: withBest(results),
  };
}

function withBest(results) {
  return `${inMs(results)}; best ${(quantile(results, 0) / 1000).toFixed(2)} ms`;
}

async function thousand(programs, directory) {
  const raw = await rawMany(programs, VASSALS);
  const result = await many(join(directory, 'many'), programs.mark, VASSALS, SETTLE_MS, IDLE_MS);
  const rows = [
    ['all up, from the start of the daemon', inSeconds(result.upMs)],
    ['the raw C launcher, a process for each processor: the same jails', inSeconds(raw.rawUpMs)],
    ['all gone, from SIGTERM to the daemon’s end', inSeconds(result.downMs)],
    ['the raw C launcher’s: killed and reaped', inSeconds(raw.rawDownMs)],
    ['daemon, resident', `${result.daemonMiB.toFixed(0)} MiB`],
    ['the same after a re-exec', `${result.replacedMiB.toFixed(0)} MiB`],
    ['a jailer, private', `${result.jailerKiB} KiB`],
    [
      `wake-ups of all the daemon’s threads in ${IDLE_MS / 1000} s between two safety rescans`,
      String(result.idleWakeUps),
    ],
  ];
  return { title: `${VASSALS} vassals in full jails`, text: table(['what', 'measured'], rows) };
}

async function growth(programs, directory) {
  const results = await scale(programs, join(directory, 'scale'));
  const rows = results.map(({ count, upMs, rawUpMs, downMs, rawDownMs, kib }) => [
    String(count),
    inSeconds(upMs),
    inSeconds(rawUpMs),
    inSeconds(downMs),
    inSeconds(rawDownMs),
    `${(kib / 1024).toFixed(0)} MiB`,
  ]);
  const line = (name, key) => ({ name, points: results.map((each) => [each.count, each[key] / 1000]) });
  return {
    title: 'From a cold start: so many vassals in full jails',
    text: table(['vassals', 'all up', 'raw C', 'all gone', 'raw C', 'daemon, resident'], rows),
    plots: {
      'scale.svg': linePlot('Vassals in full jails, from a cold start', { x: '', y: 's' }, [
        line('tsjail: all up', 'upMs'),
        line('raw C: all up', 'rawUpMs'),
        line('tsjail: all gone', 'downMs'),
      ]),
    },
  };
}

async function floods(programs, directory) {
  const results = await logs(programs, join(directory, 'logs'));
  const rows = results.map(({ name, line, rate, written, cpuRate, turn, growthMiB }) => [
    name,
    `${line} bytes`,
    `${rate.toFixed(0)} MB/s`,
    written === undefined ? '' : `${(100 * written).toFixed(1)} %`,
    cpuRate === undefined ? '' : `${cpuRate.toFixed(0)} MB`,
    turn === undefined ? '' : `≤ ${turn * 1000} ms`,
    growthMiB === undefined ? '' : `${growthMiB.toFixed(0)} MiB`,
  ]);
  const head = [
    'to',
    'lines of',
    'printed',
    'written',
    'for 1 s of CPU',
    '99 % of the loop’s turns',
    'memory grew by',
  ];
  return { title: 'A vassal that prints as fast as it can', text: table(head, rows) };
}

async function besides({ mark }, directory) {
  const all = await supervisors(join(directory, 'supervisors'), mark);
  const rows = all.map(({ name, note, error, bootMs, respawnMs, stopMs, kib }) =>
    error
      ? [name, `did not run: ${error}`, '', '', '', note]
      : [
          name,
          inSeconds(bootMs),
          spread(respawnMs),
          inSeconds(stopMs),
          `${(kib / 1024).toFixed(0)} MiB`,
          note,
        ],
  );
  const ran = all.filter(({ error }) => error === undefined);
  const bars = (value) =>
    ran.map((each) => ({
      name: each.name,
      value: value(each),
      text: `${value(each).toFixed(1)} ms`,
      ours: each.name.startsWith('tsjail'),
    }));
  return {
    title: 'Beside other supervisors',
    text: `100 commands each; an end is followed by a new start after it had run for a second.\n\n${table(['supervisor', '100 started', 'kill -9 → exec’d again', '100 stopped', 'memory (PSS)', 'note'], rows)}`,
    plots: {
      'respawn.svg': barPlot(
        'kill -9 → exec’d again, median',
        'ms',
        bars(({ respawnMs }) => respawnMs.median),
      ),
      'boot.svg': barPlot(
        '100 commands started',
        'ms',
        bars(({ bootMs }) => bootMs),
      ),
    },
  };
}

function spread({ median, least, most }) {
  return `${median.toFixed(1)} ms (${least.toFixed(1)}–${most.toFixed(1)})`;
}

async function sideBySide({ mark }, directory) {
  const rows = await emperors(join(directory, 'emperors'), mark);
  const note =
    'The same files for both; uWSGI instances are real ones (`[uwsgi]`, unchanged), commands are `unprivileged-binary-patch-arg`. No jails.';
  return {
    title: 'Beside the uWSGI Emperor',
    text: `${note}\n\n${table(['what', 'tsjail', 'uWSGI'], rows)}`,
  };
}

async function wrongs({ mark }, directory) {
  const rows = await cases(join(directory, 'cases'), mark);
  const note = 'The same files for both; commands are `unprivileged-binary-patch-arg`.';
  return {
    title: 'What the uWSGI Emperor gets wrong',
    text: `${note}\n\n${table(['case', 'tsjail', 'uWSGI'], rows)}`,
  };
}

function inSeconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}
