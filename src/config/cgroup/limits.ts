// The one table of limits of a vassal's own cgroup v2 group: the option, the controller that keeps it, the file that it is
// written to, and what a v1 hierarchy has instead.

export interface LimitFile {
  readonly controller: string;
  readonly file: string;
  /** Of a v1 group, for who has the controller there. */
  readonly v1: string;
}

export const CGROUP_LIMITS = {
  'memory-max': { controller: 'memory', file: 'memory.max', v1: 'memory.limit_in_bytes' },
  'memory-high': { controller: 'memory', file: 'memory.high', v1: 'memory.soft_limit_in_bytes' },
  'cpu-max': { controller: 'cpu', file: 'cpu.max', v1: 'cpu.cfs_quota_us' },
  'cpu-weight': { controller: 'cpu', file: 'cpu.weight', v1: 'cpu.shares' },
  'pids-max': { controller: 'pids', file: 'pids.max', v1: 'pids.max' },
  'io-max': { controller: 'io', file: 'io.max', v1: 'blkio.throttle.read_bps_device' },
} as const satisfies Readonly<Record<string, LimitFile>>;

export type CgroupLimitOption = keyof typeof CGROUP_LIMITS;
export const CGROUP_LIMIT_OPTIONS = Object.keys(CGROUP_LIMITS) as CgroupLimitOption[];

/** v1 has no controller `io`, but one that does the same. */
const V1_NAMES: Readonly<Record<string, string>> = { io: 'blkio' };

export function v1Name(controller: string): string {
  return V1_NAMES[controller] ?? controller;
}

/** What to do where the controller is on the v1 hierarchy that is mounted at `mount`. */
export function useV1Instead(option: CgroupLimitOption, mount: string): string {
  const { controller, v1 } = CGROUP_LIMITS[option];
  const name = v1Name(controller);
  return `${name} is on a v1 hierarchy here: use \`cgroup = ${mount}/NAME\` and \`cgroup-opt = ${v1}=…\``;
}
