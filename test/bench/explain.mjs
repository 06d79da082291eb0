// Where the time of one launch goes: the kernel's own trace of its system calls (tracefs), of tsjail and of the raw C launcher.
// Nothing in the product takes part in it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, sleep, table } from './numbers.mjs';
import { Stopwatch } from './peers.mjs';

const BUFFER_KB = '16384';
const ROUNDS = 60;
const WARM = 10;
const PAUSE_MS = 10;
const LINE = /-(\d+) +\[\d+\] \S+ +(\d+\.\d+): sys_(\w+?)(\((.*)\)| -> (\S+))$/;

/** The launch in pieces: where each ends. `of` is who makes the call: the launcher, the init that it clones, or the command that
 *  forks off. A piece that a launcher has not is 0 there. */
const PIECES = [
  { name: 'what connects the two, and the order', of: 'main', until: ({ queued }) => queued },
  { name: 'wake-up of a launcher thread', of: 'launcher', until: ({ taken }) => taken },
  { name: 'plan into a memfd, cgroup, descriptors', of: 'launcher', until: ({ clone }) => clone.from },
  { name: 'clone3 with five namespaces', of: 'kernel', until: ({ born }) => born },
  { name: 'descriptors and signals', of: 'init', until: ({ execveat }) => execveat.from },
  { name: 'exec of the init, to its first call', of: 'init', until: ({ execveat }) => execveat.next },
  { name: 'plan checked, session, private mounts', of: 'init', until: ({ loopback }) => loopback.from },
  { name: 'lo up, hostname', of: 'init', until: ({ hostname }) => hostname.to },
  { name: 'mounts', of: 'init', until: ({ mounted }) => mounted },
  { name: 'fork of the command', of: 'kernel', until: ({ forked }) => forked },
  { name: 'limits, identity, profile', of: 'command', until: ({ exec }) => exec.from },
  { name: 'exec of the command, to its clock', of: 'command', until: ({ end }) => end },
];

/** `launchers`: `{ name, words }`; `directory`: ours, where tracefs is mounted meanwhile. Gives the text; or why there is none. */
export async function explain(launchers, directory) {
  const tracefs = join(directory, 'tracefs');
  mkdirSync(tracefs);
  try {
    execFileSync('mount', ['-t', 'tracefs', 'tracefs', tracefs], { stdio: 'ignore' });
  } catch {
    return 'Needs a kernel with tracefs, and the right to mount it.';
  }
  try {
    const columns = [];
    for (const launcher of launchers) columns.push(await measured(launcher, tracefs));
    return shown(columns);
  } finally {
    execFileSync('umount', [tracefs]);
  }
}

function shown(columns) {
  const rows = PIECES.map(({ name, of }, index) => [
    name,
    of,
    ...columns.map(({ pieces }) => micro(pieces[index])),
  ]);
  const sum = ['all of it, traced', '', ...columns.map(({ traced }) => micro(traced))];
  const plain = ['the same, not traced', '', ...columns.map(({ untraced }) => micro(untraced))];
  const head = ['piece', 'of', ...columns.map(({ name }) => name)];
  const calls = columns.map(({ name, busiest }) => `- ${name}: ${busiest}`).join('\n');
  return `${table(head, [...rows, sum, plain])}\n\nThe calls of the init and the command, from its exec to that of the command, with their µs:\n\n${calls}`;
}

async function measured({ name, words }, tracefs) {
  const stopwatch = new Stopwatch(words);
  try {
    const untraced = await times(stopwatch, WARM + ROUNDS);
    const trace = await traced(tracefs, stopwatch.pid, () => times(stopwatch, ROUNDS));
    const launches = parsed(trace.lines, trace.value);
    if (launches.length === 0) throw new Error(`no launch of ${name} was seen in the trace`);
    return {
      name,
      untraced: median(untraced.slice(WARM)),
      traced: median(trace.value),
      pieces: PIECES.map((_, index) => median(launches.map(({ pieces }) => pieces[index]))),
      busiest: busiest(launches),
    };
  } finally {
    stopwatch.close();
  }
}

async function times(stopwatch, count) {
  const results = [];
  for (let n = 0; n < count; n++) {
    await sleep(PAUSE_MS);
    results.push(await stopwatch.once());
  }
  return results;
}

/** What `work` gives, and the events of that process and its children meanwhile; in a trace buffer of our own. */
async function traced(tracefs, pid, work) {
  const instance = join(tracefs, 'instances', `tsjail-bench-${process.pid}`);
  const set = (file, value) => writeFileSync(join(instance, file), value);
  mkdirSync(instance);
  try {
    set('trace_clock', 'mono');
    set('buffer_size_kb', BUFFER_KB);
    set('options/event-fork', '1');
    set('set_event_pid', readdirSync(`/proc/${pid}/task`).join(' '));
    set('events/syscalls/enable', '1');
    const value = await work();
    set('tracing_on', '0');
    return { value, lines: readFileSync(join(instance, 'trace'), 'latin1').split('\n') };
  } finally {
    rmdirSync(instance);
  }
}

/** `durations`: of the launches, in their order; each ends when the command asks for the time. */
function parsed(lines, durations) {
  const calls = callsOf(lines);
  const ends = calls.filter(isMark);
  if (ends.length !== durations.length) throw new Error('the trace is not whole');
  return ends.flatMap((mark, index) => {
    const begun = mark.to - durations[index];
    const own = calls.filter(({ from, to }) => to >= begun - 1 && from <= mark.to);
    const seen = landmarks(own, begun, mark);
    return seen === undefined ? [] : [inPieces(own, seen, begun)];
  });
}

/** Each call of each thread, when it began and ended; an exec ends under the name of another call on some machines. */
function callsOf(lines) {
  const open = new Map();
  const last = new Map();
  const calls = [];
  for (const line of lines) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const [, thread, seconds, name, , args, result] = match;
    const at = Number(seconds) * 1e6;
    if (args !== undefined) {
      const before = last.get(thread);
      if (before !== undefined) before.next = at;
      const call = {
        thread,
        name,
        args,
        from: at,
        to: Number.POSITIVE_INFINITY,
        next: Number.POSITIVE_INFINITY,
      };
      open.set(thread, call);
      last.set(thread, call);
      calls.push(call);
      continue;
    }
    const call = open.get(thread);
    if (call === undefined) calls.push({ thread, name, args: '', from: at, to: at, next: at, born: true });
    else Object.assign(call, { to: at, result });
    open.delete(thread);
  }
  return calls;
}

/** The command is the only one that asks the kernel for the monotonic clock behind an execve. */
function isMark({ name, args }, index, calls) {
  if (name !== 'clock_gettime' || !/^which_clock: 1\b/.test(args)) return false;
  const { thread } = calls[index];
  return calls.some((call) => call.thread === thread && call.name === 'execve');
}

function landmarks(calls, begun, mark) {
  const clone = calls.find(({ name, born, from }) => name === 'clone3' && !born && from >= begun);
  const child = calls.find(({ name, born }) => name === 'clone3' && born);
  if (clone === undefined || child === undefined) return undefined;
  const of = (thread, name) =>
    calls.find((call) => call.thread === thread && call.name === name && !call.born);
  const init = (name) => of(child.thread, name);
  const fork = init('clone');
  const command = calls.find(({ name, born }) => name === 'clone' && born);
  const taken = calls.findLast(
    ({ thread, name, to, result }) =>
      thread === clone.thread && name === 'read' && result === '0x8' && to >= begun && to < clone.from,
  );
  const queued =
    taken &&
    calls.findLast(
      ({ thread, name, from }) => thread !== clone.thread && name === 'write' && from < taken.to,
    );
  const found = {
    clone,
    born: child.from,
    execveat: init('execveat'),
    loopback: init('socket'),
    hostname: init('sethostname'),
    forked: command?.from,
    exec: command && of(command.thread, 'execve'),
    fork,
    init: child.thread,
    command: command?.thread,
    // Raw C has no queue: all before its clone is its own preparation.
    queued: queued?.from ?? begun,
    taken: taken?.to ?? begun,
    end: mark.to,
  };
  if (Object.values(found).some((value) => value === undefined)) return undefined;
  return { ...found, mounted: forkPreparation(calls, found) };
}

/** The init's own set-up begins with what blocks signals or makes its pipe. */
function forkPreparation(calls, { init, hostname, fork }) {
  const first = calls.find(
    ({ thread, name, from }) =>
      thread === init && from > hostname.to && from <= fork.from && /^(getpid|prctl|pipe2)$/.test(name),
  );
  return (first ?? fork).from;
}

function inPieces(calls, seen, begun) {
  let before = begun;
  const pieces = PIECES.map(({ until }) => {
    const at = until(seen);
    const length = at - before;
    before = at;
    return length;
  });
  const ours = calls.filter(
    ({ thread, from, to }) =>
      (thread === seen.init || thread === seen.command) && from > seen.execveat.from && to <= seen.exec.from,
  );
  return { pieces, calls: ours };
}

/** `prctl 12 × 0.4` and so on, the dearest first. */
function busiest(launches) {
  const all = new Map();
  for (const { calls } of launches) {
    for (const { name, from, to } of calls) {
      const sum = all.get(name) ?? { count: 0, length: 0 };
      all.set(name, { count: sum.count + 1, length: sum.length + to - from });
    }
  }
  const each = [...all].map(([name, { count, length }]) => ({
    name,
    count: Math.round(count / launches.length),
    length: length / launches.length,
  }));
  const total = each.reduce((sum, { count }) => sum + count, 0);
  const words = each
    .sort((a, b) => b.length - a.length)
    .slice(0, 10)
    .map(({ name, count, length }) => `${name} ${count} (${length.toFixed(0)})`);
  return `${total} in all; ${words.join(', ')}`;
}

function micro(value) {
  return `${value.toFixed(0)} µs`;
}
