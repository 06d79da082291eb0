// The phases of a start, and what each vassal wants done in them.
import type { HookAction } from './hook-actions.ts';
import { hookCautions } from './hook-cautions.ts';
import type { SetnsHook } from './hook-values.ts';
import type { HostFacts } from './host.ts';
import type { JailSettings } from './jail-settings.ts';
import { OPTION_NAMES, type OptionName } from './options.ts';
import type { Values } from './options-read.ts';
import type { Located } from './origin.ts';
import type { Problems } from './problems.ts';

/** Those of a jail's set-up and life, in the order in which they come (uWSGI: "Hooks"). */
export const PHASES = [
  'asap',
  'as-vassal-before-drop',
  'as-vassal',
  'pre-jail',
  'post-jail',
  'in-jail',
  'as-root',
  'as-user',
  'as-user-atexit',
] as const;
export type Phase = (typeof PHASES)[number];

/** Those that the daemon carries out beside the jail. */
export type OuterPhase = 'as-emperor-before-vassal' | 'as-emperor';

/** The families of options, in the order in which those of one phase are done. */
const FAMILIES = ['hook', 'mount', 'umount', 'exec'] as const;

export interface HookSettings {
  readonly actions?: ReadonlyMap<Phase | OuterPhase, readonly Located<HookAction>[]>;
  readonly setns?: readonly Located<SetnsHook>[];
  readonly timeoutMs?: number;
}

type HookOptionName = Extract<OptionName, `${(typeof FAMILIES)[number]}-${Phase | OuterPhase}`>;

export function hookSettings(
  values: Values,
  jail: JailSettings,
  host: HostFacts,
  problems: Problems,
): HookSettings {
  hookCautions(values, jail, host, problems);
  const phases = [...PHASES, 'as-emperor-before-vassal', 'as-emperor'] as const;
  const actions = phases.map((phase) => [phase, chainOf(values, phase)] as const);
  return {
    actions: new Map(actions.filter(([, chain]) => chain.length > 0)),
    setns: values.all('hook-as-emperor-setns').map(({ value, at }) => ({ value, at })),
    timeoutMs: values.value('hook-timeout'),
  };
}

function chainOf(values: Values, phase: Phase | OuterPhase): readonly Located<HookAction>[] {
  const names = FAMILIES.map((family) => `${family}-${phase}`).filter(isHookOption);
  return names.flatMap((name) => values.all(name).map(({ value, at }) => ({ value, at })));
}

function isHookOption(name: string): name is HookOptionName {
  return (OPTION_NAMES as readonly string[]).includes(name);
}
