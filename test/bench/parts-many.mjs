// How the parts about many vassals are shown.
import { join } from 'node:path';
import { atRest, IDLE_MS } from './many.mjs';
import { inSeconds, table } from './numbers.mjs';
import { linePlot } from './plot.mjs';
import { scale } from './scale.mjs';

const AT_REST = 1000;

export async function growth(programs, directory) {
  const results = await scale(programs, join(directory, 'scale'));
  const rows = results.map(({ count, upMs, busyMs, loopMs, rawUpMs, rawBusyMs, downMs, rawDownMs, kib }) => [
    String(count),
    inSeconds(upMs),
    inSeconds(rawUpMs),
    `${(busyMs / count).toFixed(2)} ms`,
    `${(rawBusyMs / count).toFixed(2)} ms`,
    `${(loopMs / count).toFixed(2)} ms`,
    inSeconds(downMs),
    inSeconds(rawDownMs),
    `${(kib / 1024).toFixed(0)} MiB`,
    perVassal(results, count),
  ]);
  const line = (name, key) => ({ name, points: results.map((each) => [each.count, each[key] / 1000]) });
  const head = [
    'vassals',
    'all up',
    'raw C',
    'processors, each',
    'raw C',
    'of the loop',
    'all gone',
    'raw C',
    'daemon, resident',
    'each more than before',
  ];
  return {
    title: 'From a cold start: so many vassals in full jails',
    text: `The raw C launcher makes the same jails with a process for each processor, without files and without a daemon. Sizes of machine that do not fit this one’s limits (descriptors, pids, memory) are left out. Processors: the time of all of them, in programs and in the kernel, until all are up, for each vassal. Of the loop: that of the daemon’s main thread, its own start included; the processors are busy all the time, so what it takes is taken from the launchers.\n\n${table(head, rows)}`,
    plots: {
      'scale.svg': linePlot('Vassals in full jails, from a cold start', { x: '', y: 's' }, [
        line('tsjail: all up', 'upMs'),
        line('raw C: all up', 'rawUpMs'),
        line('tsjail: all gone', 'downMs'),
        line('raw C: all gone', 'rawDownMs'),
      ]),
      'memory.svg': linePlot('The daemon, resident', { x: '', y: 'MiB' }, [
        { name: 'tsjail', points: results.map(({ count, kib }) => [count, kib / 1024]) },
      ]),
    },
  };
}

/** KiB of the daemon for each vassal that the row before did not have. */
function perVassal(results, count) {
  const index = results.findIndex((each) => each.count === count);
  if (index === 0) return '';
  const [before, now] = results.slice(index - 1, index + 1);
  return `${((now.kib - before.kib) / (now.count - before.count)).toFixed(0)} KiB`;
}

export async function rest({ mark }, directory) {
  const result = await atRest(join(directory, 'rest'), mark, AT_REST);
  const rows = [
    ['daemon, resident', `${result.daemonMiB.toFixed(0)} MiB`],
    ['the same after a re-exec', `${result.replacedMiB.toFixed(0)} MiB`],
    ['a jailer, private', `${result.jailerKiB} KiB`],
    [
      `wake-ups of all the daemon’s threads in ${IDLE_MS / 1000} s between two safety rescans`,
      String(result.idleWakeUps),
    ],
  ];
  return { title: `${AT_REST} vassals in full jails, at rest`, text: table(['what', 'measured'], rows) };
}
