// Options about control groups: those that a config names, and limits of the vassal's own.
import type { Option } from './option.ts';

const OF_ITS_OWN = "of the vassal's cgroup v2 group";

export const CGROUP_OPTIONS = {
  cgroup: {
    scope: 'vassal',
    group: 'resources',
    type: 'cgroup-directory',
    repeatable: true,
    help: 'a control group to be in, made when it is not there: of any v1 hierarchy, and at most one of v2, instead of its own',
  },
  'cgroup-opt': {
    scope: 'vassal',
    group: 'resources',
    type: 'cgroup-file',
    repeatable: true,
    help: 'written to that file of each `cgroup` that has it, before the vassal is in it',
  },
  'cgroup-dir-mode': {
    scope: 'vassal',
    group: 'resources',
    type: 'octal',
    default: '0700',
    help: 'of the directories of `cgroup`; one that was there gets its own back when its last vassal is gone',
  },
  'memory-max': limit('memory', 'memory and page cache', 'the out-of-memory killer comes above it'),
  'memory-high': limit(
    'memory',
    'memory and page cache',
    'above it the vassal is slowed down and memory taken back',
  ),
  'cpu-max': limit('cpu-max', 'processor time', '100% is one processor'),
  'cpu-weight': {
    scope: 'vassal',
    group: 'resources',
    type: 'integer',
    range: [1, 10_000],
    help: `share of processor time ${OF_ITS_OWN} when others want it too; 100 is what everybody has`,
  },
  'pids-max': limit('pids-max', 'processes and threads', 'its init is one of them'),
  'io-max': {
    ...limit('io-max', 'reading and writing of a whole disk', 'bytes and operations a second'),
    repeatable: true,
  },
} as const satisfies Readonly<Record<string, Option>>;

function limit<const T extends Option['type']>(type: T, what: string, note: string) {
  return {
    scope: 'vassal',
    group: 'resources',
    type,
    help: `limit ${OF_ITS_OWN} for ${what}; ${note}`,
  } as const;
}
