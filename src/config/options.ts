// The one table of options: name, aliases, type, default, help. Parser, `check`, "did you mean", command line flags and the
// option reference come from it.

import { CGROUP_OPTIONS } from './options/cgroup.ts';
import { COMMAND_OPTIONS } from './options/command.ts';
import { DIRECTIVES } from './options/directives.ts';
import { DROP_IN_OPTIONS } from './options/drop-in.ts';
import { EMPEROR_OPTIONS } from './options/emperor.ts';
import { EMPEROR_INTERFACE_OPTIONS } from './options/emperor-interfaces.ts';
import { FILE_SYSTEM_OPTIONS } from './options/file-system.ts';
import { HOOKS_OPTIONS } from './options/hooks.ts';
import { IDENTITY_OPTIONS } from './options/identity.ts';
import { LIFE_OPTIONS } from './options/life.ts';
import { NAMESPACES_OPTIONS } from './options/namespaces.ts';
import type { Option, Scope } from './options/option.ts';
import { OUTPUT_OPTIONS } from './options/output.ts';
import { RESOURCES_OPTIONS } from './options/resources.ts';
import { SOCKETS_OPTIONS } from './options/sockets.ts';

export { DIRECTIVES } from './options/directives.ts';
export type { Group, Option, Scope } from './options/option.ts';

const TABLE = {
  ...COMMAND_OPTIONS,
  ...IDENTITY_OPTIONS,
  ...NAMESPACES_OPTIONS,
  ...FILE_SYSTEM_OPTIONS,
  ...HOOKS_OPTIONS,
  ...LIFE_OPTIONS,
  ...SOCKETS_OPTIONS,
  ...OUTPUT_OPTIONS,
  ...RESOURCES_OPTIONS,
  ...CGROUP_OPTIONS,
  ...EMPEROR_OPTIONS,
  ...EMPEROR_INTERFACE_OPTIONS,
  ...DROP_IN_OPTIONS,
} as const satisfies Readonly<Record<string, Option>>;

export const OPTIONS: {
  readonly [N in keyof typeof TABLE]: Option & { readonly type: (typeof TABLE)[N]['type'] };
} = TABLE;
export type OptionName = keyof typeof TABLE;

export const OPTION_NAMES = Object.keys(TABLE) as OptionName[];

export type LimitOption = Extract<OptionName, `limit-${string}`>;
export const LIMIT_OPTIONS = OPTION_NAMES.filter((name): name is LimitOption => name.startsWith('limit-'));

const BY_KEY: Readonly<Record<Scope, ReadonlyMap<string, OptionName>>> = {
  vassal: byKey('vassal'),
  emperor: byKey('emperor'),
};

function byKey(scope: Scope): Map<string, OptionName> {
  const mine = OPTION_NAMES.filter((name) => isOf(OPTIONS[name], scope));
  return new Map(
    mine.flatMap((name) => [name, ...(OPTIONS[name].aliases ?? [])].map((key) => [key, name] as const)),
  );
}

function isOf(option: Option, scope: Scope): boolean {
  return option.scope === scope || (scope === 'emperor' && option.forAll === true);
}

/** The option that `key` (with `-`) is the name or an alias of. */
export function optionOf(key: string, scope: Scope): OptionName | undefined {
  return BY_KEY[scope].get(key);
}

/** Every key that may be written, for "did you mean" and completion. */
export function keysOf(scope: Scope): string[] {
  return [...BY_KEY[scope].keys(), ...Object.keys(DIRECTIVES)];
}
