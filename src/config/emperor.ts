// The daemon's own config: its file and its flags.

import { attributeRules } from './attributes.ts';
import { type CentreSettings, centreSettings } from './centre.ts';
import { type EmperorFlag, flagEntry } from './dialect/flags.ts';
import { normalKey, scanLines } from './dialect/lines.ts';
import { reportStrangeSections } from './dialect/sections.ts';
import { resolveSettings } from './dialect/settings.ts';
import { Sources } from './dialect/sources.ts';
import { emperorHooks, type HookSettings } from './hooks/settings.ts';
import type { HostFacts, Question } from './host.ts';
import { capabilityLimit } from './identity/capability-limit.ts';
import type { ListenAddress } from './listening.ts';
import { joined } from './namespaces.ts';
import { readOptions, type Values } from './options/read.ts';
import { keysOf, optionOf } from './options.ts';
import { COMMAND_LINE, type Located } from './origin.ts';
import { nearest } from './problems/nearest.ts';
import type { Problem } from './problems/problem.ts';
import { Problems } from './problems/problems.ts';
import { valueSpan } from './problems/report.ts';
import { onDemandDefaults } from './sockets/on-demand.ts';
import type { TyrantRules } from './tenant.ts';
import { uwsgiDefaults } from './uwsgi/defaults.ts';
import type { VassalDefaults } from './vassal-defaults.ts';

export type { EmperorFlag } from './dialect/flags.ts';

export interface EmperorConfig {
  /** What to watch, as the monitors take it: a directory, `dir://`, `glob://`. */
  readonly sources: readonly string[];
  readonly freqMs: number;
  readonly pidfile: string | undefined;
  readonly nofollow: boolean;
  /** Net namespaces made ahead. Undefined: of a daemon before this one, which had none. */
  readonly spareNetworks?: number | undefined;
  readonly vassalDefaults: VassalDefaults;
  readonly stats?: StatsSettings | undefined;
  readonly commandSocket?: ListenAddress | undefined;
  /** The control centre over HTTP. */
  readonly centre?: CentreSettings | undefined;
  /** New vassals wait for a command, but for these. */
  readonly waiting?: { readonly except: ReadonlySet<string> } | undefined;
  /** The daemon's own. */
  readonly hooks?: HookSettings | undefined;
}

export interface StatsSettings {
  readonly address: ListenAddress;
  readonly http: boolean;
}

export interface ParsedEmperor {
  /** Undefined: there are errors, or files are missing. */
  readonly config: EmperorConfig | undefined;
  readonly problems: readonly Problem[];
  /** What is to be found out before it is parsed again. */
  readonly missing: readonly Question[];
}

const OURS = ['emperor', 'uwsgi'] as const;

/** `input` is undefined when the daemon has no file. */
export function parseEmperor(
  input: { readonly path: string; readonly text: string } | undefined,
  flags: readonly EmperorFlag[],
  host: HostFacts,
): ParsedEmperor {
  const problems = new Problems();
  const path = input?.path ?? COMMAND_LINE;
  const text = scanLines(input?.text ?? '', path, problems);
  reportStrangeSections(text, OURS, problems, belongsElsewhere);
  const section = text.sections.find(({ name }) => name === 'emperor' || name === 'uwsgi')?.name ?? 'emperor';
  const top = { path, section };
  const sources = new Sources({
    host,
    problems,
    scope: 'emperor',
    top,
    text,
    directory: host.cwd,
    sections: OURS,
  });
  sources.main(OURS);
  sources.finish();
  sources.words(flags.map(flagEntry));
  sources.finish();
  const { settings, referred } = resolveSettings({
    sources,
    scope: 'emperor',
    host,
    problems,
    top,
    directory: host.cwd,
  });
  const values = readOptions(settings, { scope: 'emperor', host, problems, referred });
  const config = assemble(values, problems);
  const { missing } = sources;
  if (missing[0]) {
    problems.error('unreadable', `${missing[0].path} is not read yet`, {
      at: { file: path, line: 1, column: 1 },
    });
  }
  return {
    config: problems.failed || missing.length > 0 ? undefined : config,
    problems: problems.sorted(path),
    missing,
  };
}

function belongsElsewhere(name: string): string | undefined {
  if (name !== 'vassal') return undefined;
  return "[vassal] is for a vassal's own file; for all of them there is `vassals-include`";
}

function assemble(values: Values, problems: Problems): EmperorConfig {
  return {
    sources: values.all('emperor').map(({ value }) => value),
    freqMs: values.value('emperor-freq'),
    pidfile: values.last('emperor-pidfile')?.value,
    nofollow: values.value('emperor-nofollow'),
    spareNetworks: values.value('emperor-spare-networks'),
    stats: statsSettings(values),
    commandSocket: values.last('emperor-command-socket')?.value,
    centre: centreSettings(values, problems),
    waiting: waiting(values),
    vassalDefaults: vassalDefaults(values, problems),
    hooks: emperorHooks(values),
  };
}

function statsSettings(values: Values): StatsSettings | undefined {
  const address = values.last('emperor-stats')?.value;
  return address && { address, http: values.value('stats-http') };
}

function waiting(values: Values): EmperorConfig['waiting'] {
  if (!values.value('emperor-wait-for-command')) return undefined;
  return { except: new Set(values.all('emperor-wait-for-command-ignore').map(({ value }) => value)) };
}

function vassalDefaults(values: Values, problems: Problems): VassalDefaults {
  checkSettings(values, problems);
  const templates = (
    name:
      | 'vassals-set'
      | 'vassals-include'
      | 'vassals-inherit'
      | 'vassals-include-before'
      | 'vassals-inherit-before',
  ): readonly Located<string>[] => values.allLocated(name);
  return {
    namespaces: joined(values.all('emperor-use-clone')),
    capabilities: capabilityLimit(values),
    ...throttle(values, problems),
    stopTimeoutMs: values.value('emperor-curse-tolerance'),
    set: templates('vassals-set'),
    includeBefore: templates('vassals-include-before'),
    include: templates('vassals-include'),
    inheritBefore: templates('vassals-inherit-before'),
    inherit: templates('vassals-inherit'),
    hooks: emperorHooks(values),
    attributes: attributeRules(values),
    tyrant: tyrantRules(values, problems),
    onDemand: onDemandDefaults(values),
    uwsgi: uwsgiDefaults(values),
  };
}

/** The one that is not given makes room for the one that is. */
function throttle(
  values: Values,
  problems: Problems,
): Pick<VassalDefaults, 'restartDelayMs' | 'maxRestartDelayMs'> {
  const least = values.last('emperor-throttle');
  const most = values.last('emperor-max-throttle');
  if (least && most && least.value > most.value) {
    const message = '`emperor-throttle` is longer than `emperor-max-throttle`';
    problems.error('contradiction', message, valueSpan((least.index > most.index ? least : most).item.entry));
  }
  const delay = least?.value ?? Math.min(values.value('emperor-throttle'), most?.value ?? Infinity);
  return {
    restartDelayMs: values.value('emperor-no-blacklist') ? 0 : delay,
    maxRestartDelayMs: most?.value ?? Math.max(values.value('emperor-max-throttle'), delay),
  };
}

/** Undefined: no tyrant. */
function tyrantRules(values: Values, problems: Problems): TyrantRules | undefined {
  const more = (['emperor-tyrant-nofollow', 'emperor-tyrant-initgroups'] as const).map(
    (name) => values.last(name)?.value === true,
  );
  const [nofollow = false, initgroups = false] = more;
  if (values.value('emperor-tyrant')) return { nofollow, initgroups };
  for (const name of ['emperor-tyrant-nofollow', 'emperor-tyrant-initgroups'] as const) {
    const given = values.last(name);
    if (!given?.value || values.isBad('emperor-tyrant')) continue;
    problems.error('needs-tyrant', `\`${name}\` is for \`emperor-tyrant\``, valueSpan(given.item.entry));
  }
  return undefined;
}

/** A key that no vassal knows is a placeholder for those that use it; a misspelt one is worth a word here, since there
 *  nobody will say it. */
function checkSettings(values: Values, problems: Problems): void {
  for (const { value, item } of values.all('vassals-set')) {
    const key = normalKey(value.slice(0, value.indexOf('=')).trim());
    if (optionOf(key, 'vassal') || key.startsWith('x-')) continue;
    const span = valueSpan(item.entry);
    const daemons = optionOf(key, 'emperor') !== undefined;
    if (daemons)
      problems.error('wrong-place', `\`${key}\` is an option of the daemon, not of a vassal`, span);
    const suggestion = daemons || problems.full ? undefined : nearest(key, keysOf('vassal'));
    if (suggestion) problems.warning('unknown-key', `vassals have no option \`${key}\``, span, suggestion);
  }
}
