// A vassal that prints as fast as it can: how much of that gets where `log` says, and what the daemon is to others meanwhile.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon } from './daemon.mjs';

const BYTES = 192 * 1024 * 1024;
const LINES = [100, 4096];
const MB = 1e6;

/** Without the daemon: what the kernel itself takes for it. */
const FLOORS = { 'print > file': '"$0" "$@" > "$OUT"', 'print | cat > file': '"$0" "$@" | cat > "$OUT"' };

const LOGS = {
  'log = file': (file) => [`log = file:${file}`, 'log-max-size = 0'],
  'log = file, 10 MiB each': (file) => [`log = file:${file}`, 'log-max-size = 10M'],
  'log = file, with dates': (file) => [`log = file:${file}`, 'log-max-size = 0', 'log-date = true'],
  'log = emperor': () => ['log = emperor'],
};

/** `{ name, line, rate, written, cpuRate, turn, growthMiB }` of each, in MB/s and MB for each second of the daemon's CPU time;
 *  `written`: the share of the lines; `turn`: the bound in seconds that 99 % of the loop's turns keep. */
export async function logs({ print }, directory) {
  const results = [];
  for (const line of LINES) {
    for (const [name, script] of Object.entries(FLOORS))
      results.push({ name, line, rate: floor(script, print, line, directory) });
    for (const [name, options] of Object.entries(LOGS))
      results.push({ name, line, ...(await flood(join(directory, 'daemon'), print, line, options)) });
  }
  return results;
}

function floor(script, print, line, directory) {
  mkdirSync(directory, { recursive: true });
  const [OUT, report] = [join(directory, 'out'), join(directory, 'report')];
  execFileSync('sh', ['-c', script, print, line, BYTES, report], { env: { ...process.env, OUT } });
  rmSync(OUT);
  return rateOf(readFileSync(report, 'utf8'));
}

async function flood(directory, print, line, options) {
  const daemon = new Daemon(directory, print);
  daemon.start();
  await daemon.answers();
  const before = figures(await daemon.metrics());
  const command = `command = ${print} ${line} ${BYTES} ${daemon.markOf('report')} stay`;
  const lines = ['[vassal]', 'profile = open', command, ...options(join(directory, 'web.log'))];
  daemon.put('web', `${lines.join('\n')}\n`);
  await daemon.marked('report', 1);
  const after = figures(await daemon.metrics());
  const rate = rateOf(readFileSync(daemon.markOf('report'), 'utf8'));
  await daemon.stop();
  rmSync(directory, { recursive: true });
  return {
    rate,
    written: 1 - after.dropped / after.lines,
    cpuRate: BYTES / MB / (after.cpu - before.cpu),
    turn: boundOf(before.turns, after.turns, 0.99),
    growthMiB: (after.bytes - before.bytes) / 1024 ** 2,
  };
}

function rateOf(report) {
  return BYTES / MB / (Number(report) / 1e9);
}

function figures(text) {
  const sum = (name) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce(
      (all, [, value]) => all + Number(value),
      0,
    );
  const buckets = /^tsjail_event_loop_turn_duration_seconds_bucket\{le="(.*)"\} (\d+)$/gm;
  return {
    turns: [...text.matchAll(buckets)].map(([, bound, count]) => ({ bound, count: Number(count) })),
    lines: sum('tsjail_vassal_log_lines_total'),
    dropped: sum('tsjail_vassal_log_dropped_lines_total') + sum('tsjail_log_dropped_lines_total'),
    cpu: sum('process_cpu_seconds_total'),
    bytes: sum('process_resident_memory_bytes'),
  };
}

/** Of the histogram: the first bound that a share of what came between has kept. */
function boundOf(before, after, share) {
  const since = (index) => after[index].count - before[index].count;
  const all = since(after.length - 1);
  return Number(after.find((_, index) => since(index) >= share * all).bound);
}
