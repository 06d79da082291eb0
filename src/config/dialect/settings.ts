// Items → their values with every placeholder resolved. A key's first definition is what `%(key)` means, as in uWSGI.
import { posix } from 'node:path';
import type { HostFacts } from '../host.ts';
import { Bad } from '../problems/bad.ts';
import type { Problems } from '../problems/problems.ts';
import { reportBad, valueSpan } from '../problems/report.ts';
import { leadsToTenant, mayAsk, type Whose } from '../tenant.ts';
import { expand, needsExpansion, referredKeys } from './expand.ts';
import { normalKey } from './lines.ts';
import { type ConfigFile, magic } from './magic.ts';
import { type Item, type Sources, variable } from './sources.ts';

export interface Setting {
  readonly item: Item;
  /** Undefined: bad, and reported. */
  readonly value: string | undefined;
  /** The daemon's only if nothing in it came from a tenant. */
  readonly whose: Whose;
}

export interface ResolveContext {
  readonly sources: Sources;
  readonly host: HostFacts;
  readonly problems: Problems;
  readonly top: ConfigFile;
  readonly directory: string;
  /** What `%(instance)` is where the text has `instances`. */
  readonly instance?: number | undefined;
}

const CAPITALS = /^[A-Z_][A-Z0-9_]*$/;
/** Each key that refers to another one is a call of its own. */
const DEEPEST = 100;
/** In all: a thousand short lines may each stand for a long value. */
const MOST = 16 * 1024 * 1024;
const TOO_MUCH = 'all values together grow beyond 16 MiB';
/** Code of a value that is bad because another one or its line is, which has its own report. */
const DERIVED = 'derived';

/** The settings in order, and the keys that some `%(…)` refers to. */
export function resolveSettings(context: ResolveContext): {
  settings: readonly Setting[];
  referred: ReadonlySet<string>;
} {
  const { items } = context.sources;
  const resolver = new Resolver(context);
  const settings = items.map((item) => ({
    item,
    value: resolver.report(item),
    whose: resolver.whoseOf(item),
  }));
  const referring = items.filter(({ literal, entry }) => !literal && entry.value.includes('%('));
  const referred = new Set(referring.flatMap(({ entry }) => referredKeys(entry.value)).map(normalKey));
  return { settings, referred };
}

class Resolver {
  readonly #context: ResolveContext;
  readonly #first = new Map<string, Item>();
  readonly #done = new Map<Item, string | Bad>();
  readonly #busy: Item[] = [];
  /** Lines of the daemon's that something of a tenant came into. */
  readonly #mixed = new Set<Item>();
  #grown = 0;

  constructor(context: ResolveContext) {
    this.#context = context;
    const { items } = context.sources;
    // What the command line says counts here too, though it comes last.
    for (const item of [...items.filter(({ literal }) => literal), ...items])
      if (!this.#first.has(item.entry.key)) this.#first.set(item.entry.key, item);
  }

  report(item: Item): string | undefined {
    const value = this.#resolve(item);
    if (!(value instanceof Bad)) return value;
    if (value.options.code !== DERIVED) reportBad(this.#context.problems, item.entry, value, true);
    return undefined;
  }

  /** Of an item that was resolved. */
  whoseOf(item: Item): Whose {
    return this.#mixed.has(item) ? 'tenant' : item.whose;
  }

  /** What is being resolved has something of a tenant in it. */
  #mix(): void {
    if (this.#context.host.tenant) for (const item of this.#busy) this.#mixed.add(item);
  }

  #resolve(item: Item): string | Bad {
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
    const { host, problems, top, directory } = this.#context;
    const { entry, file, base } = item;
    const value = expand(entry.value, {
      magic: (letter) => {
        if (leadsToTenant(letter, file === top || file.path === top.path)) this.#mix();
        return magic(letter, { file, top, directory, host });
      },
      key: (name) => this.#lookUp(normalKey(name)),
      env: (name) => (mayAsk(item.whose, name) ? variable(host, name) : undefined),
      file: (path) => this.#fileText(path, base, item),
      unset: (name) => {
        if (!CAPITALS.test(name)) return;
        const message = `the environment variable ${name} is not set: \`$(${name})\` stays as it is`;
        problems.warning('unset-variable', message, valueSpan(entry));
      },
    });
    if (value instanceof Bad) return value;
    this.#grown += value.length;
    return this.#grown > MOST ? new Bad(TOO_MUCH) : value;
  }

  #lookUp(name: string): string | Bad | undefined {
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
    const value = this.#resolve(item);
    if (this.whoseOf(item) === 'tenant') this.#mix();
    return value instanceof Bad ? new Bad(value.message, { code: DERIVED }) : value;
  }

  /** One newline at the end is not part of it. */
  #fileText(path: string, base: string, { entry, whose }: Item): string | Bad {
    if (path === '') return new Bad('`@()` names no file');
    if (path.includes('://')) return new Bad(`only files can be read here, not \`${path}\``);
    const isWritten = entry.value.includes(`@(${path})`);
    const reader = this.#context.host.tenant && !isWritten ? 'tenant' : whose;
    if (reader === 'tenant') this.#mix();
    const text = this.#context.sources.read(posix.resolve(base, path), reader) ?? '';
    return typeof text === 'string' && text.endsWith('\n') ? text.slice(0, -1) : text;
  }
}
