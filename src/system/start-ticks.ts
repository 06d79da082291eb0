// When a process began: with its pid it is a name that is never given twice.
import { readFileSync } from 'node:fs';

/** Field 22 of /proc/PID/stat (proc_pid_stat(5)), in clock ticks since boot; undefined when there is no such process, or it is
 *  a zombie. */
export function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
