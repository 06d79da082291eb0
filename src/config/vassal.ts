// One vassal: the text of its file, what that includes, the daemon's defaults and the flags of `tsjail run` become a checked
// config, or all that is wrong with them. Pure: files come from `host.file`, and what is not loaded yet is named.
import { posix } from 'node:path';
import { assemble } from './assemble.ts';
import { attributesIn } from './attributes.ts';
import type { Flag } from './dialect/flags.ts';
import { scanLines } from './dialect/lines.ts';
import { reportStrangeSections, sectionSpan } from './dialect/sections.ts';
import { resolveSettings } from './dialect/settings.ts';
import { Sources } from './dialect/sources.ts';
import { gather } from './gather.ts';
import type { HostFacts, Question } from './host.ts';
import { validVassalName } from './names.ts';
import { readOptions } from './options/read.ts';
import { optionOf } from './options.ts';
import { COMMAND_LINE, type Located } from './origin.ts';
import type { Problem } from './problems/problem.ts';
import { Problems, type Span } from './problems/problems.ts';
import { checkReadiness } from './readiness.ts';
import { socketOnDemand } from './sockets/on-demand.ts';
import { type Owner, tenantOf, unfitOwner, unfitTenantName } from './tenant.ts';
import { parseDropIn } from './uwsgi/parse.ts';
import type { VassalConfig } from './vassal-config.ts';
import type { VassalDefaults } from './vassal-defaults.ts';
import { environmentOf } from './vassal-env.ts';

export type { HostFacts } from './host.ts';
export { NO_DEFAULTS, type VassalDefaults } from './vassal-defaults.ts';

export interface VassalInput {
  readonly name: string;
  /** Absolute, or COMMAND_LINE: then there is no text. */
  readonly path: string;
  /** Where the vassal starts by default. */
  readonly directory: string;
  readonly text?: string | undefined;
  /** Of the file. */
  readonly owner?: Owner | undefined;
  /** The file may be executed. */
  readonly executable?: boolean | undefined;
  /** Which of those that are made of the file; else the first, if there are several. */
  readonly instance?: number | undefined;
  /** `--OPTION[=V]`: they come last, so they win. */
  readonly flags?: readonly Flag[] | undefined;
  /** The words after `--`. */
  readonly command?: Located<readonly string[]> | undefined;
}

export interface ParsedVassal {
  /** Undefined: there are errors, or files are missing. */
  readonly config: VassalConfig | undefined;
  readonly problems: readonly Problem[];
  /** What is to be found out before it is parsed again. */
  readonly missing: readonly Question[];
  /** All files that it is made of besides its own. */
  readonly files: readonly string[];
}

const OURS = ['vassal', 'uwsgi'] as const;
const PATCHES: readonly (string | undefined)[] = [
  'unprivileged-binary-patch-arg',
  'unprivileged-binary-patch',
];

export function parseVassal(input: VassalInput, defaults: VassalDefaults, facts: HostFacts): ParsedVassal {
  const problems = new Problems();
  const host = factsFor(input, defaults, facts);
  const unfit = host.tenant && unfitOwner(host.tenant);
  if (unfit) {
    problems.error('bad-owner', unfit, startOf(input.path));
    return { config: undefined, problems: problems.sorted(input.path), missing: [], files: [] };
  }
  if (isOpaque(input, defaults)) return dropIn(input, defaults, host);
  const text = scanLines(input.text ?? '', input.path, problems);
  const known = defaults.attributes ? [...OURS, 'emperor'] : OURS;
  reportStrangeSections(text, known, problems, belongsElsewhere);
  const sections = text.sections.filter(({ name }) => name === 'vassal' || name === 'uwsgi');
  const [first] = sections;
  const sectionless = first === undefined && input.path !== COMMAND_LINE;
  // What was no section, or stood in none, is told already.
  if (sectionless && !problems.failed)
    problems.error('no-section', 'no section [vassal]', startOf(input.path));
  const complaint = nameComplaint(input, host);
  if (complaint) problems.error('bad-name', complaint, startOf(input.path));
  const given = posix.relative(input.directory, input.path);
  const section = first?.name ?? 'vassal';
  const top = { path: input.path, section, given: given.startsWith('..') ? input.path : given };
  const { directory } = input;
  const sources = new Sources({ host, problems, scope: 'vassal', top, text, directory, sections: OURS });
  gather(sources, OURS, defaults, input.flags);
  if (sectionless) return outcome(input, undefined, problems, sources);
  if (sections.some(({ name }) => name === 'uwsgi') && !isPatched(sources)) {
    // What is not read yet may have the patch.
    if (complaint || sources.missing.length > 0) return outcome(input, undefined, problems, sources);
    return dropIn(input, defaults, host, sources.files);
  }
  const { settings, referred } = resolveSettings({
    sources,
    scope: 'vassal',
    host,
    problems,
    top,
    directory,
    instance: input.instance,
  });
  const values = readOptions(settings, { scope: 'vassal', host, problems, referred });
  if (sources.incomplete) values.spoil('command');
  const env = environmentOf(values, sources, problems);
  const attributes = attributesIn(text.entries, defaults.attributes);
  const { name, path } = input;
  const calledBy = socketOnDemand(defaults.onDemand, { name, path, host, sources, problems });
  const nowhere = first ? sectionSpan(first) : startOf(input.path);
  const readFor = sources.readFor.bind(sources);
  const parts = { values, defaults, host, problems, input, env, attributes, calledBy, readFor, nowhere };
  const config = assemble(parts);
  if (config) checkReadiness(config, values, problems);
  return outcome(input, config, problems, sources);
}

/** Of a tenant's it is the file's name that counts: the number of an instance is ours. */
function nameComplaint({ name, instance }: VassalInput, { tenant }: HostFacts): string | undefined {
  const own = instance === undefined ? name : name.slice(0, name.lastIndexOf(':'));
  return validVassalName(name) ?? (tenant ? unfitTenantName(own) : undefined);
}

function factsFor({ owner, path }: VassalInput, { tyrant }: VassalDefaults, host: HostFacts): HostFacts {
  return tyrant && owner ? { ...host, tenant: tenantOf(owner, path, tyrant, host) } : host;
}

function outcome(
  input: VassalInput,
  config: VassalConfig | undefined,
  problems: Problems,
  sources: Sources,
): ParsedVassal {
  const { missing } = sources;
  if (missing[0]) problems.error('unreadable', `${missing[0].path} is not read yet`, startOf(input.path));
  return {
    config: problems.failed || missing.length > 0 ? undefined : config,
    problems: problems.sorted(input.path),
    missing,
    files: [...sources.files],
  };
}

function startOf(file: string): Span {
  return { at: { file, line: 1, column: 1 } };
}

function belongsElsewhere(name: string): string | undefined {
  if (name !== 'emperor') return undefined;
  return "[emperor] is for the daemon's own config; a vassal has [vassal], or attributes where the daemon has `emperor-collect-attr`";
}

function isPatched(sources: Sources): boolean {
  return sources.items.some(({ entry }) => PATCHES.includes(optionOf(entry.key, 'vassal')));
}

/** `seen`: files that [uwsgi] includes, which are uWSGI's to read and ours to watch. */
function dropIn(
  input: VassalInput,
  defaults: VassalDefaults,
  host: HostFacts,
  seen: Iterable<string> = [],
): ParsedVassal {
  const opaque = isOpaque(input, defaults);
  const executed = opaque && input.executable === true;
  const file = { ...input, text: input.text ?? '', opaque, executed };
  const { config, problems, sources } = parseDropIn(file, defaults, host);
  for (const path of seen) sources.asked.files.add(path);
  const complaint = nameComplaint(input, host);
  if (complaint) problems.error('bad-name', complaint, startOf(input.path));
  return outcome(input, config, problems, sources);
}

/** Its text is for uWSGI alone. */
function isOpaque({ path, executable }: VassalInput, { uwsgi }: VassalDefaults): boolean {
  if (uwsgi === undefined || path === COMMAND_LINE) return false;
  return (
    (uwsgi.magicExec && executable === true) || uwsgi.extensions.some((each) => path.endsWith(`.${each}`))
  );
}
