// The daemon from its start to its end: puts engine, monitors, output and control together, and turns signals into deeds.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmperorConfig, EmperorFlag } from '../config/emperor.ts';
import type { OwnPaths } from '../config/host.ts';
import { DEFAULT_MANNER } from '../config/logging.ts';
import { count } from '../config/problems/count.ts';
import type { Problem } from '../config/problems/problem.ts';
import { Helper } from '../jail/hook-run.ts';
import type { Keep } from '../jail/jail.ts';
import { loadNative, type Native } from '../jail/native.ts';
import { openLogAs, putLogAsideAs, readAs } from '../jail/tenant-helper.ts';
import { openDisk } from '../monitors/disk.ts';
import { openMonitor } from '../monitors/open.ts';
import type { DaemonLog } from '../output/daemon-log.ts';
import { createVassalOutput, type OutputParts } from '../output/vassal-output.ts';
import { inheritable } from '../plan/environment.ts';
import { emperorStart } from '../plan/outer-hooks.ts';
import { CgroupTree } from '../system/cgroup-tree.ts';
import { checkOwnProc } from '../system/own-proc.ts';
import { ADDON_PATH, DEFAULT_SOURCE, stateDirectory } from '../system/paths.ts';
import { type DaemonAction, onDaemonSignal } from '../system/signals.ts';
import { tuneV8 } from '../system/v8-flags.ts';
import { ownVersion } from '../system/version.ts';
import { readEmperorConfig } from './config-file.ts';
import { DisabledList } from './disabled.ts';
import { Emperor } from './emperor.ts';
import { type Engine, openEngine } from './engine.ts';
import { failureText } from './exit-words.ts';
import type { Imperial } from './facts.ts';
import { firstStarts } from './first-starts.ts';
import { StartGate } from './gate.ts';
import { Gauges } from './gauges.ts';
import { Herald } from './herald.ts';
import { hostFacts } from './host.ts';
import { cleanUp, DaemonRecord } from './leftovers.ts';
import { loadVassal } from './load.ts';
import { timed } from './loop-turns.ts';
import { readFor } from './on-demand-exec.ts';
import { ownPaths } from './own-paths.ts';
import { clockRecord, resumeClock } from './reexec/clock.ts';
import type { DaemonHead, DaemonState, ServerRecord } from './reexec/format.ts';
import type { Packing } from './reexec/packing.ts';
import { Reexec } from './reexec/reexec.ts';
import { defaultsOf, pastOf, takeOver, tyrantOf } from './reexec/take-over.ts';
import { loadTenant, type ReadAs } from './tenant-load.ts';
import type { EmperorApi } from './view.ts';

export interface DaemonOptions {
  /** Given on the command line; they come before those of the config. */
  readonly sources: readonly string[];
  readonly config: EmperorConfig;
  /** Where `config` is to be read again on SIGHUP: the default file may have come to be by then. */
  readonly configPath: () => string | undefined;
  readonly flags: readonly EmperorFlag[];
  readonly control: string;
  /** The control socket is the service manager's: it was there before us and stays. */
  readonly controlIsGiven?: boolean;
  /** Descriptor with the state of a daemon whose place is to be taken. */
  readonly handed?: number | undefined;
}

/** What the daemon is given from outside, so that it need not know of the control server. */
export interface DaemonParts {
  readonly log: DaemonLog;
  readonly serve: (
    emperor: EmperorApi & Imperial,
    engine: Engine,
    control: string,
    before?: ServerRecord,
    /** The control socket of `before` is the service manager's. */
    controlStays?: boolean,
  ) => Promise<Server>;
  readonly showProblems: (problems: readonly Problem[]) => void;
}

/** The control socket, and the others that a config asks for. */
export interface Server {
  /** Throws an Error that says all when one cannot be had. */
  apply(config: EmperorConfig): Promise<void>;
  /** The first scan is done: what is asked for has an answer now. */
  open(): Promise<void>;
  record(keep: Keep): ServerRecord;
  cut(): void;
  goOn(): Promise<void>;
  readonly isQuiet: boolean;
  close(): Promise<void>;
}

/** Jails in set-up at once: enough to keep every launcher busy, few enough to keep the loop free. */
const IN_SET_UP = 32;
const EXIT = { done: 0, failed: 1 } as const;

/** Runs until a signal ends it. Resolves with the exit code. */
export async function runEmperor(options: DaemonOptions, parts: DaemonParts): Promise<number> {
  tuneV8('young');
  const signals = new SignalQueue();
  const takeBack = onDaemonSignal((action) => signals.push(action));
  try {
    return await govern(options, parts, signals);
  } finally {
    takeBack();
  }
}

async function govern(options: DaemonOptions, parts: DaemonParts, signals: SignalQueue): Promise<number> {
  const made = await make(options, parts);
  if (made === undefined) return EXIT.failed;
  const { daemon, engine, record } = made;
  try {
    return await daemon.run(signals);
  } finally {
    await closeEngine(engine, parts.log);
    await record.remove();
  }
}

interface Made {
  readonly daemon: Daemon;
  readonly engine: Engine;
  readonly record: DaemonRecord;
}

/** Undefined: it must not be, and the log says why. It returns before the daemon lives: an async function that waits for all of
 *  that life would keep the state of the daemon before in memory for as long. */
async function make(options: DaemonOptions, parts: DaemonParts): Promise<Made | undefined> {
  checkOwnProc();
  if (options.config.vassalDefaults.tyrant && process.getuid?.() !== 0) {
    parts.log.error('emperor-tyrant needs root: vassals run as the owners of their files');
    return undefined;
  }
  const addon = loadNative(ADDON_PATH);
  const before = options.handed === undefined ? undefined : takeOver(addon, options.handed);
  const gauges = new Gauges(before?.head.gauges);
  const native = timed(addon, gauges.turns);
  if (before === undefined && !(await isAlone(options, parts, native))) return undefined;
  const record = new DaemonRecord(
    options.control,
    before === undefined ? CgroupTree.place() : null,
    (error) => parts.log.error(`the record beside ${options.control}: ${error.message}`),
    before?.head.leftovers,
    options.controlIsGiven,
  );
  const engine = openEngine(native, record, before?.head.engine);
  try {
    return { daemon: new Daemon(options, parts, engine, record, gauges, before), engine, record };
  } catch (error) {
    await closeEngine(engine, parts.log);
    await record.remove();
    throw error;
  }
}

/** What a dead daemon left is removed. */
async function isAlone(options: DaemonOptions, parts: DaemonParts, native: Native): Promise<boolean> {
  // Before our own tree is made: a delegated group may be the very one that the dead daemon had.
  const found = await cleanUp(options.control, native, options.controlIsGiven);
  if (found.kind === 'alive') parts.log.error(`another tsjail holds ${options.control} (pid ${found.pid})`);
  if (found.kind === 'removed') parts.log.info(found.did);
  return found.kind !== 'alive';
}

async function closeEngine(engine: Engine, log: DaemonLog): Promise<void> {
  try {
    await engine.close();
  } catch (error) {
    log.error(`cgroup ${engine.cgroups?.path}: ${(error as Error).message}`);
  }
}

/** Signals that come before the daemon is up wait here: none is lost, none kills by default. */
class SignalQueue {
  readonly #waiting: DaemonAction[] = [];
  #handle: ((action: DaemonAction) => void) | undefined;

  push(action: DaemonAction): void {
    if (this.#handle) this.#handle(action);
    else this.#waiting.push(action);
  }

  deliver(handle: (action: DaemonAction) => void): void {
    this.#handle = handle;
    for (const action of this.#waiting.splice(0)) handle(action);
  }
}

/** What is to be known of it when all else of its state is in use. */
type Predecessor = Pick<DaemonState, 'version' | 'head'> & { readonly vassals: number };

class Daemon {
  readonly #options: DaemonOptions;
  readonly #parts: DaemonParts;
  readonly #engine: Engine;
  readonly #gauges: Gauges;
  readonly #emperor: Emperor;
  readonly #herald: Herald;
  readonly #record: DaemonRecord;
  readonly #gate = new StartGate(IN_SET_UP);
  readonly #reexec: Reexec;
  /** Whose place was taken. */
  readonly #before: Predecessor | undefined;
  #config: EmperorConfig;
  /** What of it jails could see. */
  #visible: OwnPaths;
  #governing = Promise.resolve();
  #server: Server | undefined;
  #stopping: Promise<void> | undefined;
  #startHooks: Helper | undefined;
  #reloading = Promise.resolve();
  #finished: () => void = () => {};

  constructor(
    options: DaemonOptions,
    parts: DaemonParts,
    engine: Engine,
    record: DaemonRecord,
    gauges: Gauges,
    before: DaemonState | undefined,
  ) {
    this.#options = options;
    this.#record = record;
    this.#before = before && { version: before.version, head: before.head, vassals: before.vassals.length };
    this.#parts = parts;
    this.#config = options.config;
    this.#visible = this.#ownPaths();
    this.#engine = engine;
    this.#keepNetworks();
    this.#gauges = gauges;
    this.#emperor = this.#makeEmperor();
    this.#herald = new Herald({
      environment: process.env,
      pid: process.pid,
      system: engine.native,
      emperor: this.#emperor,
      trouble: (error) => parts.log.warn(`the service manager: ${error.message}`),
      takesOver: before !== undefined,
    });
    this.#reexec = this.#makeReexec();
    if (before) resumeClock(before.head.clock);
    if (before) this.#emperor.resume(pastOf(before, options.config));
  }

  async run(signals: SignalQueue): Promise<number> {
    try {
      return await this.#live(signals);
    } finally {
      this.#herald.close();
    }
  }

  async #live(signals: SignalQueue): Promise<number> {
    const server = await this.#serve();
    if (server === undefined) return EXIT.failed;
    const { pidfile } = this.#config;
    if (pidfile) writeFileSync(pidfile, `${process.pid}\n`);
    this.#tellBefore();
    if (this.#engine.noCgroups && this.#before === undefined)
      this.#log(`no cgroups (${this.#engine.noCgroups}): jails without a pid namespace are ended by a walk`);
    const over = new Promise<void>((resolve) => {
      this.#finished = resolve;
    });
    signals.deliver((action) => this.#act(action));
    const begun = await this.#begin();
    this.#governing = begun && this.#stopping === undefined ? this.#govern() : Promise.resolve();
    await this.#governing;
    if (begun && this.#stopping === undefined) await server.open();
    if (begun) void this.#announce();
    if (begun) await over;
    await server.close();
    if (pidfile) rmSync(pidfile, { force: true });
    if (begun) this.#log('everything is down');
    return begun ? EXIT.done : EXIT.failed;
  }

  /** The hooks of its start; false: they failed, and nobody is governed then. */
  async #begin(): Promise<boolean> {
    const steps = emperorStart(this.#config.hooks, process.cwd());
    if (steps.length === 0 || this.#stopping || this.#before) return true;
    const { nullFd } = this.#engine;
    const output = 2;
    this.#startHooks = new Helper(this.#engine, {
      steps,
      name: 'emperor-start',
      stdio: [nullFd, output, output],
      variables: [],
      output: () => {},
      mounted: () => {},
    });
    const failure = await this.#startHooks.end;
    if (failure === undefined || this.#stopping) return true;
    this.#parts.log.error(failureText(failure, { steps, owner: undefined, outside: undefined }));
    return false;
  }

  async #announce(): Promise<void> {
    const late = await firstStarts(this.#emperor);
    if (late.length > 0) this.#log(`still in set-up: ${late.join(', ')}; not waited for any longer`);
    this.#herald.ready();
  }

  #makeEmperor(): Emperor {
    const { log } = this.#parts;
    const engine = this.#engine;
    const context = { environment: inheritable(process.env), uid: process.getuid?.() ?? 0, terminal: false };
    const read = readFor(engine);
    const outputParts: OutputParts = {
      log,
      native: engine.native,
      filesOf: (owner) => ({
        open: (path) => openLogAs(engine, owner, path),
        putAside: (path, { ino }, keep) => putLogAsideAs(engine, owner, path, { keep, inode: ino }),
      }),
    };
    return new Emperor({
      version: ownVersion(),
      gauges: this.#gauges,
      unlogged: () => log.dropped,
      reexec: () => this.#reexec.ask(),
      reexecs: this.#before === undefined ? 0 : this.#before.head.reexecs + 1,
      uid: context.uid,
      defaults: this.#config.vassalDefaults,
      disabled: new DisabledList(join(stateDirectory(process.env, context.uid), 'disabled')),
      waits: (name) => this.#config.waiting?.except.has(name) === false,
      load: (text, defaults) => {
        const host = hostFacts(this.#visible);
        if (defaults.tyrant === undefined) return loadVassal(text, defaults, host, context, read);
        const readTenants: ReadAs = (tenant, path) => readAs(engine, tenant, path);
        const parts = { defaults, rules: defaults.tyrant, host, context, read, readAs: readTenants };
        return loadTenant(text, text, parts);
      },
      vassal: {
        ...engine,
        gate: this.#gate,
        output: (name, config, past) =>
          createVassalOutput(
            name,
            config?.log.value ?? { kind: 'emperor' },
            config?.logManner ?? DEFAULT_MANNER,
            outputParts,
            past,
          ),
        log: (level, vassal, message) => log[level](message, vassal),
      },
    });
  }

  async #serve(): Promise<Server | undefined> {
    try {
      const { control } = this.#options;
      this.#server = await this.#parts.serve(
        this.#emperor,
        this.#engine,
        control,
        this.#before?.head.server,
        this.#before?.head.leftovers.controlIsGiven,
      );
      await this.#server.apply(this.#config);
      return this.#server;
    } catch (error) {
      this.#parts.log.error((error as Error).message);
      await this.#server?.close();
      return undefined;
    }
  }

  /** What cannot be had is no reason to end: the vassals go on. */
  async #serveAnew(): Promise<void> {
    try {
      await this.#server?.apply(this.#config);
    } catch (error) {
      this.#parts.log.error((error as Error).message);
    }
  }

  #keepNetworks(): void {
    this.#engine.native.keepNetworks(this.#config.spareNetworks ?? 0);
  }

  #ownPaths(): OwnPaths {
    return ownPaths(this.#options.control, this.#sources(), this.#config);
  }

  #sources(): readonly string[] {
    const named = [...this.#options.sources, ...this.#config.sources];
    return named.length > 0 ? named : [DEFAULT_SOURCE];
  }

  async #govern(): Promise<void> {
    const sources = this.#sources();
    const { freqMs, nofollow, vassalDefaults } = this.#config;
    const ownerMatters = vassalDefaults.tyrant !== undefined;
    const extensions = vassalDefaults.uwsgi?.extensions;
    const options = { freqMs, nofollow, ownerMatters, extensions, disk: openDisk(this.#engine.native) };
    await this.#emperor.govern(sources, (source, known) => openMonitor(source, { ...options, known }));
    await this.#emperor.considered();
    const { control } = this.#options;
    const vassals = this.#emperor.vassals.length;
    const facts = { event: 'governing', pid: process.pid, version: ownVersion(), control, sources, vassals };
    const text = `governing ${count(vassals, 'vassal')} of ${sources.join(', ')}; control socket ${control}`;
    this.#parts.log.info(text, undefined, facts);
  }

  #act(action: DaemonAction): void {
    switch (action) {
      case 'stop':
        return this.#stop();
      case 'reload':
        // One after the other: what was read last shall be what counts.
        this.#reloading = this.#reloading.then(() => this.#reload());
        return;
      case 'status':
        return this.#status();
      case 're-exec':
        return void this.#reexec.ask();
      case 'clear-backoff':
        return this.#emperor.clearBackoff();
      case 'rescan':
        return void this.#emperor.rescan();
    }
  }

  #stop(): void {
    if (this.#stopping) {
      this.#log('asked twice: killing every jail');
      return this.#emperor.killAll();
    }
    this.#startHooks?.kill();
    this.#log(`stopping ${count(this.#emperor.vassals.length, 'vassal')}`);
    this.#herald.stopping();
    this.#stopping = this.#emperor.abdicate().then(() => this.#finished());
  }

  #makeReexec(): Reexec {
    const { native, jailerFd, nullFd, endOrphans } = this.#engine;
    const { log } = this.#parts;
    return new Reexec({
      native,
      jailerFd,
      nullFd,
      endOrphans,
      gate: this.#gate,
      log: (level, message) => log[level](message),
      drained: () => log.drained?.(),
      idle: async () => {
        await this.#governing;
        await this.#reloading;
      },
      forbidden: () => (this.#stopping ? 'the daemon is stopping' : undefined),
      vassals: this.#emperor,
      server: () => this.#server,
      head: (packing) => this.#head(packing),
      // What tells it that all went well is the start of the new program.
      announce: (what) => {
        if (what === 'begins') this.#herald.replacing();
        else this.#herald.reloaded();
      },
    });
  }

  #head({ keep }: Packing): DaemonHead {
    const { record: emperor } = this.#emperor;
    return {
      reexecs: this.#emperor.reexecs,
      clock: clockRecord(),
      defaults: defaultsOf(this.#config),
      tyrant: tyrantOf(this.#config),
      config: this.#config,
      pidfile: this.#config.pidfile ?? null,
      gauges: this.#gauges.record,
      leftovers: this.#record.record,
      engine: this.#engine.record,
      emperor,
      server: this.#server?.record(keep) ?? { control: -1, services: [] },
    };
  }

  #tellBefore(): void {
    if (this.#before === undefined) return;
    const { version, head, vassals } = this.#before;
    if (head.pidfile !== null && head.pidfile !== this.#config.pidfile) rmSync(head.pidfile, { force: true });
    const tookMs = Math.round(clockRecord().at - head.clock.at);
    const kept = count(vassals, 'vassal');
    this.#log(`re-exec: ${ownVersion()} took over ${kept} from ${version} in ${tookMs} ms`);
  }

  async #reload(): Promise<void> {
    this.#herald.reloading();
    try {
      await this.#takeConfig();
    } finally {
      this.#herald.reloaded();
    }
  }

  async #takeConfig(): Promise<void> {
    const { config, problems } = await readEmperorConfig(this.#options.configPath(), this.#options.flags);
    this.#parts.showProblems(problems);
    this.#gauges.reloaded(config !== undefined);
    if (config === undefined) {
      this.#herald.refused('the new config is bad: the old one stays');
      return this.#parts.log.error('the new config is bad: the old one stays');
    }
    const { tyrant } = this.#config.vassalDefaults;
    // What runs would have to be somebody else's at once.
    if (JSON.stringify(config.vassalDefaults.tyrant) !== JSON.stringify(tyrant))
      this.#parts.log.warn('emperor-tyrant stays as it was: it changes with a new start of the daemon');
    this.#config = { ...config, vassalDefaults: { ...config.vassalDefaults, tyrant } };
    this.#visible = this.#ownPaths();
    this.#keepNetworks();
    await this.#serveAnew();
    await this.#emperor.redefine(this.#config.vassalDefaults);
    this.#log('config read again');
    await this.#govern();
  }

  #status(): void {
    this.#parts.log.reopen();
    this.#emperor.reopenLogs();
    for (const { name, state, commandPid } of this.#emperor.vassals) {
      this.#parts.log.info(`${state}${commandPid === null ? '' : `, pid ${commandPid}`}`, name);
    }
  }

  #log(message: string): void {
    this.#parts.log.info(message);
  }
}
