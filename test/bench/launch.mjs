// One full jail after the other: tsjail's engine, the raw C launcher and other jailers, in a new order each round.
import { median, quantile, shuffled, sleep } from './numbers.mjs';
import { peers, Stopwatch } from './peers.mjs';

/** `pauseMs` before each launch. Gives `{ name, note, results, error }` of each launcher, µs from the start to the command's first
 *  instruction: tsjail first, then the raw C one that makes the same kernel calls. */
export async function launches(programs, directory, { rounds, pauseMs, withPeers }) {
  const { Launcher } = await import(programs.jail);
  const tsjail = new Launcher(programs.mark);
  const byDefault = withPeers ? new Launcher(programs.mark, []) : undefined;
  const cgroup = tsjail.otherCgroup;
  const { raw, mark, init } = programs;
  const runners = [
    oursAs('tsjail, `profile = open`', '', tsjail),
    asRunner({
      name: 'raw C, exec of a static init',
      note: 'the same kernel calls',
      words: [raw, 'exec', cgroup, mark, init],
    }),
    asRunner({
      name: 'tsjail, `open`, a spare network',
      note: 'as the daemon does it: the network namespace was made ahead',
      words: [process.execPath, programs.jail, 'spared', mark, 'profile = open'],
    }),
    ...(withPeers
      ? [
          asRunner({
            name: 'raw C, fork',
            note: 'no exec in between, no control socket, no plan',
            words: [raw, 'fork', cgroup, mark],
          }),
          ...peers(programs, directory).map(asRunner),
          oursAs(
            'tsjail, `profile = container`',
            'the default: with all that it keeps from a command',
            byDefault,
          ),
          asRunner({
            name: 'tsjail, `container`, a spare network',
            note: 'the default, as the daemon does it',
            words: [process.execPath, programs.jail, 'spared', mark],
          }),
        ]
      : []),
  ];
  for (let round = 0; round < rounds; round++) {
    for (const runner of shuffled(runners)) await measure(runner, pauseMs);
  }
  for (const runner of [...runners].reverse()) await runner.close();
  return runners;
}

/** Of tsjail to the raw C launcher. */
export function ratioOf([ours, raw], q = 0.5) {
  return quantile(ours.results, q) / quantile(raw.results, q);
}

export function medianMs({ results }) {
  return median(results) / 1000;
}

function oursAs(name, note, launcher) {
  return {
    name,
    note,
    once: async () => (await launcher.once()).startUsec,
    close: () => launcher.close(),
    results: [],
  };
}

function asRunner({ name, note, words }) {
  if (words === undefined)
    return { name, note: '', once: () => Promise.reject(new Error(note)), close() {}, results: [] };
  const stopwatch = new Stopwatch(words);
  return { name, note, once: () => stopwatch.once(), close: () => stopwatch.close(), results: [] };
}

async function measure(runner, pauseMs) {
  if (runner.error) return;
  await sleep(pauseMs);
  try {
    runner.results.push(await runner.once());
  } catch (error) {
    runner.error = error.message.split('\n')[0];
    runner.results = [];
  }
}
