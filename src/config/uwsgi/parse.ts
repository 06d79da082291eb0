// A file for uWSGI itself: [uwsgi] is uWSGI's, of which nothing is judged here; only a [vassal] section beside it is ours.
import { assemble } from '../assemble.ts';
import { attributesIn, wrapperOf } from '../attributes.ts';
import type { Flag } from '../dialect/flags.ts';
import { type Scanned, type Section, scanLines } from '../dialect/lines.ts';
import { sectionSpan } from '../dialect/sections.ts';
import { resolveSettings } from '../dialect/settings.ts';
import { Sources } from '../dialect/sources.ts';
import { asDropIn } from '../drop-in.ts';
import { gather } from '../gather.ts';
import type { HostFacts } from '../host.ts';
import { readOptions, type Values } from '../options/read.ts';
import { COMMAND_LINE, type Located } from '../origin.ts';
import { nearest } from '../problems/nearest.ts';
import { Problems, type Span } from '../problems/problems.ts';
import { keySpan } from '../problems/report.ts';
import { checkReadiness } from '../readiness.ts';
import { socketOnDemand } from '../sockets/on-demand.ts';
import type { DropIn, VassalConfig } from '../vassal-config.ts';
import type { VassalDefaults } from '../vassal-defaults.ts';
import { environmentOf } from '../vassal-env.ts';
import { isFileless, uwsgiCommand } from './command.ts';
import { NO_UWSGI_DEFAULTS } from './defaults.ts';
import { ownSetUp } from './own-set-up.ts';

export interface DropInFile {
  readonly name: string;
  readonly path: string;
  readonly directory: string;
  readonly text: string;
  /** The file is executed by uWSGI, or no INI at all: its text says nothing to us. */
  readonly opaque: boolean;
  readonly executed: boolean;
  readonly flags?: readonly Flag[] | undefined;
  /** Of the command line: there can be none. */
  readonly command?: Located<readonly string[]> | undefined;
}

export interface ParsedDropIn {
  readonly config: VassalConfig | undefined;
  readonly problems: Problems;
  readonly sources: Sources;
}

/** What a packet of uWSGI can hold: its size is 16 bits (uwsgi_scheme_emperor, core/io.c). */
const MOST_BY_PIPE = 65_535;
const OURS = ['vassal'] as const;
const NO_COMMAND = 'this file has [uwsgi]: uWSGI is its command';
/** A running instance holds its lock: to try its file out would wait for that, or fail. */
const LOCKS = /^flock/;

export function parseDropIn(file: DropInFile, defaults: VassalDefaults, host: HostFacts): ParsedDropIn {
  const problems = new Problems();
  const text = scanLines(file.opaque ? '' : file.text, file.path, new Problems());
  const section = text.sections.find(({ name }) => name === 'uwsgi');
  const nowhere: Span = section ? sectionSpan(section) : { at: { file: file.path, line: 1, column: 1 } };
  warnOfStrangers(text, problems);
  const { directory } = file;
  const top = { path: file.path, section: 'vassal' };
  const sources = sourcesOf(file, defaults, host, problems);
  const { settings, referred } = resolveSettings({
    sources,
    scope: 'vassal',
    host,
    problems,
    top,
    directory,
  });
  const values = readOptions(settings, { scope: 'vassal', host, problems, referred });
  refuseCommand(file, values, problems);
  const uwsgi = defaults.uwsgi ?? NO_UWSGI_DEFAULTS;
  const magic = { file: { ...top, section: 'uwsgi' }, top, directory, host };
  const env = environmentOf(values, sources, problems);
  const attributes = attributesIn(text.entries, defaults.attributes);
  const program = wrapperOf(attributes, defaults.attributes) ?? uwsgi.program;
  const command = { value: uwsgiCommand(program, file, defaults, magic), at: nowhere.at };
  const calledBy = socketOnDemand(defaults.onDemand, { ...file, host, sources, problems });
  const input = { ...file, command };
  const readFor = sources.readFor.bind(sources);
  const set = ownSetUp(text.entries);
  const parts = {
    ...{ values, defaults, host, problems, input, env, attributes, calledBy, readFor, nowhere },
    ownSetUp: file.opaque ? { ...set, jail: 'what is in a file that only uWSGI can read' } : set,
  };
  const ours = assemble(parts);
  const config = ours && asDropIn(ours, values, dropInOf(file, text, uwsgi), uwsgi);
  if (config) checkReadiness(config, values, problems);
  if (isFileless(file) && Buffer.byteLength(file.text) > MOST_BY_PIPE)
    problems.error('too-long', `more than ${MOST_BY_PIPE} bytes cannot be given to uWSGI by a pipe`, nowhere);
  return { config, problems, sources };
}

/** Our own sections, here and in what the daemon's config has included, and the flags of `tsjail run`. */
function sourcesOf(file: DropInFile, defaults: VassalDefaults, host: HostFacts, problems: Problems): Sources {
  const { path, directory } = file;
  const text = scanLines(file.opaque ? '' : withoutOthers(file.text), path, problems);
  const top = { path, section: 'vassal' };
  const sources = new Sources({
    scope: 'vassal',
    host,
    problems,
    top,
    text,
    directory,
    sections: OURS,
    templatesMayLack: true,
  });
  // What is set for all vassals is said to uWSGI: see command.ts.
  gather(sources, OURS, { ...defaults, set: [] }, file.flags);
  return sources;
}

/** What is for all vassals may have one: here it has no effect. */
function refuseCommand({ path, command }: DropInFile, values: Values, problems: Problems): void {
  const given = values.all('command').filter(({ at }) => at.file === path || at.file === COMMAND_LINE);
  for (const { item } of given) problems.error('contradiction', NO_COMMAND, keySpan(item.entry));
  if (command) problems.error('contradiction', NO_COMMAND, { at: command.at });
}

function dropInOf(
  file: DropInFile,
  { entries }: Scanned,
  { before, after, gracefulStop }: typeof NO_UWSGI_DEFAULTS,
): DropIn {
  const configByPipe = isFileless(file);
  return {
    configByPipe,
    text: configByPipe ? file.text : undefined,
    before,
    after,
    gracefulStop,
    canBeTried: !configByPipe && !entries.some(({ key }) => LOCKS.test(key)),
  };
}

/** With an empty line for every line that is in no section of ours: numbers stay what they are. */
function withoutOthers(text: string): string {
  let isOurs = false;
  const lines = text.replace(/^\ufeff/, '').split('\n');
  return lines
    .map((line) => {
      const start = line.trimStart();
      // What is wrong with such a line shall be told.
      if (start.startsWith('[')) isOurs = start.startsWith('[vassal');
      return isOurs ? line : '';
    })
    .join('\n');
}

/** Other sections may be anybody's (paste has its own, sub-Emperors too), but a misspelt one of ours is worth a word. */
function warnOfStrangers(text: Scanned, problems: Problems): void {
  for (const section of text.sections) {
    if (section.name === 'vassal' || section.name === 'uwsgi') continue;
    if (nearest(section.name.trim(), OURS) !== undefined) warnOfSection(section, problems);
  }
  for (const entry of text.entries) {
    if (entry.section !== 'uwsgi' || entry.key !== 'command') continue;
    const message = '`command` means nothing to uWSGI, and only [vassal] has one';
    problems.warning('wrong-place', message, keySpan(entry), '[vassal]');
  }
}

function warnOfSection(section: Section, problems: Problems): void {
  problems.warning('unknown-section', `unknown section [${section.name}]`, sectionSpan(section), '[vassal]');
}
