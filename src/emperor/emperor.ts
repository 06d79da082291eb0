// The set of vassals: reconciles what the monitors say should be with what is, and carries out what operators ask.
import { inOneLine } from '../config/format.ts';
import type { VassalDefaults } from '../config/vassal.ts';
import type { ConfigFailure, ConfigText, Monitor } from '../monitors/monitor.ts';
import type { Loaded } from './load.ts';
import { Vassal, type VassalParts } from './vassal.ts';
import { viewOf } from './vassal-view.ts';
import type { ActionResult, EmperorApi, VassalEvent, VassalView, Verb } from './view.ts';

export interface EmperorParts {
  readonly vassal: Omit<VassalParts, 'forgotten' | 'event'>;
  readonly load: (text: ConfigText, defaults: VassalDefaults) => Promise<Loaded>;
  readonly defaults: VassalDefaults;
  readonly version: string;
  readonly uid: number;
}

/** A config file that some monitor shows us. */
interface Known {
  readonly monitor: Monitor;
  text: ConfigText;
  /** Counts the texts: an older load that ends late is dropped. */
  turn: number;
}

export class Emperor implements EmperorApi {
  readonly version: string;
  readonly #parts: EmperorParts;
  readonly #monitors: Monitor[] = [];
  readonly #vassals = new Map<string, Vassal>();
  readonly #known = new Map<string, Known>();
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

  /** Resolves when the first scan of every monitor is reported and what it found is loaded. */
  async govern(monitors: readonly Monitor[]): Promise<void> {
    this.#monitors.push(...monitors);
    for (const monitor of monitors) await monitor.start(this.#listenerFor(monitor));
  }

  /** The daemon's own config changed: vassals whose effective config changed are reloaded, the others are left alone. */
  async redefine(defaults: VassalDefaults): Promise<void> {
    this.#defaults = defaults;
    await this.rescan();
    await Promise.all([...this.#known.values()].map((known) => this.#reconsider(known)));
  }

  async rescan(): Promise<void> {
    await Promise.all(this.#monitors.map((monitor) => monitor.rescan()));
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
    await Promise.all(this.#monitors.map((monitor) => monitor.stop()));
    const all = [...this.#vassals.values()];
    for (const vassal of all) vassal.remove();
    await Promise.all(all.map((vassal) => vassal.until(() => !this.#vassals.has(vassal.name))));
  }

  /** No more patience: every jail is killed. */
  killAll(): void {
    for (const vassal of this.#vassals.values()) vassal.kill('asked-twice');
  }

  async list(): Promise<VassalView[]> {
    const sorted = [...this.#vassals.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return Promise.all(sorted.map((vassal) => viewOf(vassal, this.#parts.uid)));
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

  #listenerFor(monitor: Monitor): Parameters<Monitor['start']>[0] {
    return {
      changed: (text) => this.#changed(monitor, text),
      unreadable: (failure) => this.#unreadable(monitor, failure),
      removed: (name, path) => this.#removed(name, path),
      trouble: (message) =>
        this.#log(message ? 'error' : 'info', '', message ?? `${monitor.source}: readable again`),
    };
  }

  #changed(monitor: Monitor, text: ConfigText): void {
    if (this.#leaving) return;
    const known = this.#known.get(text.name);
    if (known && known.text.path !== text.path) {
      return this.#log('error', text.name, `${text.path}: refused: ${known.text.path} has that name already`);
    }
    const entry = known ?? { monitor, text, turn: 0 };
    entry.text = text;
    this.#known.set(text.name, entry);
    void this.#consider(entry, (vassal, offer) => vassal.offer(offer));
  }

  async #reconsider(known: Known): Promise<void> {
    await this.#consider(known, (vassal, offer) => vassal.redefine(offer));
  }

  async #consider(known: Known, then: (vassal: Vassal, offer: Loaded) => void): Promise<void> {
    const turn = ++known.turn;
    const { text } = known;
    await this.#formerGone(text);
    const loaded = await this.#parts.load(text, this.#defaults);
    if (this.#leaving || turn !== known.turn || this.#known.get(text.name) !== known) return;
    known.monitor.depend(text.name, loaded.files);
    then(this.#vassal(text.name, text.path), loaded);
  }

  /** A rename is stop, then start: the same file under its old name must be gone first. */
  async #formerGone(text: ConfigText): Promise<void> {
    for (const vassal of this.#vassals.values()) {
      if (vassal.name === text.name || this.#known.has(vassal.name) || vassal.identity !== text.identity)
        continue;
      await vassal.until(() => this.#vassals.get(vassal.name) !== vassal || this.#known.has(vassal.name));
    }
    const own = this.#vassals.get(text.name);
    if (own) own.identity = text.identity;
  }

  #vassal(name: string, source: string): Vassal {
    const present = this.#vassals.get(name);
    if (present) return present;
    const vassal = new Vassal(name, source, {
      ...this.#parts.vassal,
      event: (event) => this.#announce(event),
      forgotten: (gone) => this.#vassals.delete(gone.name),
    });
    vassal.identity = this.#known.get(name)?.text.identity ?? '';
    this.#vassals.set(name, vassal);
    this.#announce({ at: Date.now() / 1000, vassal: name, event: 'added', state: null, message: source });
    return vassal;
  }

  #unreadable(monitor: Monitor, failure: ConfigFailure): void {
    if (this.#leaving) return;
    const known = this.#known.get(failure.name);
    if (known && known.text.path !== failure.path) return;
    if (known) known.turn++;
    else this.#known.set(failure.name, { monitor, text: unreadText(failure), turn: 0 });
    const problem = {
      file: failure.path,
      line: 1,
      column: 1,
      severity: 'error',
      code: 'unreadable',
    } as const;
    const problems = [{ ...problem, message: failure.message }];
    this.#vassal(failure.name, failure.path).offer({ config: undefined, plan: undefined, problems });
  }

  #removed(name: string, path: string): void {
    if (this.#leaving || this.#known.get(name)?.text.path !== path) return;
    this.#known.delete(name);
    this.#log('info', name, `${path} is gone`);
    this.#vassals.get(name)?.remove();
  }

  #announce(event: VassalEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #log(level: 'info' | 'warn' | 'error', name: string, message: string): void {
    this.#parts.vassal.log(level, name, message);
  }
}

function unreadText(failure: ConfigFailure): ConfigText {
  return { ...failure, directory: '', text: '', version: '', identity: '', uid: 0, gid: 0 };
}

/** Each verb, and when its end is reached. */
const ACTIONS: Readonly<Record<Verb, (vassal: Vassal) => Promise<ActionResult>>> = {
  start: async (vassal) => {
    const refusal = refusalToStart(vassal);
    if (refusal) return refusal;
    if (isUp(vassal)) return answer(vassal, true, 'already running');
    vassal.start();
    return settled(vassal);
  },
  stop: async (vassal) => {
    if (vassal.state === 'stopped') return answer(vassal, true, 'already stopped');
    vassal.stop();
    await vassal.until((each) => each.life.jail === 'none');
    return answer(vassal, true, 'stopped');
  },
  restart: async (vassal) => {
    const refusal = refusalToStart(vassal);
    if (refusal) return refusal;
    const { generation } = vassal.life;
    vassal.restart();
    return settled(vassal, generation);
  },
  reload: async (vassal) => {
    const refusal = refusalToStart(vassal);
    if (refusal) return refusal;
    if (vassal.life.held) return answer(vassal, false, 'not running: it was stopped');
    const { generation } = vassal.life;
    const viaSignal = vassal.config?.reload.kind === 'signal' && isUp(vassal);
    vassal.reload();
    return viaSignal ? answer(vassal, true, 'signal sent') : settled(vassal, generation);
  },
};

/** A text that is bad is a reason not to start, unless something older runs. */
function refusalToStart(vassal: Vassal): ActionResult | undefined {
  const problem = vassal.problems.find((each) => each.severity === 'error');
  if (problem === undefined || vassal.life.jail !== 'none') return undefined;
  return answer(vassal, false, inOneLine(problem));
}

function isUp(vassal: Vassal): boolean {
  return vassal.state === 'running';
}

/** After a start: up, or down for a reason. `generation` is the one that must be over. */
async function settled(vassal: Vassal, generation = -1): Promise<ActionResult> {
  await vassal.until((each) => {
    const renewed = each.life.generation > generation;
    return (renewed && each.state !== 'starting' && each.state !== 'reloading') || each.life.jail === 'none';
  });
  if (isUp(vassal)) return answer(vassal, true, `running, pid ${vassal.commandPid}`);
  const oneShot = vassal.state === 'exited' && vassal.lastExit?.reason === 'success';
  return answer(vassal, oneShot, vassal.lastExit?.message ?? vassal.state);
}

function answer(vassal: Vassal, ok: boolean, message: string): ActionResult {
  return { name: vassal.name, ok, state: vassal.state, message };
}
