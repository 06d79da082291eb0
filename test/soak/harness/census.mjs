// What there is in the world of a storm: it has a pid namespace, mounts, /run, /tmp and control groups of its own, so that
// each number is exact and nobody else's.
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Of the storm itself. */
const OURS = new Set([1, process.pid]);

/** All processes of the world but those of the storm itself. */
export function others() {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => !OURS.has(pid));
}

export function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Resident memory in MiB, without what is mapped from files. */
export function rssMiB(pid) {
  return Number(/^RssAnon:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;
}

/** libuv keeps a descriptor to spare, of /dev/null, and of / once it was needed. */
const SPARE = { '/': '/dev/null' };

/** A flat record of what is there: name → number or text. `daemon`: its pid; null: there is none. */
export function census({ daemon, groups, roots }) {
  const found = new Map();
  const add = (what, count = 1) => found.set(what, (found.get(what) ?? 0) + count);
  const nets = new Set();
  for (const pid of others()) countProcess(pid, add, nets);
  add('net namespaces', nets.size);
  const mounts = read('/proc/self/mountinfo').trim().split('\n');
  add('mounts', mounts.length);
  found.set('mount table', mounts.map((line) => line.split(' ').slice(3).join(' ')).join('\n'));
  for (const group of groups) add(`control groups of ${group.split('/')[4]}`, groupsBelow(group).length);
  for (const root of roots) found.set(`files in ${root}`, namesBelow(root).join(' '));
  if (daemon !== null) countDaemon(daemon, add);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function countProcess(pid, add, nets) {
  const status = read(`/proc/${pid}/status`);
  if (status === '') return;
  const name = /^Name:\t(.*)$/m.exec(status)[1];
  add(/^State:\s+[ZX]/m.test(status) ? 'zombies' : `processes ${name}`);
  nets.add(link(`/proc/${pid}/ns/net`));
  for (const fd of descriptors(pid)) if (fd.startsWith('net:')) nets.add(fd);
}

function countDaemon(pid, add) {
  for (const fd of descriptors(pid)) add(`descriptors ${SPARE[fd] ?? fd.replace(/:?\[\d+\]$/, '')}`);
  add('threads', readdirSync(`/proc/${pid}/task`).length);
  for (const fd of names(`/proc/${pid}/fdinfo`)) {
    const watches = read(`/proc/${pid}/fdinfo/${fd}`).match(/^inotify wd/gm)?.length ?? 0;
    if (watches > 0) add('inotify watches', watches);
  }
}

function descriptors(pid) {
  return names(`/proc/${pid}/fd`)
    .map((fd) => link(`/proc/${pid}/fd/${fd}`))
    .filter(Boolean);
}

/** A daemon that is alone in its group moves to a leaf of it, which stays: it is in there until its end. */
function groupsBelow(group) {
  return directoriesBelow(group).filter((path) => path !== join(group, 'daemon'));
}

function directoriesBelow(path) {
  return names(path)
    .filter((name) => lstatSync(join(path, name), { throwIfNoEntry: false })?.isDirectory())
    .flatMap((name) => [join(path, name), ...directoriesBelow(join(path, name))]);
}

function namesBelow(path) {
  return names(path)
    .flatMap((name) => {
      const full = join(path, name);
      const inside = lstatSync(full, { throwIfNoEntry: false })?.isDirectory() ? namesBelow(full) : [];
      return [full, ...inside];
    })
    .sort();
}

function names(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function link(path) {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** One line for each difference. */
export function differences(before, after) {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys
    .filter((key) => before[key] !== after[key])
    .map((key) => `${key}: ${difference(before[key], after[key])}`);
}

function difference(before = 0, after = 0) {
  if (typeof before === 'number' && typeof after === 'number') return `${before} → ${after}`;
  const [old, now] = [before, after].map((text) => new Set(String(text).split(/\n| (?=\/)/)));
  const gone = [...old].filter((line) => !now.has(line)).map((line) => `-${line}`);
  const come = [...now].filter((line) => !old.has(line)).map((line) => `+${line}`);
  return [...gone, ...come].slice(0, 12).join(' ');
}
