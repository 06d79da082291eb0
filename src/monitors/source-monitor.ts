// The monitor of one source. Hints say where to look first, a scan by name says what there is, and every config that it found
// is looked at: soon after a hint, and every `freqMs` whatever happened.
import { dirname, join, resolve } from 'node:path';
import { Dependencies } from './dependencies.ts';
import { watchDirectory } from './hint.ts';
import { Interests } from './interests.ts';
import { Inventory, type Level, type Source } from './inventory.ts';
import type { KnownConfig, Monitor, MonitorListener } from './monitor.ts';
import { type MonitorOptions, TIMES, type Times } from './options.ts';
import { nameComplaint, RefusedNames } from './refused-names.ts';
import { Timers } from './timers.ts';
import { Trail } from './trail.ts';
import { Troubles } from './troubles.ts';
import { Vanishing } from './vanishing.ts';
import { VassalFiles } from './vassal-files.ts';
import { Watches } from './watches.ts';
import { Worker } from './worker.ts';

/** Files in work at once. Between two such portions what was hinted at comes first, and launchers get new jails to make: with 64
 *  of them, the first thousand of a boot took a quarter longer. */
const PORTION = 32;
/** The same of those that are only asked whether they are what they were. */
const GLANCE = 512;
/** Scans that no timetable asks for take at most a tenth of the time. */
const SCAN_SHARE = 10;
/** So many hints in one turn of the loop that the kernel's queue may have been full. */
const FLOOD = 1000;

export class SourceMonitor implements Monitor {
  readonly source: string;
  readonly #origin: Source;
  readonly #options: MonitorOptions;
  readonly #times: Times;
  readonly #watches: Watches;
  readonly #interests = new Interests();
  readonly #timers = new Timers<'scan' | 'list'>();
  readonly #vanishing: Vanishing;
  readonly #worker: Worker;
  readonly #files: VassalFiles;
  readonly #dependencies: Dependencies;
  readonly #refused: RefusedNames;
  readonly #troubles = new Troubles((message) => this.#listener?.trouble(message));
  #listener: MonitorListener | undefined;
  #trail: Trail | undefined;
  /** Directories of the source, as far as they have been read. */
  #levels = new Map<string, Level>();
  /** What the last scan found and nobody has looked at yet. */
  #rest: string[] = [];
  /** Of what was looked at, what is not what it was. */
  #changed: string[] = [];
  #wanted: 'nothing' | 'list' | 'scan' = 'nothing';
  #hints = 0;
  #scan = { beganMs: 0, tookMs: 0, failed: false };

  constructor(source: string, origin: Source, options: MonitorOptions) {
    this.source = source;
    this.#origin = origin;
    this.#options = options;
    this.#times = { ...TIMES, ...options.times };
    this.#vanishing = new Vanishing(this.#times);
    this.#worker = new Worker({ step: () => this.#step(), isDone: () => this.#isDone() });
    this.#watches = new Watches({
      watch: options.watch ?? watchDirectory,
      hint: (directory, entry) => this.#hint(directory, entry),
      rewatchMs: this.#times.rewatchMs,
    });
    const wake = () => this.#worker.wake();
    const { disk, nofollow } = options;
    const trail = { disk, interests: this.#interests, watches: this.#watches, nofollow };
    const listener = this.#forwarding();
    this.#refused = new RefusedNames(listener);
    this.#files = new VassalFiles({
      ...trail,
      options,
      listener,
      wake,
      suspect: (path) => this.#suspect(path),
      confirm: (renamed) => this.#takeInventory(renamed),
      forgotten: (name) => this.#dependencies.set(name, new Set()),
    });
    this.#dependencies = new Dependencies({
      ...trail,
      options,
      wake,
      changed: (name, path) => this.#files.renew(name, path),
      toldAtMs: (name) => this.#files.toldAtMs(name),
    });
  }

  start(listener: MonitorListener): Promise<void> {
    this.#listener = listener;
    return this.rescan();
  }

  rescan(): Promise<void> {
    this.#wanted = 'scan';
    return this.#worker.whenDone();
  }

  depend(name: string, files: readonly string[]): void {
    if (this.#listener === undefined) return;
    const others = files.map((file) => resolve(file)).filter((file) => !this.#files.isConfigOf(name, file));
    if (this.#files.isKnown(name)) this.#dependencies.set(name, new Set(others));
  }

  get known(): readonly KnownConfig[] {
    return this.#files.known;
  }

  async stop(): Promise<void> {
    this.#listener = undefined;
    this.#worker.end();
    this.#timers.end();
    this.#files.end();
    this.#dependencies.end();
    await this.#watches.close();
  }

  /** Silent before the start and after the end. */
  #forwarding(): MonitorListener {
    return {
      changed: (config) => this.#listener?.changed(config),
      unreadable: (failure) => this.#listener?.unreadable(failure),
      removed: (name, path) => this.#listener?.removed(name, path),
      trouble: (message) => this.#listener?.trouble(message),
    };
  }

  #hint(directory: string, entry: string | null): void {
    if (entry === null) return this.#want('scan');
    if (++this.#hints === FLOOD) this.#want('scan');
    const path = join(directory, entry);
    this.#interests.hint(path);
    const level = this.#levels.get(directory);
    if (!level?.accepts(entry)) return;
    if (!level.leaf || nameComplaint(path)) return this.#want('scan');
    this.#files.hint(path);
    const { soonMs, pollMs } = this.#times;
    this.#scanIn(Math.max(soonMs, Math.min(pollMs, this.#scan.tookMs * SCAN_SHARE)));
  }

  #want(wanted: 'list' | 'scan'): void {
    if (this.#wanted !== 'scan') this.#wanted = wanted;
    this.#worker.wake();
  }

  #scanIn(delayMs: number): void {
    this.#timers.set('scan', delayMs, () => this.#want('scan'));
  }

  async #step(): Promise<boolean> {
    this.#hints = 0;
    // Before the configs: what is read of these is then not older than what is known of those.
    if (!this.#dependencies.isEmpty) await this.#dependencies.look(PORTION);
    if (!this.#files.isEmpty) await this.#files.look(this.#files.next(PORTION));
    if (this.#isScanning) await this.#lookAtRest();
    else if (this.#wanted === 'scan') await this.#scanAll();
    else if (this.#wanted === 'list') await this.#takeInventory();
    this.#tellDeafness();
    return this.#hasWork();
  }

  #hasWork(): boolean {
    const isIdle = this.#files.isEmpty && this.#dependencies.isEmpty && !this.#isScanning;
    return !isIdle || this.#wanted !== 'nothing';
  }

  get #isScanning(): boolean {
    return this.#rest.length > 0 || this.#changed.length > 0;
  }

  #isDone(): boolean {
    return !this.#hasWork() && !this.#vanishing.isSettling;
  }

  async #scanAll(): Promise<void> {
    this.#timers.cancel('scan');
    this.#wanted = 'nothing';
    this.#scan.beganMs = performance.now();
    await this.#watches.verify();
    await this.#walkToBase();
    const inventory = await this.#takeInventory();
    this.#dependencies.lookAtAll();
    this.#rest = [...inventory.files];
    const entries = [...this.#interests.entries];
    this.#watches.keep(new Set([...inventory.directories.keys(), ...entries.map((entry) => dirname(entry))]));
    this.#scan.failed = inventory.failures.size > 0;
    if (!this.#isScanning) this.#endScan();
  }

  async #lookAtRest(): Promise<void> {
    if (this.#changed.length > 0) await this.#files.look(this.#changed.splice(0, PORTION));
    else this.#changed = await this.#files.changedAmong(this.#rest.splice(0, GLANCE));
    if (!this.#isScanning) this.#endScan();
  }

  #endScan(): void {
    this.#scan.tookMs = performance.now() - this.#scan.beganMs;
    this.#planScan();
  }

  #planScan(): void {
    const { missingMs, pollMs, soonMs } = this.#times;
    const wantedMs = this.#scan.failed ? missingMs : this.#watches.deafness ? pollMs : Infinity;
    const soonestMs = this.#scan.tookMs * SCAN_SHARE;
    this.#scanIn(Math.max(soonMs, Math.min(this.#options.freqMs, Math.max(wantedMs, soonestMs))));
  }

  /** Watches how the source itself is reached: it may be a link, or not be there yet. */
  async #walkToBase(): Promise<void> {
    const trail = this.#trail ?? (await this.#makeTrail());
    this.#trail = trail;
    await trail.walk();
  }

  async #makeTrail(): Promise<Trail> {
    const { disk } = this.#options;
    const parts = { disk, interests: this.#interests, watches: this.#watches, nofollow: false };
    return new Trail(await this.#origin.base(), parts, () => this.#want('scan'));
  }

  /** `renamed` are known to be elsewhere: if they are not here, they are gone. */
  async #takeInventory(renamed: readonly string[] = []): Promise<Inventory> {
    if (this.#wanted === 'list') this.#wanted = 'nothing';
    const inventory = new Inventory(this.#watches, (directory, level) => this.#levels.set(directory, level));
    const paths = await this.#origin.find(inventory);
    this.#levels = inventory.directories;
    // What is known has passed.
    const refused = new Set(paths.filter((path) => !this.#files.has(path) && nameComplaint(path)));
    inventory.files = new Set(refused.size === 0 ? paths : paths.filter((path) => !refused.has(path)));
    this.#troubles.set('source', inventory.complaint && `${inventory.complaint}; what runs goes on`);
    this.#refused.update(refused, (path) => inventory.isHidden(path));
    for (const path of renamed) if (inventory.lacks(path)) this.#files.remove(path);
    this.#judge(inventory);
    return inventory;
  }

  /** Files may be gone: looked into when it has had time to settle. */
  #suspect(path: string): void {
    this.#vanishing.suspect(path, performance.now());
    this.#listIn(this.#times.settleMs);
  }

  #listIn(delayMs: number): void {
    this.#timers.set('list', delayMs, () => this.#want('list'));
  }

  #judge(inventory: Inventory): void {
    const missing = this.#files.missingFrom(inventory);
    const isBusy = !this.#files.isEmpty || this.#isScanning;
    const nowMs = performance.now();
    const { gone, againMs, message } = this.#vanishing.judge(missing, this.#files.count, nowMs, isBusy);
    this.#troubles.set('vanishing', message && `${this.source}: ${message}`);
    for (const path of gone) this.#files.remove(path);
    if (againMs !== undefined) this.#listIn(againMs);
  }

  #tellDeafness(): void {
    const { deafness } = this.#watches;
    const instead = `looking every ${this.#times.pollMs / 1000} s instead`;
    const message = deafness === undefined ? null : `${this.source}: ${deafness}; ${instead}`;
    if (this.#troubles.set('watch', message)) this.#planScan();
  }
}
