// Which lines make up one config: the right sections of its file, what that includes, and the daemon's defaults before and
// after, in the order in which uWSGI would see them (command line of a vassal, then `inherit`).
import { posix } from 'node:path';
import type { HostFacts } from '../host.ts';
import type { Located } from '../origin.ts';
import { Bad } from '../problems/bad.ts';
import { errnoWords } from '../problems/errno.ts';
import { nearest } from '../problems/nearest.ts';
import type { Problems } from '../problems/problems.ts';
import { reportBad, valueSpan } from '../problems/report.ts';
import { mayAsk, type Whose } from '../tenant.ts';
import { type Expansions, expand, needsExpansion } from './expand.ts';
import { type Entry, type Scanned, scanLines } from './lines.ts';
import { type ConfigFile, magic } from './magic.ts';
import { settingEntry } from './setting-line.ts';
import { unquote } from './unquote.ts';

/** An entry and the file that it came from. */
export interface Item {
  readonly entry: Entry;
  readonly file: ConfigFile;
  /** What relative paths in the value are relative to. */
  readonly base: string;
  /** Taken as it is: a word of a command line, which a shell has expanded already. */
  readonly literal: boolean;
  readonly use: Use;
  readonly whose: Whose;
}

/** `placeholder`: never an option. `either`: an option where there is one of that name. */
export type Use = 'option' | 'placeholder' | 'either';

/** A line, or what stands for one, on its way to become an item. */
interface Line {
  readonly entry: Entry;
  readonly file: ConfigFile;
  /** Files that included one another to get here. */
  readonly chain: readonly string[];
  readonly literal: boolean;
  readonly use: Use;
  readonly whose: Whose;
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
  /** What the daemon's config has included may have no such section: then it is for somebody else. */
  readonly templatesMayLack?: boolean;
}

const DEEPEST = 16;
/** Two includes in each of 16 levels would make 65 536. */
const MOST_INCLUDES = 256;
/** 256 includes of a mebibyte each would hold up the daemon. */
const MOST_LINES = 100_000;
const PLACEHOLDER_KEYS = ['set-placeholder', 'set-ph'];
const DIRECTIVE_KEYS = ['include', 'inherit', 'set', ...PLACEHOLDER_KEYS];

export class Sources {
  readonly items: Item[] = [];
  readonly files = new Set<string>();
  readonly missing = new Set<string>();
  /** Something that was to be included is not among the items: what is not there may have stood in it. */
  incomplete = false;
  readonly #options: SourceOptions;
  readonly #inherited: Line[] = [];
  readonly #scanned: Readonly<Record<Whose, Map<string, Scanned | Bad | undefined>>> = {
    daemon: new Map(),
    tenant: new Map(),
  };
  #includes = 0;
  /** How many of the inherited ones are read. */
  #heirs = 0;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** The config's own text; `chosen` are the sections of it to take. */
  main(chosen: readonly string[]): void {
    const { top, text } = this.#options;
    this.#take(text, chosen, top.path, [top.path], this.#ownWhose);
  }

  /** Included by the daemon's config on behalf of this one. */
  include(templates: readonly Located<string>[]): void {
    for (const template of templates) this.#line(this.#templateLine('include', template));
  }

  /** As `inherit`: comes after all that is included. */
  inherit(templates: readonly Located<string>[]): void {
    for (const template of templates) this.#line(this.#templateLine('inherit', template));
  }

  /** `key=value` by the daemon's config, which cannot know which placeholders each vassal uses. */
  set(templates: readonly Located<string>[]): void {
    for (const template of templates) this.#line({ ...this.#templateLine('set', template), use: 'either' });
  }

  /** Words of a command line. */
  words(entries: readonly Entry[]): void {
    for (const entry of entries)
      this.#line({
        entry,
        file: this.#options.top,
        chain: [],
        literal: true,
        use: 'option',
        whose: 'daemon',
      });
  }

  /** Reads what is to be inherited, now that all else is there. */
  finish(): void {
    for (; this.#heirs < this.#inherited.length; this.#heirs++) {
      const line = this.#inherited[this.#heirs];
      if (line) this.#include(line);
    }
  }

  /** The text of a file that the config names; undefined when it is still to be loaded. */
  read(path: string, whose: Whose): string | Bad | undefined {
    const answer = this.#options.host.file(path, whose);
    this.files.add(path);
    if (answer === undefined) {
      this.missing.add(path);
      return undefined;
    }
    return 'text' in answer
      ? answer.text
      : new Bad(`cannot read ${path}: ${errnoWords(answer.failure)}`, { code: 'unreadable' });
  }

  /** The same of a file that the value of `item` names. */
  readFor({ entry, literal, whose }: Item, path: string): string | Bad | undefined {
    return this.read(path, literal ? whose : this.#reader(whose, entry.value));
  }

  #templateLine(key: string, { value, at }: Located<string>): Line {
    const entry = {
      section: '',
      key,
      written: `vassals-${key}`,
      value,
      bare: false,
      at,
      valueColumn: at.column,
      source: '',
    };
    return {
      entry,
      file: this.#options.top,
      chain: [],
      literal: false,
      use: 'option',
      whose: 'daemon',
    };
  }

  /** Of the config's own text. */
  get #ownWhose(): Whose {
    return this.#options.host.tenant ? 'tenant' : 'daemon';
  }

  #take(
    text: Scanned,
    sections: readonly string[],
    path: string,
    chain: readonly string[],
    whose: Whose,
  ): void {
    const files = new Map(sections.map((section) => [section, { path, section }]));
    for (const entry of text.entries) {
      const file = files.get(entry.section);
      if (file) this.#line({ entry, file, chain, literal: false, use: 'option', whose });
    }
  }

  #line(line: Line): void {
    const { entry, file, literal, use, whose } = line;
    if (entry.unfit && DIRECTIVE_KEYS.includes(entry.key)) this.incomplete = true;
    else if (entry.key === 'include') this.#include(line);
    else if (entry.key === 'inherit') this.#inherited.push(line);
    else if (entry.key === 'set' || PLACEHOLDER_KEYS.includes(entry.key)) this.#set(line);
    else
      this.items.push({ entry, file, base: baseOf(entry.at.file, this.#options.host), literal, use, whose });
  }

  #set(line: Line): void {
    const { entry, file, literal, whose } = line;
    const set = settingEntry(entry);
    if (set === undefined || set.key === 'set') {
      const message = `\`${entry.written}\` takes key=value`;
      return this.#options.problems.error('bad-value', message, valueSpan(entry));
    }
    if (!PLACEHOLDER_KEYS.includes(entry.key)) return this.#line({ ...line, entry: set });
    const base = baseOf(entry.at.file, this.#options.host);
    this.items.push({ entry: set, file, base, literal, use: 'placeholder', whose });
  }

  #include({ entry, file, chain, literal, whose: asker }: Line): void {
    const target = literal ? entry.value : expand(entry.value, this.#early(file, asker));
    if (target instanceof Bad) return this.#refuse(entry, target, true);
    const complaint = this.#unfit(entry, target);
    if (complaint)
      return this.#refuse(entry, new Bad(complaint, { code: 'bad-include', suggestion: unquote(target) }));
    const [name, section] = splitTarget(target);
    const path = name === '' ? file.path : posix.resolve(baseOf(entry.at.file, this.#options.host), name);
    const link = chainLink(path, section);
    if (chain.includes(link)) {
      const loop = [...chain.slice(chain.indexOf(link)), link].join(' → ');
      return this.#refuse(entry, new Bad(`this include is a loop: ${loop}`, { code: 'include-loop' }));
    }
    if (chain.length >= DEEPEST) {
      const message = `more than ${DEEPEST} files include one another`;
      return this.#refuse(entry, new Bad(message, { code: 'include-depth' }));
    }
    const whose = path === this.#options.top.path ? this.#ownWhose : this.#reader(asker, entry.value);
    const text = this.#scan(path, whose);
    if (text instanceof Bad) return this.#refuse(entry, text);
    if (text) this.#included(entry, text, path, section, [...chain, link], whose);
  }

  #refuse(entry: Entry, bad: Bad, exact = false): void {
    this.incomplete = true;
    reportBad(this.#options.problems, entry, bad, exact);
  }

  /** Once for each file: what is wrong in it is told once. */
  #scan(path: string, whose: Whose): Scanned | Bad | undefined {
    const { top, text, problems } = this.#options;
    if (path === top.path) return text;
    const known = this.#scanned[whose];
    if (known.has(path)) return known.get(path);
    const read = this.read(path, whose);
    const scanned = typeof read === 'string' ? scanLines(read, path, problems) : read;
    known.set(path, scanned);
    return scanned;
  }

  #unfit(entry: Entry, target: string): string | undefined {
    if (target === '') return `\`${entry.written}\` needs a file`;
    if (target.includes('://')) return `only files can be included, not \`${target}\``;
    if (unquote(target) !== undefined) return 'quotes are part of a value here: leave them out';
    return ++this.#includes > MOST_INCLUDES ? `more than ${MOST_INCLUDES} includes` : undefined;
  }

  /** A path with something in it that a tenant has a say in is the tenant's to read. */
  #reader(asker: Whose, written: string): Whose {
    return this.#options.host.tenant && needsExpansion(written) ? 'tenant' : asker;
  }

  #included(
    entry: Entry,
    text: Scanned,
    path: string,
    section: string,
    chain: readonly string[],
    whose: Whose,
  ): void {
    const { sections } = this.#options;
    if (this.items.length + text.entries.length > MOST_LINES) {
      return this.#refuse(entry, new Bad(`more than ${MOST_LINES} lines in all`, { code: 'bad-include' }));
    }
    const names = text.sections.map((each) => each.name);
    if (this.#options.templatesMayLack && entry.section === '' && isForOthers(section, names, sections))
      return;
    const wanted = section === '' ? sections.find((each) => names.includes(each)) : section;
    if (wanted !== undefined && names.includes(wanted)) return this.#take(text, [wanted], path, chain, whose);
    this.incomplete = true;
    // That its lines stand in no section is told already, where they are.
    if (text.homeless) return;
    const asked = section === '' ? (sections[0] ?? '') : section;
    const message = `${path} has no section [${asked}]`;
    this.#refuse(entry, new Bad(message, { code: 'no-section', suggestion: nearest(asked, names) }));
  }

  /** Includes come before the keys are known: no `%(key)`. */
  #early(file: ConfigFile, asker: Whose): Expansions {
    const { host, top, directory } = this.#options;
    return {
      magic: (letter) => magic(letter, { file, top, directory, host }),
      key: () => new Bad('includes are read before the keys are known: no `%(…)` here'),
      env: (name) => (mayAsk(asker, name) ? variable(host, name) : undefined),
      file: () => new Bad('no `@(…)` here'),
      unset: () => {},
    };
  }
}

/** The origin of what was said on a command line: a word's number is its column. */
export const COMMAND_LINE = '<command line>';

/** What relative paths are relative to when `file` has them. */
export function baseOf(file: string, host: HostFacts): string {
  return file === COMMAND_LINE ? host.cwd : posix.resolve(host.cwd, posix.dirname(file));
}

/** A variable of the daemon's environment; not what every object has, such as `constructor`. */
export function variable(host: HostFacts, name: string): string | undefined {
  return Object.hasOwn(host.env, name) ? host.env[name] : undefined;
}

/** `path:section`; the section may be left out, and the path for the same file. */
export function splitTarget(target: string): readonly [string, string] {
  const colon = target.lastIndexOf(':');
  return colon < target.lastIndexOf('/') || colon < 0
    ? [target, '']
    : [target.slice(0, colon), target.slice(colon + 1)];
}

/** Of a template: it names a section, which is not ours, or the file has none of ours. */
function isForOthers(section: string, names: readonly string[], ours: readonly string[]): boolean {
  return section === '' ? !names.some((name) => ours.includes(name)) : !ours.includes(section);
}

function chainLink(path: string, section: string): string {
  return section === '' ? path : `${path}:${section}`;
}
