// The configs that are known, by path, by vassal name and by inode.
import { basename } from 'node:path';
import type { KnownConfig } from './monitor.ts';
import { withoutSuffix } from './names.ts';
import type { MonitorOptions } from './options.ts';
import { TrackedFile } from './tracked-file.ts';
import type { Trail } from './trail.ts';

export class KnownFile {
  readonly path: string;
  readonly name: string;
  readonly file: TrackedFile;
  /** Only where a symbolic link has to be followed. */
  trail: Trail | undefined;
  /** What the listener heard of it last. */
  told: 'nothing' | 'text' | 'failure' = 'nothing';
  /** By the wall clock. */
  toldAtMs = 0;
  /** Of the directory entry: many links to one template are many files. */
  identity = '';
  /** Counts changes of other files that it depends on. */
  turn = 0;
  /** What changed since it was told: itself, or such another file. */
  changed: string;
  /** Hints wait until then. */
  restUntilMs = 0;

  get record(): KnownConfig {
    const { path, told, toldAtMs, identity, turn } = this;
    return { path, told, toldAtMs, identity, version: this.file.version ?? null, turn };
  }

  /** As far as it can be before it is added: see KnownFiles.identify(). */
  resume({ told, toldAtMs, version, turn }: KnownConfig): void {
    this.told = told;
    this.toldAtMs = toldAtMs;
    this.turn = turn;
    this.file.resume(version ?? undefined);
  }

  constructor(path: string, options: MonitorOptions) {
    this.path = path;
    this.changed = path;
    this.name = withoutSuffix(basename(path));
    this.file = new TrackedFile(path, options);
  }
}

export class KnownFiles {
  readonly #byPath = new Map<string, KnownFile>();
  readonly #byName = new Index<KnownFile>();
  readonly #byIdentity = new Index<KnownFile>();

  get size(): number {
    return this.#byPath.size;
  }

  get record(): KnownConfig[] {
    return [...this.#byPath.values()].map((known) => known.record);
  }

  get paths(): Iterable<string> {
    return this.#byPath.keys();
  }

  get(path: string): KnownFile | undefined {
    return this.#byPath.get(path);
  }

  named(name: string): readonly KnownFile[] {
    return this.#byName.get(name);
  }

  withIdentity(identity: string): readonly KnownFile[] {
    return this.#byIdentity.get(identity);
  }

  add(known: KnownFile): void {
    this.#byPath.set(known.path, known);
    this.#byName.add(known.name, known);
  }

  identify(known: KnownFile, identity: string): void {
    if (known.identity === identity) return;
    this.#byIdentity.delete(known.identity, known);
    known.identity = identity;
    this.#byIdentity.add(identity, known);
  }

  remove(known: KnownFile): void {
    this.#byPath.delete(known.path);
    this.#byName.delete(known.name, known);
    this.#byIdentity.delete(known.identity, known);
  }
}

/** Nearly always one value for each key: then it stands there itself. Under an empty key, which is that of the unknown, nothing is
 *  found. */
class Index<Value extends object> {
  readonly #values = new Map<string, Value | readonly Value[]>();

  get(key: string): readonly Value[] {
    const known = this.#values.get(key);
    if (known === undefined) return [];
    return isList(known) ? known : [known];
  }

  add(key: string, value: Value): void {
    if (key !== '') this.#set(key, [...this.get(key), value]);
  }

  delete(key: string, value: Value): void {
    this.#set(
      key,
      this.get(key).filter((each) => each !== value),
    );
  }

  #set(key: string, values: readonly Value[]): void {
    const [first] = values;
    if (first === undefined) this.#values.delete(key);
    else this.#values.set(key, values.length === 1 ? first : values);
  }
}

function isList<Value>(known: Value | readonly Value[]): known is readonly Value[] {
  return Array.isArray(known);
}
