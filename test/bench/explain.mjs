// Where the time of one launch goes: the kernel's own trace of its system calls (tracefs), of tsjail and of the raw C launcher.
// Nothing in the product takes part in it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, sleep, table } from './numbers.mjs';
import { Stopwatch } from './peers.mjs';

const TRACEFS = '/sys/kernel/tracing';
const BUFFER_KB = '16384';
const ROUNDS = 60;
const WARM = 10;
const PAUSE_MS = 10;
const SHOWN = 12;
const LEAST_MICRO = 5;
const LINE = /-(\d+) +\[\d+\] \S+ +(\d+\.\d+): sys_(\w+?)(\((.*)\)| -> (\S+))$/;

/** The launch in pieces, where each ends, and what it is made of. What a launcher does not have is 0 there. */
const PIECES = [
  {
    name: 'the order',
    why: 'in JavaScript: the plan is ready, and what connects the two was made ahead, by a thread of its own',
    until: ({ queued }) => queued,
  },
  {
    name: 'wake-up of a launcher',
    why: 'raw C clones in the thread that asks; the daemon’s main loop must not wait for that, nor be pushed off its processor (SCHED_BATCH)',
    until: ({ taken }) => taken,
  },
  {
    name: 'hand-over',
    why: 'the plan in a sealed memfd, the cgroup’s directory, descriptors fetched from the daemon’s table',
    until: ({ clone }) => clone.from,
  },
  {
    name: 'clone3',
    why: 'the kernel’s alone: most of it is the network namespace, then a copy of each of the host’s mounts',
    until: ({ born }) => born,
  },
  {
    name: 'before the exec',
    why: 'descriptors to their places, signals and scheduling as they shall be',
    until: ({ execveat }) => execveat.from,
  },
  {
    name: 'exec of the init',
    why: 'and its page faults: tsjail’s jailer has some 100 KB of code, raw C’s init two',
    until: ({ execveat }) => execveat.next,
  },
  {
    name: 'its first steps',
    why: 'the whole plan is looked through; a session and a keyring of its own, nothing inheritable, all mounts private',
    until: ({ loopback }) => loopback.from,
  },
  {
    name: 'lo up, hostname',
    why: 'one lock for all networks of the machine',
    until: ({ hostname }) => hostname.to,
  },
  {
    name: 'mounts',
    why: '/proc; with `container` also the host’s root read-only, a /dev with terminals and shared memory, /run, what is masked and sealed',
    until: ({ mounted }) => mounted,
  },
  {
    name: 'fork of the command',
    why: 'the init stays; the kernel’s, and the wake-up of the new process',
    until: ({ forked }) => forked,
  },
  {
    name: 'limits and rights',
    why: 'of the command; with `container` the bounding set, each capability asked for and looked at, and the filter of system calls',
    until: ({ exec }) => exec.from,
  },
  { name: 'exec of the command', why: 'to its own look at the clock', until: ({ end }) => end },
];

/** `launchers`: `{ name, words }`; `directory`: ours, where tracefs is mounted meanwhile if it is nowhere. Gives the text; or why
 *  there is none. */
export async function explain(launchers, directory) {
  if (existsSync(join(TRACEFS, 'instances'))) return shown(await columnsOf(launchers, TRACEFS));
  const own = join(directory, 'tracefs');
  mkdirSync(own);
  try {
    execFileSync('mount', ['-t', 'tracefs', 'tracefs', own], { stdio: 'ignore' });
  } catch {
    return 'Needs a kernel with tracefs, and the right to mount it.';
  }
  try {
    return shown(await columnsOf(launchers, own));
  } finally {
    execFileSync('umount', [own]);
  }
}

function shown(columns) {
  const rows = PIECES.map(({ name }, index) => [name, ...columns.map(({ pieces }) => micro(pieces[index]))]);
  const sum = ['all of it, traced', ...columns.map(({ traced }) => micro(traced))];
  const plain = ['the same, not traced', ...columns.map(({ untraced }) => micro(untraced))];
  return [
    table(['piece', ...columns.map(({ name }) => name)], [...rows, sum, plain]),
    list(PIECES.map(({ name, why }) => `**${name}**: ${why}`)),
    list(columns.slice(1).map((column, index) => difference(column, columns[index]))),
    'The system calls of the init, from its exec to the fork, and of the command, to its exec; how many, and how long they take together:',
    list(columns.map(({ name, busiest }) => `${name}: ${busiest}`)),
  ].join('\n\n');
}

function list(items) {
  return items.map((item) => `- ${item}`).join('\n');
}

/** What the one takes more than the other, the most first. */
function difference(column, other) {
  const each = PIECES.map(({ name }, index) => ({ name, more: column.pieces[index] - other.pieces[index] }));
  const words = each
    .filter(({ more }) => more >= LEAST_MICRO)
    .sort((a, b) => b.more - a.more)
    .map(({ name, more }) => `${name} ${micro(more)}`);
  return `${column.name} takes ${micro(column.untraced - other.untraced)} more than ${other.name}. Traced: ${words.join(', ')}`;
}

/** All of them in turn, without the trace and with it. */
async function columnsOf(launchers, tracefs) {
  const runs = launchers.map(({ words }) => new Stopwatch(words));
  try {
    const plain = await inTurn(runs, WARM + ROUNDS);
    const pids = runs.map(({ pid }) => pid);
    const { value: slowed, lines } = await traced(tracefs, pids, () => inTurn(runs, ROUNDS));
    const launches = parsed(lines, slowed);
    return launchers.map(({ name }, index) => {
      const own = (list) => list.filter(({ run }) => run === index);
      const seen = own(launches);
      if (seen.length === 0) throw new Error(`no launch of ${name} was seen in the trace`);
      return {
        name,
        untraced: median(own(plain.slice(WARM * runs.length)).map(({ usec }) => usec)),
        traced: median(own(slowed).map(({ usec }) => usec)),
        pieces: PIECES.map((_, piece) => median(seen.map(({ pieces }) => pieces[piece]))),
        busiest: busiest(seen),
      };
    });
  } finally {
    for (const run of runs) run.close();
  }
}

async function inTurn(runs, rounds) {
  const results = [];
  for (let round = 0; round < rounds; round++) {
    for (const [run, stopwatch] of runs.entries()) {
      await sleep(PAUSE_MS);
      results.push({ run, usec: await stopwatch.once() });
    }
  }
  return results;
}

/** What `work` gives, and the events of these processes and their children meanwhile; in a trace buffer of our own. */
async function traced(tracefs, pids, work) {
  const instance = join(tracefs, 'instances', `tsjail-bench-${process.pid}`);
  const set = (file, value) => writeFileSync(join(instance, file), value);
  mkdirSync(instance);
  try {
    set('trace_clock', 'mono');
    set('buffer_size_kb', BUFFER_KB);
    set('options/event-fork', '1');
    set('set_event_pid', pids.flatMap((pid) => readdirSync(`/proc/${pid}/task`)).join(' '));
    set('events/syscalls/enable', '1');
    const value = await work();
    set('tracing_on', '0');
    return { value, lines: readFileSync(join(instance, 'trace'), 'latin1').split('\n') };
  } finally {
    rmdirSync(instance);
  }
}

/** `results`: of the launches, in their order; each ends when the command asks for the time. */
function parsed(lines, results) {
  const calls = callsOf(lines);
  const ends = calls.filter(isMark);
  if (ends.length !== results.length) throw new Error('the trace is not whole');
  return ends.flatMap((mark, index) => {
    const { run, usec } = results[index];
    const begun = mark.to - usec;
    const own = calls.filter(({ from, to }) => to >= begun - 1 && from <= mark.to);
    const seen = landmarks(own, begun, mark);
    return seen === undefined ? [] : [{ run, ...inPieces(own, seen, begun) }];
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
  // What the init does beside the command keeps it from nothing.
  const ours = calls.filter(({ thread, from, to }) => {
    if (thread === seen.init) return from > seen.execveat.from && to <= seen.fork.to && from < seen.fork.from;
    return thread === seen.command && to <= seen.exec.from;
  });
  return { pieces, calls: ours };
}

/** `prctl 12 (7 µs)` and so on: how many of a launch, and how long they take together; the dearest first. */
function busiest(launches) {
  const each = new Map();
  for (const [index, { calls }] of launches.entries()) {
    for (const { name, from, to } of calls) {
      const sums = each.get(name) ?? launches.map(() => ({ count: 0, length: 0 }));
      sums[index].count++;
      sums[index].length += to - from;
      each.set(name, sums);
    }
  }
  const rows = [...each].map(([name, sums]) => ({
    name,
    count: median(sums.map(({ count }) => count)),
    length: median(sums.map(({ length }) => length)),
  }));
  const total = median(launches.map(({ calls }) => calls.length));
  const dearest = rows.sort((a, b) => b.length - a.length).slice(0, SHOWN);
  return `${total} in all; ${dearest.map(({ name, count, length }) => `${name} ${count} (${micro(length)})`).join(', ')}`;
}

function micro(value) {
  return `${value.toFixed(0)} µs`;
}
