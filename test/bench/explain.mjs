// Where the time of one launch goes: the kernel's own trace of its system calls, of tsjail and of the raw C launcher. Nothing in
// the product takes part in it.
import { launchesIn } from './landmarks.mjs';
import { median, sleep, table } from './numbers.mjs';
import { Stopwatch } from './peers.mjs';
import { traced, withTracefs } from './trace.mjs';

const ROUNDS = 60;
const WARM = 10;
const PAUSE_MS = 10;
const SHOWN = 12;
const LEAST_MICRO = 5;

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
    why: 'the plan in a sealed memfd, the cgroup’s directory, descriptors fetched from the daemon’s table; with a spare network, the 75 settings of the host that a new one would take over, to see that it is not out of date',
    until: ({ clone }) => clone.from,
  },
  {
    name: 'clone3',
    why: 'the kernel’s alone: most of it is the network namespace, unless that is a spare one; then a copy of each of the host’s mounts',
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

/** `launchers`: `{ name, words }`; `directory`: ours. Gives the text; or why there is none. */
export async function explain(launchers, directory) {
  const columns = await withTracefs(directory, (tracefs) => columnsOf(launchers, tracefs));
  return columns ? shown(columns) : 'Needs a kernel with tracefs, and the right to mount it.';
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
    const { value: slowed, calls } = await traced(tracefs, pids, () => inTurn(runs, ROUNDS));
    const launches = launchesIn(calls, slowed);
    return launchers.map(({ name }, index) => {
      const own = (list) => list.filter(({ run }) => run === index);
      const seen = own(launches);
      if (seen.length === 0) throw new Error(`no launch of ${name} was seen in the trace`);
      const pieces = seen.map(inPieces);
      return {
        name,
        untraced: median(own(plain.slice(WARM * runs.length)).map(({ usec }) => usec)),
        traced: median(own(slowed).map(({ usec }) => usec)),
        pieces: PIECES.map((_, piece) => median(pieces.map((each) => each[piece]))),
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

function inPieces({ seen, begun }) {
  let before = begun;
  return PIECES.map(({ until }) => {
    const at = until(seen);
    const length = at - before;
    before = at;
    return length;
  });
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
