// Looks at configs and tells the listener what is new. In what order paths are looked at, and when one that is missing counts
// as gone, is decided elsewhere.
import { dirname } from 'node:path';
import type { Found } from './disk.ts';
import type { Inventory } from './inventory.ts';
import { KnownFile, KnownFiles } from './known-files.ts';
import type { KnownConfig, MonitorListener } from './monitor.ts';
import { type MonitorOptions, TIMES, type Times } from './options.ts';
import { type Sighting, sight } from './sight.ts';
import { identityOf, signatureOf } from './signature.ts';
import { Timers } from './timers.ts';
import type { Result } from './tracked-file.ts';
import { Trail, type TrailParts } from './trail.ts';

export interface VassalFilesParts extends TrailParts {
  readonly options: MonitorOptions;
  readonly listener: MonitorListener;
  /** There is something to look at. */
  readonly wake: () => void;
  /** A known path is missing. */
  readonly suspect: (path: string) => void;
  /** Scans by name, and tells that these are gone if they are, before anything new is told. */
  readonly confirm: (renamed: readonly string[]) => Promise<Inventory>;
  /** No config of that name is left. */
  readonly forgotten: (name: string) => void;
}

/** While somebody writes, hints come in thousands, and none of them at the end. */
const WRITING_REST_MS = 2;

export class VassalFiles {
  readonly #parts: VassalFilesParts;
  readonly #times: Times;
  readonly #known = new KnownFiles();
  readonly #waiting = new Set<string>();
  readonly #timers = new Timers<string>();

  constructor(parts: VassalFilesParts) {
    this.#parts = parts;
    this.#times = { ...TIMES, ...parts.options.times };
    for (const record of parts.options.known ?? []) {
      const known = this.#add(record.path);
      known.resume(record);
      this.#known.identify(known, record.identity);
    }
  }

  get known(): readonly KnownConfig[] {
    return this.#known.record;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  get count(): number {
    return this.#known.size;
  }

  end(): void {
    this.#timers.end();
  }

  /** When one of that name was last told of, by the wall clock. */
  toldAtMs(name: string): number {
    return Math.max(0, ...this.#known.named(name).map(({ toldAtMs }) => toldAtMs));
  }

  has(path: string): boolean {
    return this.#known.get(path) !== undefined;
  }

  isKnown(name: string): boolean {
    return this.#known.named(name).length > 0;
  }

  isConfigOf(name: string, path: string): boolean {
    return this.#known.get(path)?.name === name;
  }

  /** Something happened to `path`. */
  hint(path: string): void {
    const restMs = (this.#known.get(path)?.restUntilMs ?? 0) - performance.now();
    if (restMs > 0) this.#timers.set(path, restMs, () => this.#enqueue(path));
    else this.#enqueue(path);
  }

  /** Tells of the configs of that name once more, because `changed` did. */
  renew(name: string, changed: string): void {
    for (const known of this.#known.named(name)) {
      if (known.told !== 'text') continue;
      known.turn++;
      known.changed = changed;
      this.#retell(known);
    }
  }

  /** Takes what is to be looked at first, `most` at a time. */
  next(most: number): string[] {
    const paths: string[] = [];
    for (const path of this.#waiting) {
      if (paths.length === most) break;
      this.#waiting.delete(path);
      paths.push(path);
    }
    return paths;
  }

  async look(paths: readonly string[]): Promise<void> {
    // This look is what they were set for. Not later: a hint that comes meanwhile may set one again.
    for (const path of paths) this.#timers.cancel(path);
    const seen = await this.#sightAll(paths);
    const renamed = this.#renamedAway(seen);
    const barred = [...seen.values()].some(isBarred);
    const inventory = renamed.length > 0 || barred ? await this.#parts.confirm(renamed) : undefined;
    const within = [...seen].filter(([path]) => !inventory?.isHidden(path));
    await Promise.all(within.map(([path, sighting]) => this.#lookAt(path, sighting)));
  }

  /** Without those that are what they were: all that a scan finds, as a rule. */
  async changedAmong(paths: string[]): Promise<string[]> {
    const asked = paths.filter((path) => this.#isPlain(this.#known.get(path)));
    const found = await this.#parts.options.disk.lookAtAll(asked);
    const same = new Set(asked.filter((path, index) => this.#isSame(path, found[index]?.entry)));
    return paths.filter((path) => !same.has(path));
  }

  /** What is behind a link may have changed all the same. */
  #isPlain(known: KnownFile | undefined): boolean {
    return known !== undefined && known.trail === undefined;
  }

  #isSame(path: string, entry: Found['entry'] | undefined): boolean {
    if (entry === undefined || 'code' in entry || !entry.isFile()) return false;
    return this.#known.get(path)?.file.knows(signatureOf(entry)) === true;
  }

  /** Those known of which the inventory says that they are not there. */
  missingFrom(inventory: Inventory): string[] {
    return [...this.#known.paths].filter((path) => inventory.lacks(path));
  }

  remove(path: string): void {
    const known = this.#known.get(path);
    if (known === undefined) return;
    this.#known.remove(known);
    this.#timers.cancel(path);
    known.trail?.drop();
    if (known.told !== 'nothing') this.#parts.listener.removed(known.name, path);
    const others = this.#known.named(known.name);
    // The listener had refused those of the same name.
    for (const other of others) this.#retell(other);
    if (others.length === 0) this.#parts.forgotten(known.name);
  }

  #enqueue(path: string): void {
    this.#waiting.add(path);
    this.#parts.wake();
  }

  #retell(known: KnownFile): void {
    known.file.forget();
    this.#enqueue(known.path);
  }

  /** With what stands at the other paths of an inode that turns up at a new one: the old one may be gone. */
  async #sightAll(paths: readonly string[]): Promise<Map<string, Sighting>> {
    const seen = new Map<string, Sighting>();
    await this.#sightInto(seen, paths);
    const others = [...seen]
      .filter(([path]) => this.#known.get(path) === undefined)
      .flatMap(([, sighting]) => this.#known.withIdentity(entryIdentity(sighting)))
      .map(({ path }) => path)
      .filter((path) => !seen.has(path));
    await this.#sightInto(seen, others);
    return seen;
  }

  async #sightInto(seen: Map<string, Sighting>, paths: readonly string[]): Promise<void> {
    const { nofollow, disk } = this.#parts;
    await Promise.all(paths.map(async (path) => seen.set(path, await sight(path, nofollow, disk))));
  }

  #renamedAway(seen: ReadonlyMap<string, Sighting>): string[] {
    const present = new Set([...seen.values()].map(entryIdentity));
    present.delete('');
    return [...seen]
      .filter(([path, { kind }]) => kind === 'gone' && present.has(this.#known.get(path)?.identity ?? ''))
      .map(([path]) => path);
  }

  async #lookAt(path: string, sighting: Sighting): Promise<void> {
    const present = this.#known.get(path);
    if (sighting.kind === 'gone') {
      if (present) this.#parts.suspect(path);
      return;
    }
    if (sighting.entry?.isDirectory() && (present?.told ?? 'nothing') === 'nothing') return;
    const known = present ?? this.#add(path);
    this.#known.identify(known, entryIdentity(sighting));
    const { result, againMs } = await known.file.look(await this.#followed(known, sighting));
    if (result) this.#tell(known, result);
    if (againMs === undefined) return;
    known.restUntilMs = performance.now() + WRITING_REST_MS;
    this.#timers.set(path, againMs, () => this.#enqueue(path));
  }

  #add(path: string): KnownFile {
    const known = new KnownFile(path, this.#parts.options);
    this.#known.add(known);
    return known;
  }

  async #followed(known: KnownFile, sighting: Sighting): Promise<Sighting> {
    const isLink = sighting.kind !== 'gone' && sighting.entry?.isSymbolicLink();
    if (isLink && !this.#parts.nofollow) {
      known.trail ??= new Trail(known.path, this.#parts, () => this.hint(known.path));
      return known.trail.follow(sighting);
    }
    known.trail?.drop();
    known.trail = undefined;
    return sighting;
  }

  #tell(known: KnownFile, result: Result): void {
    const { listener, suspect } = this.#parts;
    if (result.kind === 'gone') return suspect(known.path);
    known.told = result.kind;
    known.toldAtMs = Date.now();
    known.restUntilMs = performance.now() + this.#times.restMs;
    const { name, path, identity, turn, changed } = known;
    known.changed = path;
    if (result.kind === 'failure') return listener.unreadable({ name, path, message: result.message });
    listener.changed({
      name,
      path,
      directory: dirname(path),
      text: result.bytes.toString('utf8'),
      version: turn === 0 ? result.version : `${result.version}+${turn}`,
      identity,
      target: identityOf(result.stats),
      uid: Number(result.stats.uid),
      gid: Number(result.stats.gid),
      modified: Number(result.stats.mtimeNs / 1_000_000n) / 1000,
      changed,
    });
  }
}

/** Perhaps for the file alone, perhaps for its whole directory. */
function isBarred(sighting: Sighting): boolean {
  return sighting.kind === 'broken' && sighting.entry === undefined;
}

/** Empty: nobody can tell. */
function entryIdentity(sighting: Sighting): string {
  return sighting.kind === 'gone' || sighting.entry === undefined ? '' : identityOf(sighting.entry);
}
