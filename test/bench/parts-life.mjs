// How the parts about the life of a vassal are shown.
import { join } from 'node:path';
import { fromFile, again as measureAgain } from './life.mjs';
import { inMs, median, quantile, table } from './numbers.mjs';
import { barPlot } from './plot.mjs';
import { DEEDS, traffic as measureTraffic, RATE, ROUNDS, SECONDS } from './traffic.mjs';

const TIMES = 100;
const OTHERS = 10_000;

export async function file({ mark }, directory) {
  const { first, alone, crowded } = await fromFile(join(directory, 'file'), mark, TIMES, OTHERS);
  const rows = [
    ['alone', ...spread(alone)],
    [`beside ${OTHERS} other files`, ...spread(crowded)],
  ];
  const note = `The ${OTHERS} others are vassals that wait for their time (\`cron\`): the daemon watches, scans and knows them as it does all others, but they have no process. What that many processes would do to the kernel is not in it. The very first start of a daemon that had no vassal took ${(first / 1000).toFixed(1)} ms: V8 meets most of its code there.`;
  return {
    title: `File renamed into place → command exec’d, full jail (${TIMES} each, in turn)`,
    text: `${table(['in the directory', ...SPREAD], rows)}\n\n${note}`,
  };
}

export async function again({ mark }, directory) {
  const { killed, edited } = await measureAgain(join(directory, 'again'), mark, TIMES);
  const rows = [
    ['its command ends (kill -9) → exec’d again', ...spread(killed)],
    ['its file is edited → old jail gone, new command exec’d', ...spread(edited)],
  ];
  const note =
    'The command does not delay its end (`stop-signal = KILL`): another one’s own time to stop comes on top.';
  return {
    title: `A vassal that runs (full jail, ${TIMES} each, in turn)`,
    text: `${table(['what', ...SPREAD], rows)}\n\n${note}`,
  };
}

const SPREAD = ['median', 'p99', 'best', 'worst'];

function spread(results) {
  const ms = (q) => `${(quantile(results, q) / 1000).toFixed(2)} ms`;
  return [ms(0.5), ms(0.99), ms(0), ms(1)];
}

export async function traffic(programs, directory) {
  const results = await measureTraffic(join(directory, 'traffic'), programs);
  const quiet = quantile(results[0].answered, 0.99);
  const rows = results.map(({ name, note, answered, failed }) => [
    name,
    String(answered.length + failed.length),
    failed.length === 0 ? '0' : `${failed.length} (${[...new Set(failed)].join(', ')})`,
    answered.length === 0 ? 'none' : inMs(answered),
    (quantile(answered, 0.99) / quiet).toFixed(2),
    `${(quantile(answered, 1) / 1000).toFixed(1)} ms`,
    note,
  ]);
  const head = [
    'what is done meanwhile',
    'requests',
    'failed',
    'answered after',
    '× quiet p99',
    'slowest',
    'note',
  ];
  const served = results.filter(({ answered }) => answered.length > 0);
  const bars = served.map(({ name, answered }) => ({
    name: name.replaceAll('`', ''),
    value: quantile(answered, 0.99) / 1000,
    text: `${(quantile(answered, 0.99) / 1000).toFixed(1)} ms, median ${(median(answered) / 1000).toFixed(1)}`,
    ours: true,
  }));
  const what = `A web app (Node.js, \`http\`) in a jail is asked ${RATE} times a second, over a new connection each time and at fixed moments, whether it answers or not: a request that had to wait counts from when it was due. ${ROUNDS} times ${SECONDS} s each, in turn; the thing is done ${DEEDS} times in each of them.`;
  return {
    title: 'Reload and re-exec under load',
    text: `${what}\n\n${table(head, rows)}`,
    plots: { 'traffic.svg': barPlot('Requests while it is done: p99', 'ms', bars) },
  };
}
