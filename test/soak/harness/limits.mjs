// Lines of a vassal that limit it, by v2 where the controllers are there, else by groups of v1 that the config names.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `pids`, `memory`: lines for the vassal `name`. */
export function controllers({ groups }) {
  const [v2] = groups;
  const onV2 = readFileSync(join(v2, 'cgroup.controllers'), 'utf8').trim().split(' ');
  const onV1 = (name) => groups.find((group) => group.startsWith(`/sys/fs/cgroup/${name}/`));
  const either = (controller, modern, file) => (name, limit) => {
    if (onV2.includes(controller)) return [`${modern} = ${limit}`];
    const group = onV1(controller);
    if (group === undefined) throw new Error(`no controller ${controller} here`);
    return [`cgroup = ${join(group, name)}`, `cgroup-opt = ${file}=${limit}`];
  };
  return {
    pids: either('pids', 'pids-max', 'pids.max'),
    memory: either('memory', 'memory-max', 'memory.limit_in_bytes'),
  };
}

/** The file that limits the processes of the daemon and all that is its. */
export function pidsMaxOf({ groups }) {
  const file = groups.map((group) => join(group, 'pids.max')).find((path) => existsSync(path));
  if (file === undefined) throw new Error('no controller pids here');
  return file;
}
