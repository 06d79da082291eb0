// Processor time of one process, with all its threads (proc_pid_stat(5)).
import { readFile } from 'node:fs/promises';

/** USER_HZ is 100 on all that we run on. */
const USEC_PER_TICK = 10_000;
/** Fields behind the name, which may hold anything: utime and stime are 14 and 15 of all. */
const UTIME = 11;

/** Microseconds; undefined: it is gone. */
export async function processorTime(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields && (Number(fields[UTIME]) + Number(fields[UTIME + 1])) * USEC_PER_TICK;
}
