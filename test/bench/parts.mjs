// What is measured, one part after the other, and how it is shown: `{ title, text, plots }` of each, plots by file name.
import { execFileSync } from 'node:child_process';
import { explain } from './explain.mjs';
import { launches, medianMs } from './launch.mjs';
import { inMs, table } from './numbers.mjs';
import { commandLine } from './parts-cli.mjs';
import { again, file, traffic } from './parts-life.mjs';
import { floods } from './parts-logs.mjs';
import { growth, rest } from './parts-many.mjs';
import { besides, sideBySide, wrongs } from './parts-peers.mjs';
import { barPlot } from './plot.mjs';
import { rates } from './rate.mjs';

const HEAPS_MB = [50, 500];
const BLOCK_ROUNDS = 120;
const ROUNDS = 150;
const PAUSE_MS = 10;
const IDLE_ROUNDS = 40;
const IDLE_PAUSE_MS = 80;

/** In this order. */
export const PARTS = {
  block,
  launch,
  explain: pieces,
  idle,
  rate,
  file,
  again,
  traffic,
  cli: commandLine,
  scale: growth,
  logs: floods,
  supervisors: besides,
  emperors: sideBySide,
  rest,
  cases: wrongs,
};

/** They wait most of the time, and what they measure others do not change: they are run at once, when all others are done. */
export const AT_ONCE = ['rest', 'cases'];

async function block({ mark, jail }) {
  const rows = HEAPS_MB.map((megabytes) => {
    const said = execFileSync(
      process.execPath,
      [jail, 'block', mark, String(megabytes), String(BLOCK_ROUNDS)],
      {
        encoding: 'utf8',
      },
    );
    const { call, busy } = JSON.parse(said);
    return [`${megabytes} MB`, `${call.toFixed(0)} µs`, `${busy.toFixed(0)} µs`];
  });
  const head = ['Buffers', 'in spawn()', 'all work of the loop for one start'];
  return { title: `Main loop blocked per spawn (medians of ${BLOCK_ROUNDS})`, text: table(head, rows) };
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

async function pieces({ raw, mark, init, jail }, directory) {
  const ours = (...lines) => [process.execPath, jail, 'once', mark, ...lines];
  const text = await explain(
    [
      { name: 'raw C', words: [raw, 'exec', '-', mark, init] },
      { name: '`open`', words: ours('profile = open') },
      { name: '`container`', words: ours() },
      { name: '`container`, spare network', words: [process.execPath, jail, 'spared', mark] },
    ],
    directory,
  );
  return { title: 'Where the time of one launch goes (medians)', text };
}

async function idle(programs, directory) {
  const runners = await launches(programs, directory, {
    rounds: IDLE_ROUNDS,
    pauseMs: IDLE_PAUSE_MS,
    withPeers: false,
  });
  const [, floor] = runners;
  const rows = runners.map((runner) => [
    runner.name,
    inMs(runner.results),
    (medianMs(runner) / medianMs(floor)).toFixed(2),
  ]);
  const text = table(['launcher', 'start to exec’d', '× raw C'], rows);
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
