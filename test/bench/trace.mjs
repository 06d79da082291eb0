// The kernel's own trace of the system calls of some processes and their children (tracefs), in a buffer of its own.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TRACEFS = '/sys/kernel/tracing';
const BUFFER_KB = '16384';
const LINE = /-(\d+) +\[\d+\] \S+ +(\d+\.\d+): sys_(\w+?)(\((.*)\)| -> (\S+))$/;

/** What `work` gives for the path of a tracefs, which is mounted in `directory` meanwhile if it is nowhere; undefined: it is not to
 *  be had. */
export async function withTracefs(directory, work) {
  if (existsSync(join(TRACEFS, 'instances'))) return await work(TRACEFS);
  const own = join(directory, 'tracefs');
  mkdirSync(own);
  try {
    execFileSync('mount', ['-t', 'tracefs', 'tracefs', own], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  try {
    return await work(own);
  } finally {
    execFileSync('umount', [own]);
  }
}

/** What `work` gives, and the calls of these processes and their children meanwhile. */
export async function traced(tracefs, pids, work) {
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
    return { value, calls: callsOf(readFileSync(join(instance, 'trace'), 'latin1').split('\n')) };
  } finally {
    rmdirSync(instance);
  }
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
