// What of a plan's control groups is sure to fail: where the directories are, and which controllers v1 holds.
import { CGROUP_LIMITS, useV1Instead, v1Name } from '../config/cgroup/limits.ts';
import type { CgroupSettings } from '../config/cgroup/settings.ts';
import type { Origin } from '../config/origin.ts';
import { placesOf, v1Controllers } from '../system/cgroup-hierarchy.ts';

export interface Obstacle {
  readonly at: Origin;
  readonly message: string;
}

export async function obstaclesOfGroups(settings: CgroupSettings | undefined): Promise<Obstacle[]> {
  if (settings === undefined) return [];
  const places = await placesOf(settings.directories);
  const misplaced = places.flatMap(({ path, at, complaint }) =>
    complaint ? [{ at, message: `cgroup ${path}: ${complaint}` }] : [],
  );
  return [...misplaced, ...unkeptLimits(settings)];
}

function unkeptLimits({ limits }: CgroupSettings): Obstacle[] {
  const mounts = v1Controllers();
  return limits.flatMap(({ value: { option }, at }) => {
    const mount = mounts.get(v1Name(CGROUP_LIMITS[option].controller));
    return mount === undefined ? [] : [{ at, message: useV1Instead(option, mount) }];
  });
}
