// What the Emperor has to do for a jail with a user namespace: its root may not.
import { isNew } from '../config/namespaces.ts';
import { isTenants } from '../config/tenant.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import type { PlanContext } from './context.ts';
import type { OutsideWork } from './step.ts';

export function outsideWork(config: VassalConfig, context: PlanContext): OutsideWork | undefined {
  if (!isNew(config, 'user')) return undefined;
  return {
    when: config.namespaces.value.has('user') ? 'cloned' : 'asked',
    uidMap: config.uidMap.map((range) => range.value),
    gidMap: config.gidMap.map((range) => range.value),
    helpers: context.uid === 0 ? [] : config.mapHelpers,
    denySetgroups: context.uid !== 0 && !config.mapHelpers.some(({ value }) => value === 'gid'),
    hardLimits: [...config.limits].flatMap(([name, { value, at }]) =>
      value.hard === undefined || isTenants({ at }) ? [] : [{ name, hard: value.hard, at }],
    ),
    nice: config.prio,
    oomScoreAdj: config.oomScoreAdj,
  };
}
