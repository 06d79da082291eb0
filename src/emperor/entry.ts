// What somebody has to know who enters a vassal that runs (`tsjail enter`).
import type { VassalConfig } from '../config/vassal-config.ts';
import { commandEnvironment, inheritable } from '../plan/environment.ts';
import { filterSteps, landlockSteps } from '../plan/filter.ts';
import { startTicks } from '../system/start-ticks.ts';
import type { Vassal } from './vassal.ts';
import type { VassalEntry } from './view.ts';

/** `pid` is null where no command runs. */
export function entryOf(vassal: Vassal): VassalEntry {
  const { name, state, life, config } = vassal;
  const isUp = life.jail === 'up' && life.execdAt !== null;
  const pid = isUp ? vassal.commandPid : null;
  const ticks = pid === null ? undefined : startTicks(pid);
  const environment = config ? commandEnvironment(config, inheritable(process.env)) : [];
  return {
    name,
    state,
    generation: life.generation,
    pid: ticks === undefined ? null : pid,
    startTicks: ticks ?? null,
    groups: groupsOf(vassal),
    directory: config?.chdir?.value ?? config?.directory ?? '/',
    path: variable(environment, 'PATH'),
    shell: variable(environment, 'SHELL'),
    isTenants: config?.tenant !== undefined,
    restrictions: config ? restrictionsOf(config) : [],
  };
}

function restrictionsOf(config: VassalConfig): VassalEntry['restrictions'] {
  return [...landlockSteps(config), ...filterSteps(config)].map(({ name, args }) => ({ name, args }));
}

function groupsOf({ groups, config }: Vassal): string[] {
  const named = config?.cgroup.directories.map(({ value }) => value) ?? [];
  const { home } = groups;
  return [...new Set([...(home ? [home.path] : []), ...named])];
}

function variable(environment: readonly string[], name: string): string | null {
  return environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
}
