// Which lines make up one config: the right sections of its file, what that includes, and the daemon's defaults before and
// after, in the order in which uWSGI would see them (command line of a vassal, then `inherit`).
import type { HostFacts, Question } from '../host.ts';
import { optionOf, type Scope } from '../options.ts';
import type { Located } from '../origin.ts';
import { Bad } from '../problems/bad.ts';
import type { Problems } from '../problems/problems.ts';
import { keySpan, reportBad, valueSpan } from '../problems/report.ts';
import type { Whose } from '../tenant.ts';
import { ACTS, type Act } from './acts.ts';
import { Asked } from './asked.ts';
import { type Block, Blocks } from './blocks.ts';
import { Early } from './early.ts';
import { referredKeys } from './expand.ts';
import { Includes, type Taking } from './includes.ts';
import type { Item, Line } from './item.ts';
import { changed, forbidden, type KeyLists } from './key-lists.ts';
import { type Entry, normalKey, type Scanned } from './lines.ts';
import { LOGIC, type Logic, MOST_ROUNDS, type Rounds } from './logic.ts';
import { declare, type Macro } from './macros.ts';
import type { ConfigFile } from './magic.ts';
import { Resolver } from './resolver.ts';
import { settingEntry } from './setting-line.ts';
import { daemonsLine, templateLine } from './template-line.ts';
import { ownWhose } from './whose.ts';

export type { Item, Use } from './item.ts';
export { baseOf, splitTarget } from './targets.ts';

export interface SourceOptions {
  readonly host: HostFacts;
  readonly problems: Problems;
  readonly scope: Scope;
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

const MOST_ROUNDS_IN_ALL = 1_000_000;
const NO_LISTS: KeyLists = {};

export class Sources {
  readonly items: Item[] = [];
  readonly macros = new Map<string, Macro>();
  /** Keys that conditions and lines which do not count refer to. */
  readonly referred = new Set<string>();
  readonly asked: Asked;
  readonly #options: SourceOptions;
  readonly #early: Early;
  readonly #blocks: Blocks;
  readonly #inherited: Line[] = [];
  readonly #includes: Includes;
  #incomplete = false;
  #lists: KeyLists | undefined;
  #linesRead = 0;
  #linesMade = 0;
  #roundsMade = 0;
  /** How many of the inherited ones are read. */
  #heirs = 0;

  constructor(options: SourceOptions) {
    const { host, problems } = options;
    this.#options = options;
    this.asked = new Asked(host);
    this.#early = new Early(options, this.asked, this.items);
    this.#includes = new Includes(options, this.asked, this.#early);
    this.#blocks = new Blocks(problems);
  }

  /** Something that was to be included is not among the items: what is not there may have stood in it. */
  get incomplete(): boolean {
    return this.#incomplete || this.#includes.failed;
  }

  get files(): ReadonlySet<string> {
    return this.asked.files;
  }

  get missing(): readonly Question[] {
    return this.asked.missing;
  }

  /** The config's own text; `chosen` are the sections of it to take. */
  main(chosen: readonly string[]): void {
    const { top, text, host } = this.#options;
    this.#take(text, chosen, { from: top, chain: [top.path], inherited: false, whose: ownWhose(host) });
  }

  /** Included by the daemon's config on behalf of this one. */
  include(templates: readonly Located<string>[]): void {
    const { top } = this.#options;
    for (const template of templates) this.#line(templateLine('include', template, top));
  }

  /** As `inherit`: comes after all that is included. */
  inherit(templates: readonly Located<string>[]): void {
    const { top } = this.#options;
    for (const template of templates) this.#line(templateLine('inherit', template, top));
  }

  /** `key=value` by the daemon's config, which cannot know which placeholders each vassal uses. */
  set(templates: readonly Located<string>[]): void {
    const { top } = this.#options;
    for (const template of templates) this.#line({ ...templateLine('set', template, top), use: 'either' });
    this.#blocks.close(undefined);
  }

  /** Words of a command line. */
  words(entries: readonly Entry[]): void {
    const { top } = this.#options;
    for (const entry of entries) this.#line({ ...daemonsLine(entry, top), literal: true });
    this.#blocks.close(undefined);
  }

  /** Reads what is to be inherited, now that all else is there. */
  finish(): void {
    const { asked } = this;
    let resolver: Resolver | undefined;
    const known = () => {
      resolver ??= new Resolver({ ...this.#options, items: [...this.items], asked });
      return resolver;
    };
    for (; this.#heirs < this.#inherited.length; this.#heirs++) {
      const line = this.#inherited[this.#heirs];
      if (line) this.#include(line, this.#heirName(line, known), true);
    }
    for (const key of resolver?.named ?? []) this.referred.add(key);
    if (this.#blocks.isBroken) this.#incomplete = true;
  }

  /** The text of a file that the value of `item` names; undefined when it is still to be loaded. */
  readFor(item: Item, path: string): string | Bad | undefined {
    return this.asked.read(path, this.readerFor(item));
  }

  /** With whose rights. */
  readerFor(item: Item): Whose {
    return item.reader ?? this.#early.reader(item);
  }

  #take(text: Scanned, sections: readonly string[], { from, chain, inherited, whose }: Taking): void {
    this.#linesRead += text.entries.length;
    const open = this.#blocks.open;
    const files = new Map(sections.map((section) => [section, { ...from, section }]));
    for (const entry of text.entries) {
      const file = files.get(entry.section);
      if (file)
        this.#line({ entry, file, chain, literal: false, use: 'option', inherited, found: undefined, whose });
    }
    this.#blocks.close(open);
  }

  #line(line: Line): void {
    if (this.#lists && !line.literal && this.#refuses(this.#lists, line.entry)) return;
    const block = this.#blocks.open;
    if (block === undefined) this.#act(line);
    else this.#lineInBlock(block, line);
  }

  #lineInBlock(block: Block, line: Line): void {
    const { entry } = line;
    if (this.#blocks.directs(entry)) return;
    if (LOGIC.has(entry.key)) return this.#blocks.begin(entry, []);
    const rounds = this.#blocks.next(block);
    if (rounds.length === 0) for (const key of referredKeys(entry.value)) this.referred.add(normalKey(key));
    this.#linesMade += rounds.length;
    if (this.#linesMade > MOST_ROUNDS) return this.#tooMany(block);
    for (const found of rounds) this.#blocks.within(block, () => this.#act({ ...line, found }));
  }

  #tooMany({ entry }: Block): void {
    this.#options.problems.fold(entry.at);
    this.#options.problems.error('bad-block', `blocks make more than ${MOST_ROUNDS} lines`, keySpan(entry));
  }

  #act(line: Line): void {
    const { entry } = line;
    if (this.#blocks.isLooping) this.#options.problems.fold(entry.at);
    const act = ACTS.get(entry.key);
    if (act === undefined) return this.#push(line);
    if (entry.unfit) return this.#unfit(line, act);
    if (act === 'include') return this.#include(line, this.#early.name(line), line.inherited);
    if (act === 'inherit') this.#inherited.push(line);
    else if (act === 'set' || act === 'placeholder') this.#set(line, act);
    else if (act === 'logic') this.#begin(line);
    else if (act === 'declare') declare(this.macros, this.#itemOf(line, entry, line.whose), this.#options);
    else if (act === 'list') this.#list(line);
    else if (act === 'exit') this.#options.problems.error('exit', 'the config says exit', keySpan(entry));
    else this.#blocks.directs(entry);
  }

  #push(line: Line): void {
    const { entry, file, literal } = line;
    if (!entry.key.includes('%') || literal) this.items.push(this.#itemOf(line, entry, line.whose));
    else {
      const whose = this.#options.host.tenant ? 'tenant' : line.whose;
      this.items.push(this.#itemOf(line, this.#early.named(entry, file), whose));
    }
  }

  #itemOf({ file, literal, use, inherited, found }: Line, entry: Entry, whose: Whose): Item {
    const base = this.#early.base(entry.at.file);
    return { entry, file, base, literal, use, inherited, found, whose, lists: this.#lists };
  }

  /** It holds what no line may hold, which is told. */
  #unfit({ entry }: Line, act: Act): void {
    this.#incomplete = true;
    if (act === 'logic') this.#blocks.begin(entry, []);
    else if (act === 'end') this.#blocks.directs(entry);
  }

  #refuses(lists: KeyLists, entry: Entry): boolean {
    const bad = forbidden(lists, entry.written, (key) => this.#canonical(key));
    if (bad) this.#options.problems.error('forbidden-key', bad.message, keySpan(entry));
    return bad !== undefined;
  }

  /** An alias is no way round a list. */
  #canonical(key: string): string {
    return optionOf(key, this.#options.scope) ?? key;
  }

  #list(line: Line): void {
    const value = this.#early.text(line);
    const lists =
      value instanceof Bad
        ? value
        : changed(this.#lists ?? NO_LISTS, line, value, (key) => this.#canonical(key));
    if (lists instanceof Bad) reportBad(this.#options.problems, line.entry, lists, false);
    else this.#lists = lists.blacklist || lists.whitelist ? lists : undefined;
  }

  #begin(line: Line): void {
    const { entry } = line;
    const logic = LOGIC.get(entry.key);
    if (logic === undefined) return;
    if (this.#linesMade > MOST_ROUNDS || this.#roundsMade > MOST_ROUNDS_IN_ALL)
      return this.#blocks.begin(entry, []);
    if (!logic.fickle) return this.#blocks.begin(entry, this.#counted(this.#rounds(logic, line)));
    const text = this.#early.text(line);
    if (typeof text === 'string') this.referred.add(normalKey(text.split('=', 1)[0] ?? ''));
    this.#blocks.begin(entry, () => this.#rounds(logic, line));
  }

  #rounds(logic: Logic, line: Line): Rounds | Bad {
    if (logic.argument && line.entry.value === '')
      return new Bad(`\`${line.entry.written}\` needs a value`, { code: 'missing-value' });
    return logic.rounds(this.#early.context(line));
  }

  /** To make the rounds takes time too, though no line may count in them. */
  #counted(rounds: Rounds | Bad): Rounds | Bad {
    this.#roundsMade += rounds instanceof Bad ? 0 : rounds.length;
    if (this.#roundsMade <= MOST_ROUNDS_IN_ALL) return rounds;
    return new Bad(`the loops go round more than ${MOST_ROUNDS_IN_ALL} times in all`, { code: 'bad-block' });
  }

  #set(line: Line, act: 'set' | 'placeholder'): void {
    const { entry } = line;
    const set = settingEntry(entry);
    if (set === undefined || set.key === 'set') {
      const message = `\`${entry.written}\` takes key=value`;
      return this.#options.problems.error('bad-value', message, valueSpan(entry));
    }
    if (act === 'set') return this.#line({ ...line, entry: set });
    if (this.#lists && !line.literal && this.#refuses(this.#lists, set)) return;
    this.#push({ ...line, entry: set, use: 'placeholder' });
  }

  /** What `inherit` names may be put together from all keys that are not inherited themselves. */
  #heirName(line: Line, resolver: () => Resolver): string | Bad {
    const { entry, literal, inherited, whose } = line;
    if (inherited || literal || !/[%@]\(/.test(entry.value)) return this.#early.name(line);
    return resolver().resolve(this.#itemOf(line, entry, whose));
  }

  #include(line: Line, target: string | Bad, inherited: boolean): void {
    const found = this.#includes.find(line, target, inherited, this.#linesRead);
    if (found) this.#take(found.text, [found.from.section], found);
  }
}
