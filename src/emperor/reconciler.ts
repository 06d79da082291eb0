// Makes the vassals what the sources say: each text that is new, changed or gone is understood, and dealt to the vassals of its
// file.
import { dirname, relative } from 'node:path';
import type { VassalDefaults } from '../config/vassal.ts';
import type { ConfigFailure, ConfigText, KnownConfig, Monitor } from '../monitors/monitor.ts';
import { type Claim, type ClaimRecord, Claims } from './claims.ts';
import { withoutScheme } from './facts.ts';
import { type LoadText, loadMembers, type Member } from './members.ts';
import type { Offer } from './planned.ts';
import type { Roll } from './roll.ts';
import { formerOwnerGone } from './tenant-change.ts';
import type { Vassal } from './vassal.ts';

export interface ReconcilerParts {
  readonly load: LoadText;
  readonly vassals: ReadonlyMap<string, Vassal>;
  readonly roll: Roll;
  /** Made where there is none. */
  readonly vassalOf: (name: string, source: string) => Vassal;
  readonly log: (level: 'info' | 'error', name: string, message: string) => void;
}

/** For a daemon that takes the place of this one. */
export interface ReconcilerRecord {
  readonly sources: readonly { readonly source: string; readonly known: readonly KnownConfig[] }[];
  readonly claims: readonly ClaimRecord[];
  readonly departing: readonly string[];
}

/** Of a daemon before this one. */
export interface ReconcilerPast extends ReconcilerRecord {
  /** The daemon's config is what it was: whatever would be made otherwise now, it is other code that does it. */
  readonly isSameConfig: boolean;
}

export type OpenMonitor = (source: string, known?: readonly KnownConfig[]) => Monitor;
type Take = (vassal: Vassal, offer: Offer) => void;
/** `held`: it was stopped by an operator before it was somebody else's. */
type Obstructed = Member & Pick<Offer, 'obstacles'> & { readonly held: boolean };

const AT_ONCE = 8;

const NOTHING_OFFERED = {
  config: undefined,
  plan: undefined,
  obstacles: [],
  identity: '',
  because: '',
} as const;

export class Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #monitors = new Map<string, Monitor>();
  readonly #claims = new Claims();
  /** Those of whose file something runs, or may, that is to be gone before it is started under another name. */
  readonly #departing = new Set<Vassal>();
  /** Sources with something to be told of them, for as long as it is so. */
  readonly #troubles = new Map<Monitor, string>();
  /** Texts that are being loaded. */
  readonly #considering = new Set<Promise<unknown>>();
  #defaults: VassalDefaults;
  #leaving = false;
  /** Until the first scan of its sources. */
  #past: ReconcilerPast | undefined;

  constructor(parts: ReconcilerParts, defaults: VassalDefaults) {
    this.#parts = parts;
    this.#defaults = defaults;
  }

  /** Goes on where a daemon before this one was. Its vassals are to be there. */
  resume(past: ReconcilerPast): void {
    this.#past = past;
    for (const name of past.departing) this.#departs(name);
  }

  get record(): ReconcilerRecord {
    return {
      sources: [...this.#monitors].map(([source, { known }]) => ({ source, known: known ?? [] })),
      claims: this.#claims.record,
      departing: [...this.#departing].map(({ name }) => name),
    };
  }

  /** Texts are being loaded. */
  get isBusy(): boolean {
    return this.#considering.size > 0;
  }

  get defaults(): VassalDefaults {
    return this.#defaults;
  }

  get troubles(): readonly string[] {
    return [...this.#troubles.values()];
  }

  get watched(): readonly string[] {
    return [...this.#monitors.keys()].map(withoutScheme);
  }

  /** The file that has the name, as its source shows it. */
  holder(name: string): Claim | undefined {
    return this.#claims.holder(name);
  }

  /** The file that the vassal is made of: its own, or one that has several. */
  fileOf(vassal: string): Claim | undefined {
    return this.holder(this.#parts.roll.families.ownerOf(vassal) ?? vassal);
  }

  forget(vassal: Vassal): void {
    this.#departing.delete(vassal);
  }

  /** Nothing that a source tells counts from now on. Resolves when none tells anything any more. */
  async leave(): Promise<void> {
    this.#leaving = true;
    await Promise.all([...this.#monitors.values()].map((monitor) => monitor.stop()));
  }

  /** Governs the vassals of these sources, no longer those of others. Resolves when the first scan of each new one is
   *  reported. What an old source shares with a new one goes on: the new ones are there first. */
  async govern(sources: readonly string[], open: OpenMonitor): Promise<void> {
    const past = this.#past;
    this.#past = undefined;
    const recalled = new Map(past?.sources.map(({ source, known }) => [source, open(source, known)]));
    for (const claim of past?.claims ?? []) this.#recall(claim, recalled.get(claim.source));
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
  #renewAll({ isSameConfig }: ReconcilerPast): void {
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

  /** The daemon's own config changed: vassals whose effective config changed are reloaded, the others are left alone. */
  async redefine(defaults: VassalDefaults): Promise<void> {
    this.#defaults = defaults;
    await this.rescan();
    for (const claim of this.#claims.holders) if (!claim.failure) this.#reconsider(claim);
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
    this.#parts.log(message ? 'error' : 'info', '', message ?? `${monitor.source}: all is well again`);
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
    this.#parts.log('error', name, `${path}: refused: ${text.path} has that name already`);
  }

  #isGoverned(monitor: Monitor): boolean {
    return [...this.#monitors.values()].includes(monitor);
  }

  #offer(claim: Claim): void {
    const { text } = claim;
    for (const name of [text.name, ...this.#parts.roll.families.membersOf(text.name)])
      if (this.#parts.vassals.get(name)?.runsOf.some((each) => each !== text.identity)) this.#departs(name);
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
        this.#parts.log('error', known.text.name, `${known.text.path}: this is a bug: ${error.stack}`),
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
    const { gone, taken, kept } = this.#parts.roll.families.settle(
      file,
      members.map(({ name }) => name),
    );
    for (const name of gone) this.#parts.vassals.get(name)?.remove();
    for (const name of taken)
      this.#parts.log(
        'error',
        name,
        `${path}: refused: ${this.fileOf(name)?.text.path ?? 'another file'} has that name already`,
      );
    for (const { name, loaded, obstacles, held } of members) {
      if (taken.includes(name)) continue;
      if (held) this.#parts.vassalOf(name, path).stop();
      const offer = { ...this.#parts.roll.inOrder(file, loaded), obstacles, identity, because };
      // Where only their number is another one the others are left alone.
      if (kept.includes(name)) this.#parts.vassalOf(name, path).redefine(offer);
      else take(this.#parts.vassalOf(name, path), offer);
    }
    this.#parts.roll.order.look();
    for (const other of this.#parts.roll.mended(file)) {
      const refused = this.#claims.holder(other);
      if (refused) this.#reconsider(refused);
    }
  }

  /** What would keep it from starting matters where something runs that would have to go for it. */
  async #load({ text }: Claim): Promise<readonly Obstructed[]> {
    await this.#formerGone(text);
    const present = this.#parts.roll.families.membersOf(text.name);
    const members = await loadMembers(text, this.#defaults, this.#parts.load, present);
    return Promise.all(members.map((member) => this.#obstructed(member)));
  }

  async #obstructed(member: Member): Promise<Obstructed> {
    const { name, loaded } = member;
    const { config, plan, owner } = loaded;
    const held = await formerOwnerGone(this.#parts.vassals, name, owner);
    const vassal = this.#parts.vassals.get(name);
    const matters = vassal?.life.jail === 'up' && config && plan;
    return { ...member, held, obstacles: matters ? await vassal.obstaclesTo({ config, plan }) : [] };
  }

  /** A rename is stop, then start: what runs of the same file under its old name must be gone first. Two links to one file
   *  are two vassals. */
  async #formerGone({ name, path, identity }: ConfigText): Promise<void> {
    if (identity === '') return;
    for (const vassal of this.#departing) {
      const file = this.fileOf(vassal.name)?.text;
      if (vassal.runsOf.every((each) => each === file?.identity)) this.#departing.delete(vassal);
      if (!vassal.leaves(identity) || vassal.source === path) continue;
      if (vassal.name === name || file?.identity === identity) continue;
      await vassal.until((each) => !each.leaves(identity));
    }
  }

  #departs(name: string): void {
    const vassal = this.#parts.vassals.get(name);
    if (vassal) this.#departing.add(vassal);
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
    const present = this.#parts.roll.families.membersOf(name);
    const names = present.length === 0 ? [name] : present;
    this.#parts.roll.families.settle(name, names);
    for (const each of names)
      this.#parts.vassalOf(each, path).offer({ ...NOTHING_OFFERED, problems: [problem] });
  }

  #removed(monitor: Monitor, name: string, path: string): void {
    if (this.#leaving) return;
    const holder = this.#claims.holder(name);
    const gone = this.#claims.drop(monitor, name, path);
    if (gone === undefined || gone !== holder) return;
    const next = this.#claims.holder(name);
    if (next?.text.path === path) return this.#handOver(next);
    this.#parts.log('info', name, `${path} is gone`);
    const freed = this.#parts.roll.forget(name);
    for (const member of freed) {
      this.#departs(member);
      this.#parts.vassals.get(member)?.remove();
    }
    // Now that the name is free, a file that was refused for it has its turn.
    if (next?.failure) this.#tellFailure(next, next.failure);
    else if (next) this.#offer(next);
    for (const each of [name, ...freed]) this.#letNext(each);
  }

  /** A file that has more than one vassal lacked one of that name. */
  #letNext(name: string): void {
    const lacking = this.#claims.holder(this.#parts.roll.families.lacking(name) ?? '');
    if (lacking) this.#reconsider(lacking);
  }

  /** The file is there as before, in the eyes of another source. */
  #handOver(claim: Claim): void {
    if (claim.failure) return this.#tellFailure(claim, claim.failure);
    claim.offered = claim.text.version;
    this.#reconsider(claim);
  }
}

/** As its administrator would call the file that changed. */
function nameFor({ path, changed }: ConfigText): string {
  const from = relative(dirname(path), changed);
  return from.startsWith('../') ? changed : from;
}
