// The files, the operators and the clock of one Emperor on a machine that is not there, and what must hold of it: at every moment,
// when all is quiet again, and when it has gone.
import { expect, vi } from 'vitest';
import { NO_DEFAULTS } from '../../../src/config/vassal.ts';
import { AddressBook } from '../../../src/emperor/address-book.ts';
import { DisabledList } from '../../../src/emperor/disabled.ts';
import { Emperor, type EmperorParts, type EmperorRecord } from '../../../src/emperor/emperor.ts';
import { StartGate } from '../../../src/emperor/gate.ts';
import type { Loaded } from '../../../src/emperor/load.ts';
import type { Planned } from '../../../src/emperor/planned.ts';
import { decode, encode } from '../../../src/emperor/reexec/codec.ts';
import { plannedShape } from '../../../src/emperor/reexec/daemon-shape.ts';
import { Packer } from '../../../src/emperor/reexec/packing.ts';
import { vassalShape } from '../../../src/emperor/reexec/vassal-shape.ts';
import type { Vassal } from '../../../src/emperor/vassal.ts';
import type { Order } from '../../../src/emperor/view.ts';
import type { ConfigText } from '../../../src/monitors/monitor.ts';
import { buildPlan } from '../../../src/plan/build.ts';
import { type Plan, step } from '../../../src/plan/step.ts';
import { silentOutput } from '../../helpers/silent-output.ts';
import { located, vassalConfig } from '../../helpers/vassal-config.ts';
import { type FakeJail, FakeMachine, Later } from './fake-machine.ts';
import { FakeSources, SOURCES, type Source, type Told, type Wish } from './fake-sources.ts';

export const NAMES = ['a', 'b'];
const FIRST = 'a';
const AT_ONCE = 2;
/** A quiet world comes to rest in less. */
const MOST_ROUNDS = 400;

/** `NAME/FILE.VERSION`: what a jail is made of. */
function tagOf({ name, identity, version }: Pick<ConfigText, 'name' | 'identity' | 'version'>): string {
  return `${name}/${identity}.${version}`;
}

function readTag(tag: string): { name: string; identity: string } {
  const [, name = '', identity = ''] = /^(.*)\/(.*)\.\d+$/.exec(tag) ?? [];
  return { name, identity };
}

const HOOK = [step('session'), step('helper'), step('hook-print', ['x'])];
const HOOKS: Plan['hooks'] = {
  beforeVassal: [HOOK, HOOK],
  asEmperor: [HOOK],
  postJail: [],
  afterVassal: HOOK,
  timeoutMs: 1000,
  directory: '/',
};

function understood(text: ConfigText, said: Wish): Pick<Loaded, 'config' | 'plan'> {
  const port = 8000 + NAMES.indexOf(text.name);
  const address = { kind: 'inet', host: '127.0.0.1', port } as const;
  const socket = { address, name: 's', backlog: 10, mode: undefined, uid: undefined, gid: undefined };
  const config = vassalConfig({
    name: text.name,
    command: located([`#${tagOf(text)}#`]),
    reload: said.reload === 'signal' ? { kind: 'signal', signal: 1 } : { kind: said.reload },
    restart: said.restart,
    restartDelayMs: 100,
    maxRestartDelayMs: 1000,
    startLimit: said.startLimit,
    ready: { kind: said.ready },
    namespaces: located(new Set(said.ownPids ? (['pid'] as const) : [])),
    sockets: said.door === 'none' ? [] : [located(socket)],
    onDemand: said.door === 'on demand',
    after: said.waits && text.name !== FIRST ? [located(FIRST)] : [],
  });
  const plan = buildPlan(config, { environment: {}, uid: 0, terminal: false });
  // A hook, so that nobody looks for its program on this machine.
  const awaits = said.hooks ? [step('await-hooks', ['as-emperor'])] : [];
  const steps: Plan['steps'] = [step('hook-print', ['']), ...awaits, ...plan.steps];
  const hooks = said.hooks ? HOOKS : undefined;
  return { config, plan: { ...plan, steps, hooks, ...(said.limited && { cgroups: config.cgroup }) } };
}

/** One thing that happens. */
export type Deed = (world: World) => unknown;

export class World {
  readonly machine = new FakeMachine();
  emperor: Emperor;
  /** Texts that are being read. */
  readonly reading = new Later();
  readonly sources = new FakeSources((told) => {
    if (told.wish.reload === 'overlap') this.#overlaps.add(told.text.name);
    if (told.wish.good) this.good.set(told.text.name, told);
  });
  /** By the name: the last good text that was dealt with. */
  readonly good = new Map<string, Told>();
  readonly stopped = new Set<string>();
  /** Texts of those that were to take the place of others, and could not. */
  readonly failed = new Set<string>();
  /** Orders that nobody has answered. */
  readonly unanswered: string[] = [];
  isLeaving = false;
  isGone = false;
  #addresses = new AddressBook();
  #gate = new StartGate(AT_ONCE);
  readonly #disabled: string;
  /** Those that may have more than one jail. */
  readonly #overlaps = new Set<string>();

  constructor(disabled: string) {
    this.#disabled = disabled;
    this.machine.onSpawn = (jail) => this.#judge(jail);
    this.emperor = this.#makeEmperor();
  }

  #makeEmperor(): Emperor {
    const { machine } = this;
    return new Emperor({
      vassal: {
        ...machine.parts,
        addresses: this.#addresses,
        gate: this.#gate,
        output: () => silentOutput(),
        groupsOf: (name: string) => machine.groupsOf(name),
        log: (_level: string, vassal: string, message: string) => {
          if (/bug|cgroup/.test(message)) machine.faults.push(`${vassal}: ${message}`);
          const good = this.good.get(vassal);
          if (message.startsWith('the new one failed') && good) this.failed.add(tagOf(good.text));
        },
      } as EmperorParts['vassal'],
      load: (text) => this.#load(text),
      defaults: NO_DEFAULTS,
      version: '',
      uid: 0,
      waits: () => false,
      disabled: new DisabledList(this.#disabled),
    });
  }

  /** It governs: nothing at first, and after a re-exec what there is. */
  async begin(): Promise<void> {
    await this.emperor.govern(SOURCES, (source) => this.sources.monitor(source as Source));
  }

  /** Another Emperor goes on with what this one has, where that can be handed over at this moment. */
  async reexec(): Promise<void> {
    const { emperor, machine } = this;
    if (this.isLeaving || emperor.unsettled !== undefined) return;
    expect([machine.later.size, this.reading.size], 'things that are half done').toEqual([0, 0]);
    emperor.pause();
    const packer = new Packer();
    const vassals = emperor.vassals.map((each, index) =>
      vassalShape(copyOf(each.record(packer)), `${index}`),
    );
    const plans = packer.plans.map((each, index) => plannedShape(decode(encode(each)), `${index}`));
    const record = copyOf(emperor.record) as EmperorRecord;
    vi.clearAllTimers();
    machine.replaceProgram(packer.fds);
    // Who has asked hears nothing more.
    this.unanswered.length = 0;
    this.#addresses = new AddressBook();
    this.#gate = new StartGate(AT_ONCE);
    this.emperor = this.#makeEmperor();
    this.emperor.resume({
      record,
      vassals,
      planOf: (number) => plans[number] as Planned,
      isSameConfig: true,
    });
    await this.begin();
  }

  vassal(name: string): Vassal | undefined {
    return this.emperor.vassals.find((each) => each.name === name);
  }

  living(name: string): FakeJail[] {
    return this.machine.living.filter((jail) => jail.name === name && !jail.isHelper);
  }

  order(order: Order, name: string): void {
    if (order === 'stop' || order === 'disable') this.stopped.add(name);
    const what = `${order} ${name}`;
    this.unanswered.push(what);
    void this.emperor.act(order, name).then(() => {
      const at = this.unanswered.indexOf(what);
      if (at >= 0) this.unanswered.splice(at, 1);
    });
  }

  leave(): void {
    if (this.isLeaving) return this.emperor.killAll();
    this.isLeaving = true;
    void this.emperor.abdicate().then(() => {
      this.isGone = true;
    });
  }

  async carryOut(deeds: readonly Deed[]): Promise<void> {
    for (const deed of deeds) {
      await deed(this);
      await turn();
      this.check();
    }
  }

  /** What holds at every moment. */
  check(): void {
    expect(this.machine.faults).toEqual([]);
    for (const jail of this.machine.living) {
      const { name } = jail;
      const vassal = this.vassal(name);
      if (vassal === undefined) expect.fail(`${jail.tag} lives, and its vassal is forgotten`);
      if (vassal.life.jail !== 'up' && !jail.isLeft && !jail.isHelper)
        expect.fail(`${jail.tag} lives, and ${name} knows nothing of it`);
    }
    for (const name of NAMES) {
      const kept = this.living(name).filter(({ isLeft }) => !isLeft);
      const most = this.vassal(name)?.isOverlapping ? 2 : 1;
      expect(kept.length, `jails of ${name} that are to live`).toBeLessThanOrEqual(most);
    }
  }

  /** When all is quiet everybody is what his file says, and has an answer. */
  async expectPeace(): Promise<void> {
    await this.calm();
    for (const each of NAMES) this.#expectAsWished(each);
    expect(this.unanswered).toEqual([]);
  }

  /** Nothing is left of it. `isHasty`: it is asked twice. */
  async expectEnd(isHasty: boolean): Promise<void> {
    this.leave();
    await this.goOn(3);
    if (isHasty) this.leave();
    await this.calm();
    expect(this.isGone).toBe(true);
    expect([this.emperor.vassals.map((each) => each.name), this.left, this.unanswered]).toEqual([[], [], []]);
    expect(await this.placesInGate()).toBe(AT_ONCE);
  }

  /** Nothing new happens, and everybody does what he is asked to, until nothing happens any more. */
  async calm(): Promise<void> {
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
      await turn();
      if (this.#settle()) continue;
      if (vi.getTimerCount() === 0) return;
      await vi.advanceTimersToNextTimerAsync();
      this.check();
    }
    expect.fail('it never comes to rest');
  }

  /** Rests of the machine, after its end. */
  get left(): string[] {
    const timers = vi.getTimerCount() === 0 ? [] : [`${vi.getTimerCount()} timers`];
    return [...this.machine.left, ...timers, ...(this.#addresses.isSettled ? [] : ['an address'])];
  }

  /** So many starts find the gate open. */
  async placesInGate(): Promise<number> {
    let begun = 0;
    for (let i = 0; i <= AT_ONCE; i++)
      this.#gate.enqueue(() => {
        begun++;
      });
    await turn();
    return begun;
  }

  /** So many things come as they should. */
  async goOn(steps: number): Promise<void> {
    for (let left = steps; left > 0 && this.#settle(); left--) await turn();
  }

  /** Of one that is left in peace: it is what its file says. */
  #expectAsWished(of: string): void {
    const vassal = this.vassal(of);
    const jails = this.living(of);
    const told = this.sources.holder(of);
    if (told === undefined) {
      expect([vassal?.name, jails], `${of}, whose file is gone`).toEqual([undefined, []]);
      return;
    }
    const good = this.good.get(of);
    expect(vassal, of).toBeDefined();
    const { state, held } = vassal?.life ?? {};
    if (held) expect(this.stopped.has(of), `${of} is held, and nobody has stopped it`).toBe(true);
    const wanted = good && tagOf(good.text);
    // The way to reload is that of the newest text; one that was to take the place of what runs by overlap may have failed.
    const mayBeOld = good?.wish.reload === 'none' || this.failed.has(wanted ?? '');
    for (const jail of jails) if (!mayBeOld) expect(jail.tag, `what runs of ${of}`).toBe(wanted);
    const waits = vassal?.others !== null;
    if (held || waits || !told.wish.good) return;
    const { restart, startLimit, door } = told.wish;
    const ends = [...(restart === 'always' ? [] : ['exited']), ...(startLimit > 0 ? ['failed'] : [])];
    const up = door === 'on demand' ? ['waiting', 'running'] : ['running'];
    expect([...up, ...ends], `${of} as its file wants it`).toContain(state);
    expect(jails.length, `jails of ${of}, which is ${state}`).toBe(state === 'running' ? 1 : 0);
  }

  /** False: there was nothing to do. */
  #settle(): boolean {
    const { machine, reading } = this;
    if (reading.size > 0) reading.happen(0);
    else if (machine.later.size > 0) machine.later.happen(0);
    else return machine.living.some((jail) => this.#behave(jail));
    return true;
  }

  #behave(jail: FakeJail): boolean {
    const { machine } = this;
    if (jail.phase === 'cloning') machine.cloned(jail);
    else if (jail.asked || jail.killed) machine.ended(jail, jail.killed ? null : 0);
    else if (jail.isHelper) machine.ended(jail, 0);
    else if (jail.isHeld) return false;
    else if (jail.phase === 'set-up') machine.execd(jail);
    else if (!jail.isReady) machine.ready(jail);
    else return false;
    return true;
  }

  async #load(text: ConfigText): Promise<Loaded> {
    const told = this.sources.present(text);
    await this.reading.moment();
    const none = { config: undefined, plan: undefined, problems: [], files: [] };
    // Nobody waits for it any more.
    if (told === undefined) return none;
    if (!told.wish.good) return { ...none, problems: [BAD] };
    return { ...none, ...understood(text, told.wish) };
  }

  #isHooked(name: string): boolean {
    return this.machine.living.some((each) => each.isHelper && each.name === name && !each.isLeft);
  }

  /** Is that jail one that may be? */
  #judge(jail: FakeJail): void {
    const { name } = jail;
    const { identity } = readTag(jail.tag);
    const vassal = this.vassal(name);
    const fault = (what: string): void => void this.machine.faults.push(`${jail.tag}: ${what}`);
    if (this.isGone) fault('a start after the end');
    if (vassal === undefined) return fault('a start of one that is not there');
    if (jail.isHelper) return;
    const { state, held, next } = vassal.life;
    const others = this.living(name);
    if (!this.#overlaps.has(name) && this.#isHooked(name)) fault('a jail while its hooks are being done');
    const isOverlap = state === 'running' && vassal.isOverlapping;
    if (state !== 'starting' && !isOverlap) fault(`a start in the state ${state}`);
    if (state === 'starting' && others.some(({ isLeft }) => !isLeft)) fault('a second jail');
    if (others.length > 1) fault('a third jail');
    if (held) fault('a start of one that was stopped');
    if (next === 'forget') fault('a start of one that leaves');
    const elsewhere = this.machine.living.find((each) => {
      const other = readTag(each.tag);
      return other.identity === identity && other.name !== name;
    });
    if (elsewhere) fault(`the same file runs as ${elsewhere.tag}`);
  }
}

const BAD = { file: '', line: 2, column: 1, severity: 'error', code: 'test', message: 'bad' } as const;

function copyOf(record: unknown): unknown {
  return JSON.parse(JSON.stringify(record));
}

/** Everything that follows at once has followed. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
