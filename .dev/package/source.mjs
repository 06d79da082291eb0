// What all makers of packages share: where things are, the date of the source, programs that must succeed.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, lutimesSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Relative to it. */
export const PACKAGES = 'packages';

/** An end that is told in a sentence. */
export class Stop extends Error {}

export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Seconds since 1970: as asked, else of the last commit, else of what package.json was last changed. */
export function sourceDate() {
  const asked = process.env.SOURCE_DATE_EPOCH;
  if (asked) return Number(asked);
  const git = spawnSync('git', ['-c', 'safe.directory=*', 'log', '-1', '--format=%ct'], { encoding: 'utf8' });
  return git.status === 0 ? Number(git.stdout) : Math.floor(statSync('package.json').mtimeMs / 1000);
}

/** Gives what it printed. `mend`: what to do when the program is not there. */
export function run(command, args, { mend = '', ...options } = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, ...options });
  if (done.error)
    throw new Stop(`cannot run ${command} (${done.error.code})${mend && `; mend it with: ${mend}`}`);
  if (done.status !== 0)
    throw new Stop(`${command} ${args[0]} failed:\n${`${done.stdout}${done.stderr}`.trim()}`);
  return done.stdout;
}

export function copyFile(from, to, mode) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { dereference: true });
  chmodSync(to, mode);
}

export function writeFile(to, content, mode = 0o644) {
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, content);
  chmodSync(to, mode);
}

export function filesBelow(directory) {
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1)).sort();
}

/** Everything in it gets this time, and it itself. */
export function setTimes(directory, seconds) {
  for (const name of readdirSync(directory, { recursive: true }))
    lutimesSync(join(directory, name), seconds, seconds);
  lutimesSync(directory, seconds, seconds);
}
