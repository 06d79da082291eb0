// Which lines make up one config: the right sections of its file, what that includes, and the daemon's defaults before and
// after, in the order in which uWSGI would see them (command line of a vassal, then `inherit`).
import { posix } from 'node:path';
import { Bad } from './bad.ts';
import { type Expansions, expand } from './expand.ts';
import type { HostFacts } from './host.ts';
import { type Entry, normalKey, type Scanned, type Section, scanLines } from './lines.ts';
import { type ConfigFile, magic } from './magic.ts';
import { nearest } from './nearest.ts';
import type { Located } from './origin.ts';
import type { Problems } from './problems.ts';
import { reportBad, valueSpan } from './report.ts';
import { unquote } from './unquote.ts';

/** An entry and the file that it came from. */
export interface Item {
  readonly entry: Entry;
  readonly file: ConfigFile;
  /** What relative paths in the value are relative to. */
  readonly base: string;
  /** Taken as it is: a word of a command line, which a shell has expanded already. */
  readonly literal: boolean;
}

export interface SourceOptions {
  readonly host: HostFacts;
  readonly problems: Problems;
  readonly top: ConfigFile;
  /** The text of `top`. */
  readonly text: Scanned;
  /** Where the vassal starts. */
  readonly directory: string;
  /** Sections that are ours, in the order of preference in an included file. */
  readonly sections: readonly string[];
}

const DEEPEST = 16;
/** Two includes in each of 16 levels would make 65 536. */
const MOST_INCLUDES = 256;
const PLACEHOLDER_KEYS = ['set-placeholder', 'set-ph'];

export class Sources {
  readonly items: Item[] = [];
  readonly files = new Set<string>();
  readonly missing = new Set<string>();
  /** Keys that `set-placeholder` made: free ones. */
  readonly placeholders = new Set<string>();
  readonly #options: SourceOptions;
  readonly #inherited: { entry: Entry; file: ConfigFile; chain: readonly string[] }[] = [];
  #includes = 0;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** The config's own text; `chosen` are the sections of it to take. */
  main(chosen: readonly string[]): void {
    const { top, text } = this.#options;
    this.#take(text, chosen, top.path, [top.path]);
  }

  /** Included by the daemon's config on behalf of this one. */
  include(templates: readonly Located<string>[]): void {
    for (const template of templates)
      this.#include(templateEntry('include', template), this.#options.top, []);
  }

  /** As `inherit`: comes after all that is included. */
  inherit(templates: readonly Located<string>[]): void {
    for (const template of templates) {
      this.#inherited.push({ entry: templateEntry('inherit', template), file: this.#options.top, chain: [] });
    }
  }

  /** `key=value` by the daemon's config. */
  set(templates: readonly Located<string>[]): void {
    for (const template of templates) this.#set(templateEntry('set', template), this.#options.top);
  }

  add(item: Item): void {
    this.items.push(item);
  }

  /** Reads what is to be inherited, now that all else is there. */
  finish(): void {
    for (let next = this.#inherited.shift(); next; next = this.#inherited.shift()) {
      this.#include(next.entry, next.file, next.chain);
    }
  }

  /** The text of a file that the config names; undefined when it is still to be loaded. */
  read(path: string): string | Bad | undefined {
    const answer = this.#options.host.file(path);
    this.files.add(path);
    if (answer === undefined) {
      this.missing.add(path);
      return undefined;
    }
    return 'text' in answer
      ? answer.text
      : new Bad(`cannot read ${path}: ${errnoWords(answer.failure)}`, { code: 'unreadable' });
  }

  #take(text: Scanned, sections: readonly string[], path: string, chain: readonly string[]): void {
    const files = new Map(sections.map((section) => [section, { path, section }]));
    for (const entry of text.entries) {
      const file = files.get(entry.section);
      if (file === undefined) continue;
      if (entry.key === 'include') this.#include(entry, file, chain);
      else if (entry.key === 'inherit') this.#inherited.push({ entry, file, chain });
      else if (entry.key === 'set' || PLACEHOLDER_KEYS.includes(entry.key)) this.#set(entry, file);
      else this.items.push({ entry, file, base: baseOf(path, this.#options.host), literal: false });
    }
  }

  #set(entry: Entry, file: ConfigFile): void {
    const split = entry.value.indexOf('=');
    if (split < 1) {
      this.#options.problems.error('bad-value', `\`${entry.written}\` takes key=value`, valueSpan(entry));
      return;
    }
    const written = entry.value.slice(0, split).trim();
    const key = normalKey(written);
    if (PLACEHOLDER_KEYS.includes(entry.key)) this.placeholders.add(key);
    const value = entry.value.slice(split + 1).trim();
    const base = baseOf(entry.at.file, this.#options.host);
    this.items.push({ entry: { ...entry, key, written, value, bare: false }, file, base, literal: false });
  }

  #include(entry: Entry, file: ConfigFile, chain: readonly string[]): void {
    const { problems } = this.#options;
    const target = expand(entry.value, this.#early(file));
    if (target instanceof Bad) return reportBad(problems, entry, target, true);
    const complaint = this.#unfit(entry, target);
    if (complaint) return problems.error('bad-include', complaint, valueSpan(entry), unquote(target));
    const [name, section] = splitTarget(target);
    const path = name === '' ? file.path : posix.resolve(baseOf(entry.at.file, this.#options.host), name);
    const link = chainLink(path, section);
    if (chain.includes(link)) {
      const loop = [...chain.slice(chain.indexOf(link)), link].join(' → ');
      return problems.error('include-loop', `this include is a loop: ${loop}`, valueSpan(entry));
    }
    if (chain.length >= DEEPEST) {
      return problems.error(
        'include-depth',
        `more than ${DEEPEST} files include one another`,
        valueSpan(entry),
      );
    }
    const text = path === this.#options.top.path ? this.#options.text : this.#scan(path);
    if (text instanceof Bad) return reportBad(problems, entry, text, false);
    if (text) this.#included(entry, text, path, section, [...chain, link]);
  }

  #scan(path: string): Scanned | Bad | undefined {
    const text = this.read(path);
    return typeof text === 'string' ? scanLines(text, path, this.#options.problems) : text;
  }

  #unfit(entry: Entry, target: string): string | undefined {
    if (target === '') return `\`${entry.written}\` needs a file`;
    if (target.includes('://')) return `only files can be included, not \`${target}\``;
    if (unquote(target) !== undefined) return 'quotes are part of a value here: leave them out';
    return ++this.#includes > MOST_INCLUDES ? `more than ${MOST_INCLUDES} includes` : undefined;
  }

  #included(entry: Entry, text: Scanned, path: string, section: string, chain: readonly string[]): void {
    const names = text.sections.map((each) => each.name);
    const wanted = section === '' ? this.#options.sections.find((each) => names.includes(each)) : section;
    if (wanted !== undefined && names.includes(wanted)) return this.#take(text, [wanted], path, chain);
    const { problems, sections } = this.#options;
    const asked = section === '' ? (sections[0] ?? '') : section;
    problems.error(
      'no-section',
      `${path} has no section [${asked}]`,
      valueSpan(entry),
      nearest(asked, names),
    );
  }

  /** Includes come before the keys are known: no `%(key)`. */
  #early(file: ConfigFile): Expansions {
    const { host, top, directory } = this.#options;
    return {
      magic: (letter) => magic(letter, { file, top, directory, host }),
      key: () => new Bad('includes are read before the keys are known: no `%(…)` here'),
      env: (name) => variable(host, name),
      file: () => new Bad('no `@(…)` here'),
      unset: () => {},
    };
  }
}

/** The origin of what was said on a command line: a word's number is its column. */
export const COMMAND_LINE = '<command line>';

/** What relative paths are relative to when `file` has them. */
export function baseOf(file: string, host: HostFacts): string {
  return file === COMMAND_LINE ? host.cwd : posix.dirname(file);
}

/** A variable of the daemon's environment; not what every object has, such as `constructor`. */
export function variable(host: HostFacts, name: string): string | undefined {
  return Object.hasOwn(host.env, name) ? host.env[name] : undefined;
}

/** `path:section`; the section may be left out, and the path for the same file. */
function splitTarget(target: string): readonly [string, string] {
  const colon = target.lastIndexOf(':');
  return colon < 0 ? [target, ''] : [target.slice(0, colon), target.slice(colon + 1)];
}

function chainLink(path: string, section: string): string {
  return section === '' ? path : `${path}:${section}`;
}

function templateEntry(key: string, { value, at }: Located<string>): Entry {
  return {
    section: '',
    key,
    written: `vassals-${key}`,
    value,
    bare: false,
    at,
    valueColumn: at.column,
    source: '',
  };
}

/** Reports sections that are neither ours, nor included by name, nor free (`x-…`). */
export function reportStrangeSections(
  text: Scanned,
  ours: readonly string[],
  problems: Problems,
  hint: (name: string) => string | undefined,
): void {
  const included = new Set(
    text.entries
      .filter(({ key }) => key === 'include' || key === 'inherit')
      .map(({ value }) => splitTarget(value)[1]),
  );
  for (const section of text.sections) {
    if (ours.includes(section.name) || included.has(section.name) || section.name.startsWith('x-')) continue;
    const message = hint(section.name) ?? `unknown section [${section.name}]`;
    const suggestion = nearest(section.name.trim(), ours);
    problems.error('unknown-section', message, sectionSpan(section), suggestion && `[${suggestion}]`);
  }
}

export function sectionSpan({ at, name, source }: Section): {
  at: typeof at;
  endColumn: number;
  source: string;
} {
  return { at, endColumn: at.column + [...name].length + 2, source };
}

const ERRNO: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
  ELOOP: 'too many symbolic links',
  ENXIO: 'nothing to read from',
  EIO: 'input/output error',
};

function errnoWords(failure: string): string {
  const words = ERRNO[failure];
  return words === undefined ? failure : `${failure} (${words})`;
}
