// The set of vassals: reconciles what the monitors say should be with what is, and carries out what operators ask.
import { dirname, relative } from 'node:path';
import type { VassalDefaults } from '../config/vassal.ts';
import type { ConfigFailure, ConfigText, KnownConfig, Monitor } from '../monitors/monitor.ts';
import { ACTIONS, makeLast } from './actions.ts';
import { Annals, type Dates } from './annals.ts';
import { Chronicle, type ChronicleRecord, type Since } from './chronicle.ts';
import { type Claim, type ClaimRecord, Claims } from './claims.ts';
import type { DisabledList } from './disabled.ts';
import { entryOf } from './entry.ts';
import { factsOf, type Imperial, type VassalFacts, withoutScheme } from './facts.ts';
import { type Figures, figuresOf } from './figures.ts';
import { Gauges } from './gauges.ts';
import { type LoadText, loadMembers, type Member } from './members.ts';
import { Overview } from './overview/overview.ts';
import type { Offer, Planned } from './planned.ts';
import { Roll, type RollRecord } from './roll.ts';
import { formerOwnerGone } from './tenant-change.ts';
import { type Past, Vassal, type VassalParts, type VassalRecord } from './vassal.ts';
import { detailOf } from './vassal-detail.ts';
import { type Viewer, viewsOf } from './vassal-view.ts';
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
export interface EmperorRecord {
  readonly sources: readonly { readonly source: string; readonly known: readonly KnownConfig[] }[];
  readonly claims: readonly ClaimRecord[];
  readonly roll: RollRecord;
  readonly annals: readonly (readonly [string, Dates])[];
  readonly departing: readonly string[];
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

type OpenMonitor = (source: string, known?: readonly KnownConfig[]) => Monitor;
type Take = (vassal: Vassal, offer: Offer) => void;
/** `held`: it was stopped by an operator before it was somebody else's. */
type Obstructed = Member & Pick<Offer, 'obstacles'> & { readonly held: boolean };

export class Emperor implements EmperorApi, Imperial {
  readonly version: string;
  readonly overview: Overview;
  readonly #parts: EmperorParts;
  /** The same for all vassals. */
  readonly #vassalParts: VassalParts;
  readonly #monitors = new Map<string, Monitor>();
  readonly #vassals = new Map<string, Vassal>();
  /** Those of whose file something runs, or may, that is to be gone before it is started under another name. */
  readonly #departing = new Set<Vassal>();
  readonly #claims = new Claims();
  readonly #roll = new Roll(this.#vassals, (vassal, message) => this.#log('info', vassal, message));
  /** Sources with something to be told of them, for as long as it is so. */
  readonly #troubles = new Map<Monitor, string>();
  readonly #annals = new Annals();
  readonly #chronicle = new Chronicle();
  readonly #gauges: Gauges;
  /** Texts that are being loaded. */
  readonly #considering = new Set<Promise<unknown>>();
  readonly #listeners = new Set<(event: NumberedEvent) => void>();
  #defaults: VassalDefaults;
  #leaving = false;
  /** Until the first scan of its sources. */
  #past: EmperorPast | undefined;

  constructor(parts: EmperorParts) {
    this.#parts = parts;
    this.#defaults = parts.defaults;
    this.version = parts.version;
    this.#gauges = parts.gauges ?? new Gauges();
    this.#vassalParts = this.#partsOfVassals();
    this.overview = new Overview({
      vassals: this.#vassals,
      textOf: (name) => this.#claims.holder(this.#roll.families.ownerOf(name) ?? name)?.understood,
      uid: parts.uid,
      readFiles: parts.vassal.native.readFiles,
    });
  }

  get vassals(): readonly Vassal[] {
    return [...this.#vassals.values()];
  }

  /** Governs the vassals of these sources, no longer those of others. Resolves when the first scan of each new one is
   *  reported. What an old source shares with a new one goes on: the new ones are there first. */
  async govern(sources: readonly string[], open: OpenMonitor): Promise<void> {
    const past = this.#past;
    this.#past = undefined;
    const recalled = new Map(past?.record.sources.map(({ source, known }) => [source, open(source, known)]));
    for (const claim of past?.record.claims ?? []) this.#recall(claim, recalled.get(claim.source));
    const old = [...this.#monitors, ...recalled].filter(([source]) => !sources.includes(source));
    for (const [source] of old) this.#monitors.delete(source);
    for (const source of new Set(sources)) {
      if (this.#monitors.has(source) || this.#leaving) continue;
      const monitor = recalled.get(source) ?? open(source);
      this.#monitors.set(source, monitor);
      await monitor.start(this.#listenerFor(monitor));
    }
    for (const [, monitor] of old) await this.#forsake(monitor);
    if (past) this.#renewAll(past);
  }

  #recall(record: ClaimRecord, monitor: Monitor | undefined): void {
    if (monitor) this.#claims.resume(monitor, record);
  }

  /** What nobody has told of since is as it was: it is only understood anew. A few at a time: what is made of a thousand texts at
   *  once, and mostly found to be there already, would have the heap grow for good. */
  #renewAll({ isSameConfig }: EmperorPast): void {
    const take: Take = (vassal, offer) => (isSameConfig ? vassal.renew(offer) : vassal.redefine(offer));
    const claims = this.#claims.holders.values();
    const worker = async () => {
      for (const claim of claims) {
        if (this.#leaving || claim.turn > 0 || claim.failure) continue;
        if (claim.offered !== claim.text.version) this.#offer(claim);
        else await this.#consider(claim, "the daemon's config changed", take);
      }
    };
    this.#track(Promise.all(Array.from({ length: AT_ONCE }, worker)));
  }

  /** Goes on with the vassals of a daemon before this one. To be governed after. */
  resume(past: EmperorPast): void {
    const { record, vassals, planOf } = past;
    this.#past = past;
    this.#roll.resume(record.roll);
    this.#annals.resume(record.annals);
    this.#chronicle.resume(record.chronicle);
    const pasts = vassals.map((each): Past => ({ record: each, planOf }));
    for (const each of pasts) this.#add(each.record.name, each.record.source, each);
    for (const each of pasts) this.#vassals.get(each.record.name)?.resume(each);
    for (const name of record.departing) this.#departs(name);
  }

  /** Without the vassals: each has its own. */
  get record(): EmperorRecord {
    return {
      sources: [...this.#monitors].map(([source, { known }]) => ({ source, known: known ?? [] })),
      claims: this.#claims.record,
      roll: this.#roll.record,
      annals: this.#annals.record,
      departing: [...this.#departing].map(({ name }) => name),
      chronicle: this.#chronicle.record,
    };
  }

  /** Why it cannot be handed over at this moment; undefined: it can. */
  get unsettled(): string | undefined {
    for (const { name, unsettled } of this.#vassals.values()) if (unsettled) return `${name}: ${unsettled}`;
    if (!this.#parts.vassal.addresses.isSettled) return 'sockets are being closed';
    return this.#considering.size > 0 ? 'configs are being read' : undefined;
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

  /** The daemon's own config changed: vassals whose effective config changed are reloaded, the others are left alone. */
  async redefine(defaults: VassalDefaults): Promise<void> {
    this.#defaults = defaults;
    await this.rescan();
    for (const claim of this.#claims.holders) if (!claim.failure) this.#reconsider(claim);
  }

  get reexecs(): number {
    return this.#parts.reexecs ?? 0;
  }

  get reexec(): EmperorParts['reexec'] {
    return this.#parts.reexec;
  }

  async rescan(): Promise<void> {
    await Promise.all([...this.#monitors.values()].map((monitor) => monitor.rescan()));
  }

  /** Resolves when every text that is known has been dealt with, and what that brings about. Somebody may change his all the
   *  time: what comes later is not waited for. */
  async considered(): Promise<void> {
    for (let rounds = 3; rounds > 0 && this.#considering.size > 0; rounds--)
      await Promise.all(this.#considering);
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

  async list(usage = true): Promise<VassalView[]> {
    const sorted = [...this.#vassals.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return viewsOf(sorted, this.#viewer, usage);
  }

  get #viewer(): Viewer {
    const { uid, vassal } = this.#parts;
    const { readFiles, readLinks } = vassal.native;
    return { uid, readFiles, readLinks };
  }

  get names(): readonly string[] {
    return [...this.#vassals.keys()];
  }

  figures(): Promise<Figures> {
    const { version, vassal, unlogged = () => 0 } = this.#parts;
    const { readFiles } = vassal.native;
    const troubles = this.#troubles.size;
    const parts = { version, troubles, gauges: this.#gauges, readFiles, unlogged };
    return figuresOf(this.vassals, parts);
  }

  get troubles(): readonly string[] {
    return [...this.#troubles.values()];
  }

  get isTyrant(): boolean {
    return this.#defaults.tyrant !== undefined;
  }

  get watched(): readonly string[] {
    return [...this.#monitors.keys()].map(withoutScheme);
  }

  facts(): readonly VassalFacts[] {
    return this.vassals.map((vassal) => {
      const { name } = vassal;
      return factsOf(vassal, this.#claims.holder(name), this.#annals.of(name), this.#parts.uid);
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
    const [view] = await viewsOf([vassal], this.#viewer);
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

  async #forsake(monitor: Monitor): Promise<void> {
    await monitor.stop();
    this.#troubles.delete(monitor);
    for (const { text } of this.#claims.of(monitor)) this.#removed(monitor, text.name, text.path);
  }

  #listenerFor(monitor: Monitor): Parameters<Monitor['start']>[0] {
    return {
      changed: (text) => this.#changed(monitor, text),
      unreadable: (failure) => this.#unreadable(monitor, failure),
      removed: (name, path) => this.#removed(monitor, name, path),
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
    const claim = this.#claims.claim(monitor, text);
    claim.text = text;
    claim.failure = undefined;
    const holder = this.#claims.holder(text.name);
    if (holder === claim) this.#offer(claim);
    else if (holder) this.#refuse(text, holder);
  }

  /** The same file by another way is no other file; nor has one a say that is about to go with its source. */
  #refuse({ name, path }: ConfigText, { monitor, text }: Claim): void {
    if (text.path === path || !this.#isGoverned(monitor)) return;
    this.#log('error', name, `${path}: refused: ${text.path} has that name already`);
  }

  #isGoverned(monitor: Monitor): boolean {
    return [...this.#monitors.values()].includes(monitor);
  }

  #offer(claim: Claim): void {
    const { text } = claim;
    for (const name of [text.name, ...this.#roll.families.membersOf(text.name)])
      if (this.#vassals.get(name)?.runsOf.some((each) => each !== text.identity)) this.#departs(name);
    // A file that could not be read for a while and is what it was: nothing is new.
    if (claim.offered === text.version) return this.#reconsider(claim);
    claim.offered = text.version;
    void this.#consider(claim, `${nameFor(text)} changed`, (vassal, offer) => vassal.offer(offer));
  }

  #reconsider(claim: Claim): void {
    void this.#consider(claim, "the daemon's config changed", (vassal, offer) => vassal.redefine(offer));
  }

  /** Loads the text and has its vassals take it, unless a newer one has come meanwhile. */
  #consider(known: Claim, because: string, take: Take): Promise<void> {
    const turn = ++known.turn;
    const considering = this.#load(known).then(
      (members) => {
        if (this.#leaving || turn !== known.turn || this.#claims.holder(known.text.name) !== known) return;
        this.#deal(known, members, because, take);
      },
      // A fault of ours in one config is no reason to end all vassals.
      (error: Error) =>
        this.#log('error', known.text.name, `${known.text.path}: this is a bug: ${error.stack}`),
    );
    this.#track(considering);
    return considering;
  }

  #track(considering: Promise<unknown>): void {
    this.#considering.add(considering);
    void considering.finally(() => this.#considering.delete(considering));
  }

  /** To each vassal of the file what it shall be; what is left of others goes. */
  #deal(known: Claim, members: readonly Obstructed[], because: string, take: Take): void {
    const { name: file, path, identity } = known.text;
    known.understood = known.text;
    known.monitor.depend(file, [...new Set(members.flatMap(({ loaded }) => loaded.files))]);
    const { gone, taken, kept } = this.#roll.families.settle(
      file,
      members.map(({ name }) => name),
    );
    for (const name of gone) this.#vassals.get(name)?.remove();
    for (const name of taken)
      this.#log(
        'error',
        name,
        `${path}: refused: ${this.#fileOf(name) ?? 'another file'} has that name already`,
      );
    for (const { name, loaded, obstacles, held } of members) {
      if (taken.includes(name)) continue;
      if (held) this.#vassal(name, path).stop();
      const offer = { ...this.#roll.inOrder(file, loaded), obstacles, identity, because };
      // Where only their number is another one the others are left alone.
      if (kept.includes(name)) this.#vassal(name, path).redefine(offer);
      else take(this.#vassal(name, path), offer);
    }
    this.#roll.order.look();
    for (const other of this.#roll.mended(file)) {
      const refused = this.#claims.holder(other);
      if (refused) this.#reconsider(refused);
    }
  }

  /** Path of the file that has the vassal. */
  #fileOf(vassal: string): string | undefined {
    return this.#claims.holder(this.#roll.families.ownerOf(vassal) ?? vassal)?.text.path;
  }

  /** What would keep it from starting matters where something runs that would have to go for it. */
  async #load({ text }: Claim): Promise<readonly Obstructed[]> {
    await this.#formerGone(text);
    const present = this.#roll.families.membersOf(text.name);
    const members = await loadMembers(text, this.#defaults, this.#parts.load, present);
    return Promise.all(members.map((member) => this.#obstructed(member)));
  }

  async #obstructed(member: Member): Promise<Obstructed> {
    const { name, loaded } = member;
    const { config, plan, owner } = loaded;
    const held = await formerOwnerGone(this.#vassals, name, owner);
    const vassal = this.#vassals.get(name);
    const matters = vassal?.life.jail === 'up' && config && plan;
    return { ...member, held, obstacles: matters ? await vassal.obstaclesTo({ config, plan }) : [] };
  }

  /** A rename is stop, then start: what runs of the same file under its old name must be gone first. Two links to one file
   *  are two vassals. */
  async #formerGone({ name, path, identity }: ConfigText): Promise<void> {
    if (identity === '') return;
    for (const vassal of this.#departing) {
      const file = this.#claims.holder(this.#roll.families.ownerOf(vassal.name) ?? vassal.name)?.text;
      if (vassal.runsOf.every((each) => each === file?.identity)) this.#departing.delete(vassal);
      if (!vassal.leaves(identity) || vassal.source === path) continue;
      if (vassal.name === name || file?.identity === identity) continue;
      await vassal.until((each) => !each.leaves(identity));
    }
  }

  #departs(name: string): void {
    const vassal = this.#vassals.get(name);
    if (vassal) this.#departing.add(vassal);
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
        this.#departing.delete(gone);
      },
    };
  }

  #park(vassal: Vassal, why: string): void {
    vassal.stop();
    this.#log('info', vassal.name, why);
  }

  #unreadable(monitor: Monitor, failure: ConfigFailure): void {
    if (this.#leaving) return;
    const claim = this.#claims.claim(monitor, failure);
    claim.failure = failure;
    if (this.#claims.holder(failure.name) === claim) this.#tellFailure(claim, failure);
  }

  #tellFailure(claim: Claim, { name, path, message }: ConfigFailure): void {
    claim.turn++;
    const problem = {
      file: path,
      line: 1,
      column: 1,
      severity: 'error',
      code: 'unreadable',
      message,
    } as const;
    const present = this.#roll.families.membersOf(name);
    const names = present.length === 0 ? [name] : present;
    this.#roll.families.settle(name, names);
    for (const each of names) this.#vassal(each, path).offer({ ...NOTHING_OFFERED, problems: [problem] });
  }

  #removed(monitor: Monitor, name: string, path: string): void {
    if (this.#leaving) return;
    const holder = this.#claims.holder(name);
    const gone = this.#claims.drop(monitor, name, path);
    if (gone === undefined || gone !== holder) return;
    const next = this.#claims.holder(name);
    if (next?.text.path === path) return this.#handOver(next);
    this.#log('info', name, `${path} is gone`);
    const freed = this.#roll.forget(name);
    for (const member of freed) {
      this.#departs(member);
      this.#vassals.get(member)?.remove();
    }
    // Now that the name is free, a file that was refused for it has its turn.
    if (next?.failure) this.#tellFailure(next, next.failure);
    else if (next) this.#offer(next);
    for (const each of [name, ...freed]) this.#letNext(each);
  }

  /** A file that has more than one vassal lacked one of that name. */
  #letNext(name: string): void {
    const lacking = this.#claims.holder(this.#roll.families.lacking(name) ?? '');
    if (lacking) this.#reconsider(lacking);
  }

  /** The file is there as before, in the eyes of another source. */
  #handOver(claim: Claim): void {
    if (claim.failure) return this.#tellFailure(claim, claim.failure);
    claim.offered = claim.text.version;
    this.#reconsider(claim);
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

const AT_ONCE = 8;

const NOTHING_OFFERED = {
  config: undefined,
  plan: undefined,
  obstacles: [],
  identity: '',
  because: '',
} as const;

/** As its administrator would call the file that changed. */
function nameFor({ path, changed }: ConfigText): string {
  const from = relative(dirname(path), changed);
  return from.startsWith('../') ? changed : from;
}
