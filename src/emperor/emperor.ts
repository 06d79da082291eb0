// The set of vassals: reconciles what the monitors say should be with what is, and carries out what operators ask.
import { dirname, relative } from 'node:path';
import type { VassalDefaults } from '../config/vassal.ts';
import type { ConfigFailure, ConfigText, Monitor } from '../monitors/monitor.ts';
import { ACTIONS } from './actions.ts';
import { type LoadText, loadMembers, type Member } from './members.ts';
import type { Offer } from './planned.ts';
import { obstaclesTo } from './preflight.ts';
import { Roll } from './roll.ts';
import { Vassal, type VassalParts } from './vassal.ts';
import { viewOf, viewsOf } from './vassal-view.ts';
import type { ActionResult, EmperorApi, VassalEvent, VassalView, Verb } from './view.ts';

export interface EmperorParts {
  readonly vassal: Omit<VassalParts, 'forgotten' | 'event' | 'order'>;
  readonly load: LoadText;
  readonly defaults: VassalDefaults;
  readonly version: string;
  readonly uid: number;
}

type Take = (vassal: Vassal, offer: Offer) => void;
type Obstructed = Member & Pick<Offer, 'obstacles'>;

/** A config file that some monitor shows us. */
interface Known {
  readonly monitor: Monitor;
  text: ConfigText;
  /** Counts the texts: an older load that ends late is dropped. */
  turn: number;
  /** Of the text that the vassal was offered last. */
  offered: string | undefined;
}

export class Emperor implements EmperorApi {
  readonly version: string;
  readonly #parts: EmperorParts;
  readonly #monitors = new Map<string, Monitor>();
  readonly #vassals = new Map<string, Vassal>();
  readonly #known = new Map<string, Known>();
  readonly #roll = new Roll(this.#vassals, (vassal, message) => this.#log('info', vassal, message));
  /** Texts whose name another file has, by their paths. */
  readonly #refused = new Map<string, { readonly monitor: Monitor; readonly text: ConfigText }>();
  /** Sources with something to be told of them, for as long as it is so. */
  readonly #troubles = new Map<Monitor, string>();
  readonly #listeners = new Set<(event: VassalEvent) => void>();
  #defaults: VassalDefaults;
  #leaving = false;

  constructor(parts: EmperorParts) {
    this.#parts = parts;
    this.#defaults = parts.defaults;
    this.version = parts.version;
  }

  get vassals(): readonly Vassal[] {
    return [...this.#vassals.values()];
  }

  /** Governs the vassals of these sources, no longer those of others. Resolves when the first scan of each new one is
   *  reported. */
  async govern(sources: readonly string[], open: (source: string) => Monitor): Promise<void> {
    for (const [source, monitor] of this.#monitors)
      if (!sources.includes(source)) await this.#forsake(source, monitor);
    for (const source of new Set(sources)) {
      if (this.#monitors.has(source) || this.#leaving) continue;
      const monitor = open(source);
      this.#monitors.set(source, monitor);
      await monitor.start(this.#listenerFor(monitor));
    }
  }

  /** The daemon's own config changed: vassals whose effective config changed are reloaded, the others are left alone. */
  async redefine(defaults: VassalDefaults): Promise<void> {
    this.#defaults = defaults;
    await this.rescan();
    for (const known of this.#known.values()) this.#reconsider(known);
  }

  async rescan(): Promise<void> {
    await Promise.all([...this.#monitors.values()].map((monitor) => monitor.rescan()));
  }

  clearBackoff(): void {
    for (const vassal of this.#vassals.values()) vassal.clearBackoff();
  }

  reopenLogs(): void {
    for (const vassal of this.#vassals.values()) vassal.output.reopen();
  }

  /** Stops everything; resolves when nobody is left. */
  async abdicate(): Promise<void> {
    this.#leaving = true;
    await Promise.all([...this.#monitors.values()].map((monitor) => monitor.stop()));
    const all = [...this.#vassals.values()];
    const gone = (vassal: Vassal) => vassal.until(() => !this.#vassals.has(vassal.name));
    const former = this.#roll.leaving();
    await Promise.all(
      all.map(async (vassal) => {
        await Promise.all((former.get(vassal) ?? []).map(gone));
        vassal.remove();
        await gone(vassal);
      }),
    );
  }

  /** No more patience: every jail is killed. */
  killAll(): void {
    for (const vassal of this.#vassals.values()) {
      // Some have not been asked to go yet: see leavingOrder().
      vassal.remove();
      vassal.kill('asked-twice');
    }
  }

  async list(): Promise<VassalView[]> {
    const sorted = [...this.#vassals.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return viewsOf(sorted, this.#parts.uid);
  }

  get troubles(): readonly string[] {
    return [...this.#troubles.values()];
  }

  async status(name: string): ReturnType<EmperorApi['status']> {
    const vassal = this.#vassals.get(name);
    if (vassal === undefined) return undefined;
    return {
      ...(await viewOf(vassal, this.#parts.uid)),
      problems: vassal.problems,
      lines: vassal.output.lines(10),
    };
  }

  async act(verb: Verb, name: string): Promise<ActionResult | undefined> {
    const vassal = this.#vassals.get(name);
    return vassal === undefined ? undefined : ACTIONS[verb](vassal);
  }

  logs(name: string, count: number): ReturnType<EmperorApi['logs']> {
    return this.#vassals.get(name)?.output.lines(count);
  }

  onEvent(listener: (event: VassalEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onLine(name: string, listener: Parameters<EmperorApi['onLine']>[1]): () => void {
    return this.#vassals.get(name)?.output.onLine(listener) ?? (() => {});
  }

  async #forsake(source: string, monitor: Monitor): Promise<void> {
    this.#monitors.delete(source);
    await monitor.stop();
    this.#troubles.delete(monitor);
    for (const [path, refused] of this.#refused) if (refused.monitor === monitor) this.#refused.delete(path);
    for (const [name, known] of this.#known)
      if (known.monitor === monitor) this.#removed(name, known.text.path);
  }

  #listenerFor(monitor: Monitor): Parameters<Monitor['start']>[0] {
    return {
      changed: (text) => this.#changed(monitor, text),
      unreadable: (failure) => this.#unreadable(monitor, failure),
      removed: (name, path) => this.#removed(name, path),
      trouble: (message) => this.#trouble(monitor, message),
    };
  }

  #trouble(monitor: Monitor, message: string | null): void {
    if (message === null) this.#troubles.delete(monitor);
    else this.#troubles.set(monitor, message);
    this.#log(message ? 'error' : 'info', '', message ?? `${monitor.source}: all is well again`);
  }

  #changed(monitor: Monitor, text: ConfigText): void {
    if (this.#leaving) return;
    const known = this.#known.get(text.name);
    const owner = known ?? this.#known.get(this.#roll.families.ownerOf(text.name) ?? '');
    if (owner && owner.text.path !== text.path) {
      this.#refused.set(text.path, { monitor, text });
      return this.#log('error', text.name, `${text.path}: refused: ${owner.text.path} has that name already`);
    }
    const entry = known ?? { monitor, text, turn: 0, offered: undefined };
    entry.text = text;
    this.#known.set(text.name, entry);
    // A file that could not be read for a while and is what it was: nothing is new.
    if (entry.offered === text.version) return this.#reconsider(entry);
    entry.offered = text.version;
    this.#consider(entry, `${nameFor(text)} changed`, (vassal, offer) => vassal.offer(offer));
  }

  #reconsider(known: Known): void {
    this.#consider(known, "the daemon's config changed", (vassal, offer) => vassal.redefine(offer));
  }

  /** Loads the text and has its vassals take it, unless a newer one has come meanwhile. */
  #consider(known: Known, because: string, take: Take): void {
    const turn = ++known.turn;
    this.#load(known).then(
      (members) => {
        if (this.#leaving || turn !== known.turn || this.#known.get(known.text.name) !== known) return;
        this.#deal(known, members, because, take);
      },
      // A fault of ours in one config is no reason to end all vassals.
      (error: Error) =>
        this.#log('error', known.text.name, `${known.text.path}: this is a bug: ${error.stack}`),
    );
  }

  /** To each vassal of the file what it shall be; what is left of others goes. */
  #deal(known: Known, members: readonly Obstructed[], because: string, take: Take): void {
    const { name: file, path, identity } = known.text;
    known.monitor.depend(file, [...new Set(members.flatMap(({ loaded }) => loaded.files))]);
    const { gone, taken, kept } = this.#roll.families.settle(
      file,
      members.map(({ name }) => name),
    );
    for (const name of gone) this.#vassals.get(name)?.remove();
    for (const name of taken)
      this.#log('error', name, `${path}: refused: another file has that name already`);
    for (const { name, loaded, obstacles } of members) {
      if (taken.includes(name)) continue;
      const offer = { ...this.#roll.inOrder(file, loaded), obstacles, identity, because };
      // Where only their number is another one the others are left alone.
      if (kept.includes(name)) this.#vassal(name, path).redefine(offer);
      else take(this.#vassal(name, path), offer);
    }
    this.#roll.order.look();
    for (const other of this.#roll.mended(file)) {
      const refused = this.#known.get(other);
      if (refused) this.#reconsider(refused);
    }
  }

  /** What would keep it from starting matters where something runs that would have to go for it. */
  async #load({ text }: Known): Promise<readonly Obstructed[]> {
    await this.#formerGone(text);
    const present = this.#roll.families.membersOf(text.name);
    const members = await loadMembers(text, this.#defaults, this.#parts.load, present);
    return Promise.all(
      members.map(async (member) => {
        const isUp = this.#vassals.get(member.name)?.life.jail === 'up';
        const { plan } = member.loaded;
        return { ...member, obstacles: isUp && plan ? await obstaclesTo(plan) : [] };
      }),
    );
  }

  /** A rename is stop, then start: what runs of the same file under its old name must be gone first. Two links to one file
   *  are two vassals. */
  async #formerGone({ name, path, identity }: ConfigText): Promise<void> {
    for (const vassal of this.#vassals.values()) {
      if (vassal.leavingOf !== identity || vassal.source === path) continue;
      if (vassal.name === name || this.#known.get(vassal.name)?.text.identity === identity) continue;
      await vassal.until((each) => each.leavingOf !== identity);
    }
  }

  #vassal(name: string, source: string): Vassal {
    const present = this.#vassals.get(name);
    if (present) {
      present.source = source;
      return present;
    }
    const vassal = new Vassal(name, source, {
      ...this.#parts.vassal,
      event: (event) => this.#announce(event),
      order: this.#roll.order,
      forgotten: (gone) => this.#vassals.delete(gone.name),
    });
    this.#vassals.set(name, vassal);
    this.#announce({ at: Date.now() / 1000, vassal: name, event: 'added', state: null, message: source });
    return vassal;
  }

  #unreadable(monitor: Monitor, failure: ConfigFailure): void {
    if (this.#leaving) return;
    const known = this.#known.get(failure.name);
    if (known && known.text.path !== failure.path) return;
    if (known) known.turn++;
    else this.#known.set(failure.name, { monitor, text: unreadText(failure), turn: 0, offered: undefined });
    const problem = {
      file: failure.path,
      line: 1,
      column: 1,
      severity: 'error',
      code: 'unreadable',
    } as const;
    const problems = [{ ...problem, message: failure.message }];
    const present = this.#roll.families.membersOf(failure.name);
    const names = present.length === 0 ? [failure.name] : present;
    this.#roll.families.settle(failure.name, names);
    for (const name of names) this.#vassal(name, failure.path).offer({ ...NOTHING_OFFERED, problems });
  }

  #removed(name: string, path: string): void {
    if (this.#leaving) return;
    this.#refused.delete(path);
    if (this.#known.get(name)?.text.path !== path) return;
    this.#known.delete(name);
    this.#log('info', name, `${path} is gone`);
    for (const member of this.#roll.forget(name)) {
      this.#vassals.get(member)?.remove();
      this.#letNext(member);
    }
    this.#letNext(name);
  }

  /** Now that the name is free, a file that was refused for it has its turn. */
  #letNext(name: string): void {
    for (const [path, { monitor, text }] of this.#refused) {
      if (text.name !== name) continue;
      this.#refused.delete(path);
      return this.#changed(monitor, text);
    }
    const lacking = this.#known.get(this.#roll.families.lacking(name) ?? '');
    if (lacking) this.#reconsider(lacking);
  }

  #announce(event: VassalEvent): void {
    this.#roll.order.look();
    for (const listener of this.#listeners) listener(event);
  }

  #log(level: 'info' | 'warn' | 'error', name: string, message: string): void {
    this.#parts.vassal.log(level, name, message);
  }
}

const NOTHING_OFFERED = {
  config: undefined,
  plan: undefined,
  obstacles: [],
  identity: '',
  because: '',
} as const;

function unreadText(failure: ConfigFailure): ConfigText {
  const { name, path } = failure;
  return { name, path, directory: '', text: '', version: '', identity: '', uid: 0, gid: 0, changed: path };
}

/** As its administrator would call the file that changed. */
function nameFor({ path, changed }: ConfigText): string {
  const from = relative(dirname(path), changed);
  return from.startsWith('../') ? changed : from;
}
