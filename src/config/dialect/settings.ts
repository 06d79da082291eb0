// Items → settings: every value resolved, macros filled in, and what is only to be said said.
import type { Scope } from '../options.ts';
import type { Problems } from '../problems/problems.ts';
import { keySpan, valueSpan } from '../problems/report.ts';
import type { Whose } from '../tenant.ts';
import { referredKeys } from './expand.ts';
import type { Item } from './item.ts';
import { normalKey } from './lines.ts';
import { filledIn, MACRO_BUDGET, type MacroUse, PRINT } from './macros.ts';
import { type ResolveContext, Resolver } from './resolver.ts';
import type { Sources } from './sources.ts';

export interface Setting {
  readonly item: Item;
  /** Undefined: bad, and reported. */
  readonly value: string | undefined;
  /** The daemon's only if nothing in it came from a tenant. */
  readonly whose: Whose;
}

export interface SettingsContext extends Omit<ResolveContext, 'items' | 'asked'> {
  readonly sources: Sources;
  readonly scope: Scope;
}

/** The settings in order, and the keys that some `%(…)` or condition refers to. */
export function resolveSettings(context: SettingsContext): {
  settings: readonly Setting[];
  referred: ReadonlySet<string>;
} {
  const { sources, scope, host, problems, top, directory, instance } = context;
  const { items, asked, macros } = sources;
  const resolver = new Resolver({ items, asked, host, problems, top, directory, instance });
  const resolved = (item: Item) => resolver.report(item);
  const use: MacroUse = {
    macros,
    scope,
    problems,
    budget: { left: MACRO_BUDGET },
    resolved,
    whoseOf: (item) => resolver.whoseOf(item),
    readerOf: (item) => sources.readerFor(item),
  };
  const settings: Setting[] = [];
  const take = (setting: Setting): void => {
    if (PRINT.has(setting.item.entry.key)) say(setting, problems);
    else settings.push(setting);
  };
  for (const item of items) {
    const value = resolved(item);
    const macro = macros.size > 0 && item.use !== 'placeholder' ? macros.get(item.entry.key) : undefined;
    if (macro === undefined) take({ item, value, whose: resolver.whoseOf(item) });
    else if (value !== undefined) for (const made of filledIn(macro, item, value, use)) take(made);
  }
  const referring = items.filter(({ literal, entry }) => !literal && entry.value.includes('%('));
  const referred = new Set(referring.flatMap(({ entry }) => referredKeys(entry.value)).map(normalKey));
  for (const key of sources.referred) referred.add(key);
  for (const key of resolver.named) referred.add(key);
  return { settings, referred };
}

function say({ item: { entry }, value }: Setting, problems: Problems): void {
  if (value === undefined) return;
  if (value === '') return problems.warning('print', 'there is nothing to print', keySpan(entry));
  problems.warning('print', value, valueSpan(entry));
}
