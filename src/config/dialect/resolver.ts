// The values of items with every placeholder resolved. A key's first definition is what `%(key)` means, as in uWSGI.
import { posix } from 'node:path';
import type { HostFacts } from '../host.ts';
import { Bad } from '../problems/bad.ts';
import type { Problems } from '../problems/problems.ts';
import { reportBad, valueSpan } from '../problems/report.ts';
import { leadsToTenant, mayAsk, type Whose } from '../tenant.ts';
import type { Asked } from './asked.ts';
import { type Expansions, expand, needsExpansion } from './expand.ts';
import type { Found, Item } from './item.ts';
import { normalKey } from './lines.ts';
import { type ConfigFile, magic } from './magic.ts';
import { refusedSource, variable } from './targets.ts';
import { isOwnFile } from './whose.ts';

export interface ResolveContext {
  readonly items: readonly Item[];
  readonly asked: Asked;
  readonly host: HostFacts;
  readonly problems: Problems;
  readonly top: ConfigFile;
  readonly directory: string;
  /** What `%(instance)` is where the text has `instances`. */
  readonly instance?: number | undefined;
}

const CAPITALS = /^[A-Z_][A-Z0-9_]*$/;
/** What looks like a placeholder that somebody meant. */
const MEANT = /%\((?!_\))[^()]*\)|\$\([A-Z_][A-Z0-9_]*(:?-[^()]*)?\)|@\([^()]+\)/;
/** Each key that refers to another one is a call of its own. */
const DEEPEST = 100;
/** In all: a thousand short lines may each stand for a long value. */
const MOST = 16 * 1024 * 1024;
const TOO_MUCH = 'all values together grow beyond 16 MiB';
/** Code of a value that is bad because another one or its line is, which has its own report. */
const DERIVED = 'derived';

export class Resolver {
  /** Keys that were asked for. */
  readonly named = new Set<string>();
  readonly #context: ResolveContext;
  readonly #first = new Map<string, Item>();
  readonly #done = new Map<Item, string | Bad>();
  readonly #busy: Item[] = [];
  /** Lines of the daemon's that something of a tenant came into. */
  readonly #mixed = new Set<Item>();
  #grown = 0;

  constructor(context: ResolveContext) {
    this.#context = context;
    // What the command line says counts here too, though it comes last.
    for (const item of context.items) if (item.literal) this.#define(item);
    for (const item of context.items) this.#define(item);
  }

  #define(item: Item): void {
    if (!this.#first.has(item.entry.key)) this.#first.set(item.entry.key, item);
  }

  /** Undefined: bad, and reported. */
  report(item: Item): string | undefined {
    const value = this.resolve(item);
    if (!(value instanceof Bad)) return value;
    if (value.options.code !== DERIVED) reportBad(this.#context.problems, item.entry, value, true);
    return undefined;
  }

  /** Of an item that was resolved. */
  whoseOf(item: Item): Whose {
    return this.#mixed.has(item) ? 'tenant' : item.whose;
  }

  /** What is being resolved has something of `whose` in it. */
  #mix(whose: Whose): void {
    if (whose === 'tenant') for (const item of this.#busy) this.#mixed.add(item);
  }

  resolve(item: Item): string | Bad {
    const known = this.#done.get(item);
    if (known !== undefined) return known;
    this.#busy.push(item);
    const value = this.#read(item);
    this.#busy.pop();
    this.#done.set(item, value);
    return value;
  }

  #read(item: Item): string | Bad {
    const { entry, literal } = item;
    if (entry.unfit) return new Bad('it holds what no line may hold', { code: DERIVED });
    const value = literal || !needsExpansion(entry.value) ? entry.value : this.#expand(item);
    return typeof value === 'string' && value.includes('\0')
      ? new Bad('a NUL byte came into this value')
      : value;
  }

  #expand(item: Item): string | Bad {
    if (this.#grown > MOST) return new Bad(TOO_MUCH);
    const value = expand(item.entry.value, item.inherited ? this.#ofInherited(item) : this.#expansions(item));
    if (value instanceof Bad) return value;
    this.#grown += value.length;
    return this.#grown > MOST ? new Bad(TOO_MUCH) : value;
  }

  #expansions(item: Item): Expansions {
    const { entry, whose, found } = item;
    const plain = this.#plain(item, whose, entry.value);
    if (found === undefined) return plain;
    const by = (each: Whose, written: string) => this.#plain(item, each, written);
    return { ...plain, key: (name) => (name === '_' ? this.#found(found, by) : plain.key?.(name)) };
  }

  /** Of a text of `whose`, which need not be the line's own. */
  #plain({ entry, file, base }: Item, whose: Whose, written: string): Expansions {
    const { host, problems } = this.#context;
    return {
      magic: (letter) => this.#magic(letter, file),
      key: (name) => this.#lookUp(normalKey(name)),
      env: (name) => (mayAsk(whose, name) ? variable(host, name) : undefined),
      file: (path) => this.#fileText(path, base, whose, written),
      unset: (name) => {
        if (!CAPITALS.test(name)) return;
        const message = `the environment variable ${name} is not set: \`$(${name})\` stays as it is`;
        problems.warning('unset-variable', message, valueSpan(entry));
      },
    };
  }

  #magic(letter: string, file: ConfigFile): string | Bad | undefined {
    const { host, top, directory, asked } = this.#context;
    if (host.tenant && leadsToTenant(letter, isOwnFile(file, top))) this.#mix('tenant');
    return magic(letter, { file, top, directory, host, asked });
  }

  /** As in uWSGI, where the placeholders are over by the time that files are inherited. */
  #ofInherited({ entry, file, found }: Item): Expansions {
    const { problems } = this.#context;
    const by = { magic: (letter: string) => this.#magic(letter, file) };
    if (MEANT.test(entry.value)) {
      const message = 'in an inherited file this stays as it is: placeholders work in what is included';
      problems.warning('inherited-placeholder', message, valueSpan(entry));
    }
    if (found === undefined) return by;
    return { ...by, key: (name) => (name === '_' ? this.#found(found, () => by) : `%(${name})`) };
  }

  #found(found: Found, by: (whose: Whose, written: string) => Expansions): string | Bad | undefined {
    if ('key' in found) return this.#lookUp(found.key);
    const { text, from, whose } = found;
    this.#mix(whose);
    return from === 'config' && needsExpansion(text) ? expand(text, by(whose, text)) : text;
  }

  #lookUp(name: string): string | Bad | undefined {
    this.named.add(name);
    if (name === 'instance' && this.#first.has('instances')) return String(this.#context.instance ?? 1);
    const item = this.#first.get(name);
    if (item === undefined) return undefined;
    const start = this.#busy.indexOf(item);
    if (start >= 0) {
      const loop = [...this.#busy.slice(start), item].map(({ entry }) => entry.written).join(' → ');
      return new Bad(`these keys refer to one another: ${loop}`, { code: 'placeholder-loop' });
    }
    if (this.#busy.length >= DEEPEST)
      return new Bad(`more than ${DEEPEST} keys refer to one another in a row`);
    const value = this.resolve(item);
    this.#mix(this.whoseOf(item));
    return value instanceof Bad ? new Bad(value.message, { code: DERIVED }) : value;
  }

  /** One newline at the end is not part of it. */
  #fileText(path: string, base: string, asker: Whose, written: string): string | Bad {
    if (path === '') return new Bad('`@()` names no file');
    const refused = refusedSource(path);
    if (refused !== undefined) return new Bad(refused);
    const reader = this.#context.host.tenant && !written.includes(`@(${path})`) ? 'tenant' : asker;
    this.#mix(reader);
    const text = this.#context.asked.read(posix.resolve(base, path), reader) ?? '';
    return typeof text === 'string' && /[\r\n]$/.test(text) ? text.slice(0, -1) : text;
  }
}
