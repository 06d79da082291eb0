// The set of vassals: governs them as their files say (reconciler.ts), carries out what operators ask, and tells what happens.
import type { VassalDefaults } from '../config/vassal.ts';
import { ACTIONS, makeLast } from './actions.ts';
import { Annals, type Dates } from './annals.ts';
import { Chronicle, type ChronicleRecord, type Since } from './chronicle.ts';
import type { DisabledList } from './disabled.ts';
import { entryOf } from './entry.ts';
import { factsOf, type Imperial, type VassalFacts } from './facts.ts';
import { type Figures, figuresOf } from './figures.ts';
import { Gauges } from './gauges.ts';
import type { LoadText } from './members.ts';
import { Overview } from './overview/overview.ts';
import type { Planned } from './planned.ts';
import { type OpenMonitor, Reconciler, type ReconcilerRecord } from './reconciler.ts';
import { Roll, type RollRecord } from './roll.ts';
import { Vassal, type VassalParts } from './vassal.ts';
import { detailOf } from './vassal-detail.ts';
import type { Past, VassalRecord } from './vassal-record.ts';
import { type Viewer, viewNow, viewsOf } from './vassal-view.ts';
import type {
  ActionResult,
  EmperorApi,
  NumberedEvent,
  Order,
  ReexecAnswer,
  VassalEvent,
  VassalView,
} from './view.ts';

export interface EmperorParts {
  readonly vassal: Omit<VassalParts, 'forgotten' | 'event' | 'order'>;
  readonly load: LoadText;
  readonly defaults: VassalDefaults;
  readonly version: string;
  /** Has the daemon's program replaced, and how often it was. */
  readonly reexec?: () => Promise<ReexecAnswer>;
  readonly reexecs?: number;
  readonly uid: number;
  /** Is a new vassal of that name down until somebody starts it? */
  readonly waits: (name: string) => boolean;
  readonly gauges?: Gauges;
  /** Lines that the daemon's own log has lost. */
  readonly unlogged?: () => number;
  readonly disabled: DisabledList;
}

/** For a daemon that takes the place of this one. */
export interface EmperorRecord extends ReconcilerRecord {
  readonly roll: RollRecord;
  readonly annals: readonly (readonly [string, Dates])[];
  readonly chronicle: ChronicleRecord;
}

/** Of a daemon before this one. */
export interface EmperorPast {
  readonly record: EmperorRecord;
  readonly vassals: readonly VassalRecord[];
  readonly planOf: (number: number) => Planned;
  /** The daemon's config is what it was: whatever would be made otherwise now, it is other code that does it. */
  readonly isSameConfig: boolean;
}

export class Emperor implements EmperorApi, Imperial {
  readonly version: string;
  readonly overview: Overview;
  readonly #parts: EmperorParts;
  /** The same for all vassals. */
  readonly #vassalParts: VassalParts;
  readonly #vassals = new Map<string, Vassal>();
  readonly #roll = new Roll(this.#vassals, (vassal, message) => this.#log('info', vassal, message));
  readonly #reconciler: Reconciler;
  readonly #annals = new Annals();
  readonly #chronicle = new Chronicle();
  readonly #gauges: Gauges;
  readonly #listeners = new Set<(event: NumberedEvent) => void>();

  constructor(parts: EmperorParts) {
    this.#parts = parts;
    this.version = parts.version;
    this.#gauges = parts.gauges ?? new Gauges();
    this.#vassalParts = this.#partsOfVassals();
    this.#reconciler = new Reconciler(
      {
        load: parts.load,
        vassals: this.#vassals,
        roll: this.#roll,
        vassalOf: (name, source) => this.#vassal(name, source),
        log: (level, name, message) => this.#log(level, name, message),
      },
      parts.defaults,
    );
    this.overview = new Overview({
      vassals: this.#vassals,
      textOf: (name) => this.#reconciler.fileOf(name)?.understood,
      uid: parts.uid,
      readUsage: parts.vassal.native.readUsage,
    });
  }

  get vassals(): readonly Vassal[] {
    return [...this.#vassals.values()];
  }

  /** Goes on with the vassals of a daemon before this one. To be governed after. */
  resume(past: EmperorPast): void {
    const { record, vassals, planOf, isSameConfig } = past;
    this.#roll.resume(record.roll);
    this.#annals.resume(record.annals);
    this.#chronicle.resume(record.chronicle);
    const pasts = vassals.map((each): Past => ({ record: each, planOf }));
    for (const each of pasts) this.#add(each.record.name, each.record.source, each);
    for (const each of pasts) this.#vassals.get(each.record.name)?.resume(each);
    this.#reconciler.resume({ ...record, isSameConfig });
  }

  /** Without the vassals: each has its own. */
  get record(): EmperorRecord {
    return {
      ...this.#reconciler.record,
      roll: this.#roll.record,
      annals: this.#annals.record,
      chronicle: this.#chronicle.record,
    };
  }

  /** Why it cannot be handed over at this moment; undefined: it can. */
  get unsettled(): string | undefined {
    for (const { name, unsettled } of this.#vassals.values()) if (unsettled) return `${name}: ${unsettled}`;
    if (!this.#parts.vassal.addresses.isSettled) return 'sockets are being closed';
    return this.#reconciler.isBusy ? 'configs are being read' : undefined;
  }

  /** Nobody is to be at work beside the jails, until wake(); what vassals print is heard still. */
  pause(): void {
    for (const vassal of this.#vassals.values()) vassal.pause();
  }

  /** What vassals print waits until wake(). Resolves when what they have printed is written. */
  async hush(): Promise<void> {
    for (const vassal of this.#vassals.values()) vassal.hush();
    await Promise.all([...this.#vassals.values()].map(({ output }) => output.drained()));
  }

  wake(): void {
    for (const vassal of this.#vassals.values()) vassal.wake();
  }

  /** Governs the vassals of these sources, no longer those of others. Resolves when the first scan of each new one is
   *  reported. */
  govern(sources: readonly string[], open: OpenMonitor): Promise<void> {
    return this.#reconciler.govern(sources, open);
  }

  /** The daemon's own config changed: vassals whose effective config changed are reloaded, the others are left alone. */
  redefine(defaults: VassalDefaults): Promise<void> {
    return this.#reconciler.redefine(defaults);
  }

  rescan(): Promise<void> {
    return this.#reconciler.rescan();
  }

  /** Resolves when every text that is known has been dealt with, and what that brings about. */
  considered(): Promise<void> {
    return this.#reconciler.considered();
  }

  get reexecs(): number {
    return this.#parts.reexecs ?? 0;
  }

  get reexec(): EmperorParts['reexec'] {
    return this.#parts.reexec;
  }

  clearBackoff(): void {
    for (const vassal of this.#vassals.values()) vassal.clearBackoff();
  }

  reopenLogs(): void {
    for (const vassal of this.#vassals.values()) vassal.output.reopen();
  }

  /** Stops everything; resolves when nobody is left. */
  async abdicate(): Promise<void> {
    await this.#reconciler.leave();
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

  list(usage = true): AsyncGenerator<readonly VassalView[]> {
    const sorted = [...this.#vassals.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return viewsOf(sorted, this.#viewer, usage);
  }

  get #viewer(): Viewer {
    const { uid, vassal } = this.#parts;
    const { readUsage, readLinks } = vassal.native;
    return { uid, readUsage, readLinks };
  }

  get names(): readonly string[] {
    return [...this.#vassals.keys()];
  }

  figures(): Promise<Figures> {
    const { version, vassal, unlogged = () => 0 } = this.#parts;
    const { readFiles, readUsage } = vassal.native;
    const troubles = this.#reconciler.troubles.length;
    const parts = { version, troubles, gauges: this.#gauges, readFiles, readUsage, unlogged };
    return figuresOf(this.vassals, parts);
  }

  get troubles(): readonly string[] {
    return this.#reconciler.troubles;
  }

  get isTyrant(): boolean {
    return this.#reconciler.defaults.tyrant !== undefined;
  }

  get watched(): readonly string[] {
    return this.#reconciler.watched;
  }

  facts(): readonly VassalFacts[] {
    return this.vassals.map((vassal) => {
      const { name } = vassal;
      return factsOf(vassal, this.#reconciler.holder(name), this.#annals.of(name), this.#parts.uid);
    });
  }

  note(text: string, name = ''): void {
    const vassal = this.#vassals.get(name);
    if (vassal) vassal.output.note(text);
    else this.#log('info', name, text);
  }

  async status(name: string): ReturnType<EmperorApi['status']> {
    const vassal = this.#vassals.get(name);
    if (vassal === undefined) return undefined;
    const view = await viewNow(vassal, this.#viewer);
    if (view === undefined) return undefined;
    return {
      ...view,
      ...(await detailOf(vassal, this.#familyOf(name), this.#viewer.readLinks)),
      problems: vassal.problems,
      lines: vassal.output.lines(10),
    };
  }

  #familyOf(name: string): Parameters<typeof detailOf>[1] {
    const file = this.#roll.families.ownerOf(name) ?? name;
    return { file, members: this.#roll.families.membersOf(file) };
  }

  async act(order: Order, name: string): Promise<ActionResult | undefined> {
    const vassal = this.#vassals.get(name);
    if (vassal === undefined) return undefined;
    if (order === 'enable' || order === 'disable') return makeLast(vassal, order, this.#parts.disabled);
    return ACTIONS[order](vassal);
  }

  entry(name: string): ReturnType<EmperorApi['entry']> {
    const vassal = this.#vassals.get(name);
    return vassal && entryOf(vassal);
  }

  logs(name: string, count: number): ReturnType<EmperorApi['logs']> {
    return this.#vassals.get(name)?.output.lines(count);
  }

  get lastEvent(): number {
    return this.#chronicle.last;
  }

  eventsSince(seq: number): Since {
    return this.#chronicle.since(seq);
  }

  onEvent(listener: (event: NumberedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onLine(name: string, listener: Parameters<EmperorApi['onLine']>[1]): () => void {
    return this.#vassals.get(name)?.output.onLine(listener) ?? (() => {});
  }

  #vassal(name: string, source: string): Vassal {
    const present = this.#vassals.get(name);
    if (present) {
      present.source = source;
      return present;
    }
    const vassal = this.#add(name, source);
    this.#announce({ at: Date.now() / 1000, vassal: name, event: 'added', state: null, message: source });
    if (vassal.isDisabled) this.#park(vassal, 'disabled: it is down until `tsjail enable` or `start`');
    else if (this.#parts.waits(name)) this.#park(vassal, 'waits for the command to start');
    return vassal;
  }

  #add(name: string, source: string, past?: Past): Vassal {
    const vassal = new Vassal(name, source, this.#vassalParts, past);
    vassal.isDisabled = this.#parts.disabled.has(name, source);
    this.#vassals.set(name, vassal);
    return vassal;
  }

  #partsOfVassals(): VassalParts {
    return {
      ...this.#parts.vassal,
      starts: this.#gauges.starts,
      event: (event) => this.#announce(event),
      order: this.#roll.order,
      forgotten: (gone) => {
        this.#vassals.delete(gone.name);
        this.#reconciler.forget(gone);
      },
    };
  }

  #park(vassal: Vassal, why: string): void {
    vassal.stop();
    this.#log('info', vassal.name, why);
  }

  #announce(event: VassalEvent): void {
    this.#annals.hear(event, this.#vassals.get(event.vassal)?.life.failures ?? 0);
    this.#roll.order.look();
    const numbered = this.#chronicle.add(event);
    for (const listener of this.#listeners) listener(numbered);
  }

  #log(level: 'info' | 'warn' | 'error', name: string, message: string): void {
    this.#parts.vassal.log(level, name, message);
  }
}
