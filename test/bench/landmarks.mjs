// Finds the launches of jails in a trace of system calls: who made them, and what the pieces of each begin and end with.

/** `results`: `{ run, usec }` of the launches, in their order; each ends when the command asks for the time. Gives `{ run, begun,
 *  seen, calls }` of each: landmarks by name, and the calls that it waits for. Times in µs. */
export function launchesIn(calls, results) {
  const ends = calls.filter(isMark);
  if (ends.length !== results.length) throw new Error('the trace is not whole');
  return ends.flatMap((mark, index) => {
    const { run, usec } = results[index];
    const begun = mark.to - usec;
    const own = calls.filter(({ from, to }) => to >= begun - 1 && from <= mark.to);
    const seen = landmarks(own, begun, mark);
    return seen === undefined
      ? []
      : [{ run, begun, seen, calls: own.filter((call) => isOfLaunch(call, seen)) }];
  });
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

/** What the init does beside the command keeps it from nothing. */
function isOfLaunch({ thread, from, to }, { init, command, execveat, fork, exec }) {
  if (thread === init) return from > execveat.from && from < fork.from;
  return thread === command && to <= exec.from;
}
