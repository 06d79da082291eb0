// What `include` and `inherit` bring in: which file, which section of it, whose it is, and when that is too much.
import { posix } from 'node:path';
import { Bad } from '../problems/bad.ts';
import { nearest } from '../problems/nearest.ts';
import { reportBad } from '../problems/report.ts';
import type { Whose } from '../tenant.ts';
import type { Asked } from './asked.ts';
import type { Early } from './early.ts';
import type { Line } from './item.ts';
import { type Entry, type Scanned, scanLines } from './lines.ts';
import type { ConfigFile } from './magic.ts';
import type { SourceOptions } from './sources.ts';
import { chainLink, refusedSource, splitTarget } from './targets.ts';
import { unquote } from './unquote.ts';
import { ownWhose } from './whose.ts';

/** Lines of a file on their way in. */
export interface Taking extends Pick<Line, 'chain' | 'inherited' | 'whose'> {
  readonly from: ConfigFile;
}

export interface Inclusion extends Taking {
  readonly text: Scanned;
}

const DEEPEST = 16;
/** Two includes in each of 16 levels would make 65 536. */
const MOST_INCLUDES = 256;
/** 256 includes of a mebibyte each would hold up the daemon. */
const MOST_LINES = 100_000;

export class Includes {
  /** One was refused. */
  failed = false;
  readonly #options: SourceOptions;
  readonly #asked: Asked;
  readonly #early: Early;
  readonly #scanned: Readonly<Record<Whose, Map<string, Scanned | Bad | undefined>>> = {
    daemon: new Map(),
    tenant: new Map(),
  };
  #count = 0;

  constructor(options: SourceOptions, asked: Asked, early: Early) {
    this.#options = options;
    this.#asked = asked;
    this.#early = early;
  }

  /** Undefined: it is refused, which is told, or still to be loaded. `linesRead`: by all files so far. */
  find(line: Line, target: string | Bad, inherited: boolean, linesRead: number): Inclusion | undefined {
    const { entry, file, chain } = line;
    if (target instanceof Bad) return this.#refuse(entry, target, true);
    const complaint = this.#complaint(entry, target);
    if (complaint)
      return this.#refuse(entry, new Bad(complaint, { code: 'bad-include', suggestion: unquote(target) }));
    const [name, section] = splitTarget(target);
    const path = name === '' ? file.path : posix.resolve(this.#early.base(entry.at.file), name);
    const link = chainLink(path, section);
    if (chain.includes(link)) {
      const loop = [...chain.slice(chain.indexOf(link)), link].join(' → ');
      return this.#refuse(entry, new Bad(`this include is a loop: ${loop}`, { code: 'include-loop' }));
    }
    if (chain.length >= DEEPEST) {
      const message = `more than ${DEEPEST} files include one another`;
      return this.#refuse(entry, new Bad(message, { code: 'include-depth' }));
    }
    const { top, host } = this.#options;
    const whose = path === top.path ? ownWhose(host) : this.#early.reader(line);
    const text = this.#scan(path, whose);
    if (text instanceof Bad) return this.#refuse(entry, text);
    const from = { path, section, given: name === '' ? file.given : name };
    return text && this.#chosen(entry, linesRead, { text, from, chain: [...chain, link], inherited, whose });
  }

  #refuse(entry: Entry, bad: Bad, exact = false): undefined {
    this.failed = true;
    reportBad(this.#options.problems, entry, bad, exact);
  }

  /** Once for each file: what is wrong in it is told once. */
  #scan(path: string, whose: Whose): Scanned | Bad | undefined {
    const { top, text, problems } = this.#options;
    if (path === top.path) return text;
    const known = this.#scanned[whose];
    if (known.has(path)) return known.get(path);
    const read = this.#asked.read(path, whose);
    const scanned = typeof read === 'string' ? scanLines(read, path, problems) : read;
    known.set(path, scanned);
    return scanned;
  }

  #complaint(entry: Entry, target: string): string | undefined {
    if (target === '') return `\`${entry.written}\` needs a file`;
    const refused = refusedSource(target);
    if (refused !== undefined) return refused;
    if (unquote(target) !== undefined) return 'quotes are part of a value here: leave them out';
    return ++this.#count > MOST_INCLUDES ? `more than ${MOST_INCLUDES} includes` : undefined;
  }

  /** With the section that is meant. */
  #chosen(entry: Entry, linesRead: number, found: Inclusion): Inclusion | undefined {
    const { text, from } = found;
    const { sections } = this.#options;
    if (linesRead + text.entries.length > MOST_LINES) {
      return this.#refuse(entry, new Bad(`more than ${MOST_LINES} lines in all`, { code: 'bad-include' }));
    }
    const { path, section } = from;
    const names = text.sections.map((each) => each.name);
    if (this.#options.templatesMayLack && entry.section === '' && isForOthers(section, names, sections))
      return undefined;
    const wanted = section === '' ? sections.find((each) => names.includes(each)) : section;
    if (wanted !== undefined && names.includes(wanted))
      return { ...found, from: { ...from, section: wanted } };
    this.failed = true;
    // That its lines stand in no section is told already, where they are.
    if (text.homeless) return undefined;
    const asked = section === '' ? (sections[0] ?? '') : section;
    const message = `${path} has no section [${asked}]`;
    return this.#refuse(entry, new Bad(message, { code: 'no-section', suggestion: nearest(asked, names) }));
  }
}

/** Of a template: it names a section, which is not ours, or the file has none of ours. */
function isForOthers(section: string, names: readonly string[], ours: readonly string[]): boolean {
  return section === '' ? !names.some((name) => ours.includes(name)) : !ours.includes(section);
}
