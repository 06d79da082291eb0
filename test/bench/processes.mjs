// Processes that a benchmark looks for.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Of the process that has `word` in its command line, and is no child of one that has; undefined: there is none. */
export function pidOf(word) {
  const found = pidsOf(word);
  return found.find((pid) => !found.includes(parentIfThere(pid)));
}

/** The same of those that descend from `ancestor`. */
export function pidBelow(ancestor, word) {
  const below = family(ancestor);
  const found = pidsOf(word).filter((pid) => below.includes(pid));
  return found.find((pid) => !found.includes(parentIfThere(pid)));
}

function parentOf(pid) {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

export function isRunning(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Those whose command line matches `pattern`. */
export function pidsOf(pattern) {
  const { stdout } = spawnSync('pgrep', ['-f', '--', pattern], { encoding: 'utf8' });
  return stdout.trim().split('\n').map(Number).filter(Boolean);
}

/** `pid` and all that descend from it. */
export function family(pid) {
  const children = new Map();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = parentIfThere(entry);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const all = [pid];
  for (const each of all) all.push(...(children.get(each) ?? []));
  return all;
}

/** KiB that are its own, and its part of what it shares; 0 for one that has ended. */
export function proportionalKiB(pid) {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function parentIfThere(pid) {
  try {
    return parentOf(pid);
  } catch {
    return undefined;
  }
}
