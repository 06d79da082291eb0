// What this process holds, and who is below it: to be the same again when a jail is gone.
import { readdirSync, readFileSync } from 'node:fs';
import { hostMounts } from './leftovers.ts';
import { until } from './until.ts';

/** `path`: where the test itself may mount. */
export function held(path: string): string {
  const children = readdirSync('/proc/self/task').map((id) =>
    readFileSync(`/proc/self/task/${id}/children`, 'utf8').trim(),
  );
  const fds = readdirSync('/proc/self/fd').length;
  return [`${fds} descriptors`, ...children.filter(Boolean), ...hostMounts(path)].join('\n');
}

/** When it is the same for a while: connections are made ready in advance. */
export async function settled(path: string): Promise<string> {
  let last = '';
  let same = 0;
  return until('a rest', () => {
    const now = held(path);
    same = now === last ? same + 1 : 0;
    last = now;
    return same > 20 && now;
  });
}
