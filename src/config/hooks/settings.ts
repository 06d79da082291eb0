// The phases of a start, and what each vassal wants done in them.

import type { Values } from '../options/read.ts';
import { OPTION_NAMES, type OptionName } from '../options.ts';
import type { Located } from '../origin.ts';
import type { HookAction } from './actions.ts';
import { type CautionParts, hookCautions } from './cautions.ts';
import { OUTER_PHASES, type OuterPhase, PHASES, type Phase } from './phases.ts';
import type { SetnsHook } from './values.ts';

/** The families of options, in the order in which those of one phase are done. */
const FAMILIES = ['hook', 'mount', 'umount', 'exec'] as const;
/** As in uWSGI they come before the hooks of as-root. */
const WAITS = [
  'wait-for-interface',
  'wait-for-fs',
  'wait-for-file',
  'wait-for-dir',
  'wait-for-mountpoint',
  'wait-for-socket',
] as const;

type Chain = readonly Located<HookAction>[];

export interface HookSettings {
  readonly actions?: ReadonlyMap<Phase | OuterPhase, Chain>;
  readonly setns?: readonly Located<SetnsHook>[];
  readonly timeoutMs?: number | undefined;
  /** Lines that get the name of the vassal as their last word. */
  readonly programs?: Readonly<Partial<Record<Program, Located<string>>>>;
}

type Program = Extract<Phase | OuterPhase, 'vassals-start-hook' | 'vassals-stop-hook'>;
type HookOptionName = Extract<OptionName, `${(typeof FAMILIES)[number]}-${Phase | OuterPhase}`>;

const NO_HOOKS: HookSettings = {};

/** Looked up for every vassal: not to be made out anew each time. */
const OPTIONS_OF = new Map([...PHASES, ...OUTER_PHASES].map((phase) => [phase, optionsOf(phase)] as const));

/** `forAll`: what the daemon's config wants of every vassal. */
export function hookSettings(
  values: Values,
  name: string,
  forAll: HookSettings | undefined,
  parts: CautionParts,
): HookSettings {
  const own = values.mentions('hooks') ? hooksOf(values) : undefined;
  if (own) hookCautions(values, parts);
  if (forAll === undefined) return own ?? NO_HOOKS;
  const phases = [...PHASES, ...OUTER_PHASES].filter((phase) => phase !== 'emperor-start');
  const actions = phases.map((phase): [Phase | OuterPhase, Chain] => [
    phase,
    [
      ...programs(forAll, phase, name),
      ...(forAll.actions?.get(phase) ?? []),
      ...(own?.actions?.get(phase) ?? []),
    ],
  ]);
  return {
    actions: new Map(actions.filter(([, chain]) => chain.length > 0)),
    setns: [...(forAll.setns ?? []), ...(own?.setns ?? [])],
    timeoutMs: own?.timeoutMs ?? forAll.timeoutMs,
  };
}

/** Of the daemon's own config; undefined: there are none. */
export function emperorHooks(values: Values): HookSettings | undefined {
  const hooks = hooksOf(values);
  const start = values.located('vassals-start-hook');
  const stop = values.located('vassals-stop-hook');
  if (start === undefined && stop === undefined) return hooks;
  const lines = {
    ...(start && { 'vassals-start-hook': start }),
    ...(stop && { 'vassals-stop-hook': stop }),
  };
  return { ...hooks, programs: lines };
}

function hooksOf(values: Values): HookSettings | undefined {
  const actions = [...PHASES, ...OUTER_PHASES].map((phase) => [phase, chainOf(values, phase)] as const);
  const given = new Map(actions.filter(([, chain]) => chain.length > 0));
  const setns = values.allLocated('hook-as-emperor-setns');
  const timeoutMs = values.last('hook-timeout')?.value;
  if (given.size === 0 && setns.length === 0 && timeoutMs === undefined) return undefined;
  return { actions: given, setns, timeoutMs };
}

function chainOf(values: Values, phase: Phase | OuterPhase): Chain {
  const names = OPTIONS_OF.get(phase) ?? [];
  return names.flatMap((name) => values.allLocated(name));
}

function optionsOf(phase: Phase | OuterPhase): (HookOptionName | (typeof WAITS)[number])[] {
  const names = FAMILIES.map((family) => `${family}-${phase}`).filter(isHookOption);
  return phase === 'as-root' ? [...WAITS, ...names] : names;
}

function isHookOption(name: string): name is HookOptionName {
  return (OPTION_NAMES as readonly string[]).includes(name);
}

function programs(hooks: HookSettings, phase: string, name: string): Chain {
  const line = Object.entries(hooks.programs ?? {}).find(([each]) => each === phase)?.[1];
  if (line === undefined) return [];
  const word = `'${name.replaceAll("'", "'\\''")}'`;
  return [{ value: { name: 'safeexec', args: [`${line.value} ${word}`], hidden: false }, at: line.at }];
}
