// Processes that a benchmark looks for. Those below one that it started are found by way of their parents, which costs little however
// many others the machine has.
import { readdirSync, readFileSync } from 'node:fs';

/** `pid` and all that descend from it. */
export function family(pid) {
  const all = [pid];
  for (const each of all) all.push(...childrenOf(each));
  return all;
}

/** Of the first that descends from `ancestor` and whose command line begins with `words`; undefined: there is none. */
export function pidBelow(ancestor, words) {
  return below(ancestor, (line) => line.startsWith(words))[0];
}

/** Those that descend from `ancestor` and whose command line, words with blanks between them, `matches`; parents before children. */
export function below(ancestor, matches) {
  return family(ancestor)
    .slice(1)
    .filter((pid) => matches(commandLine(pid)));
}

/** Those of the whole machine whose command line has `text` in it. */
export function pidsWith(text) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((pid) => commandLine(pid).includes(text));
}

export function isRunning(pid) {
  return /^State:\s+[^ZX]/m.test(read(`/proc/${pid}/status`));
}

/** KiB that are its own, and its part of what it shares; 0 for one that has ended. */
export function proportionalKiB(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
}

/** For good; one that has ended already is fine. */
export function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Each thread has its own. */
function childrenOf(pid) {
  return threadsOf(pid).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
}

function threadsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function commandLine(pid) {
  return read(`/proc/${pid}/cmdline`).split('\0').join(' ');
}

/** Empty for a process that is no more. */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
