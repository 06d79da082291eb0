// A listener that writes down what it is told, and lets a test wait for it; and monitors that end with their test.
import { createRequire } from 'node:module';
import { onTestFinished } from 'vitest';
import { type Disk, type DiskCalls, type Lease, openDisk } from '../../../src/monitors/disk.ts';
import type { ConfigFailure, ConfigText, Monitor, MonitorListener } from '../../../src/monitors/monitor.ts';
import { openMonitor } from '../../../src/monitors/open.ts';
import type { MonitorOptions } from '../../../src/monitors/options.ts';

export type Told =
  | { readonly kind: 'changed'; readonly name: string; readonly config: ConfigText }
  | { readonly kind: 'unreadable'; readonly name: string; readonly failure: ConfigFailure }
  | { readonly kind: 'removed'; readonly name: string; readonly path: string }
  | { readonly kind: 'trouble'; readonly name: ''; readonly message: string | null };

interface Waiter {
  readonly isIt: (told: Told) => boolean;
  readonly found: (told: Told) => void;
}

const DEADLINE_MS = 8000;

export class Recorder implements MonitorListener {
  told: Told[] = [];
  readonly #waiters = new Set<Waiter>();

  changed(config: ConfigText): void {
    this.#take({ kind: 'changed', name: config.name, config });
  }

  unreadable(failure: ConfigFailure): void {
    this.#take({ kind: 'unreadable', name: failure.name, failure });
  }

  removed(name: string, path: string): void {
    this.#take({ kind: 'removed', name, path });
  }

  trouble(message: string | null): void {
    this.#take({ kind: 'trouble', name: '', message });
  }

  /** As short as a test can read: `changed web`. */
  get lines(): string[] {
    return this.told.map((told) =>
      told.kind === 'trouble' ? `trouble ${told.message}` : `${told.kind} ${told.name}`,
    );
  }

  /** Texts of `name` in the order in which they were told. */
  texts(name: string): string[] {
    return this.told.flatMap((told) =>
      told.kind === 'changed' && told.name === name ? [told.config.text] : [],
    );
  }

  last(name: string): Told | undefined {
    return this.told.findLast((told) => told.name === name);
  }

  forget(): void {
    this.told = [];
  }

  /** What was told already counts too. */
  wait(what: string, isIt: (told: Told) => boolean, deadlineMs = DEADLINE_MS): Promise<Told> {
    const present = this.told.find(isIt);
    if (present) return Promise.resolve(present);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`not within ${deadlineMs} ms: ${what}; told: ${this.lines.slice(-20).join(', ')}`));
      }, deadlineMs);
      const found = (told: Told) => {
        clearTimeout(timer);
        resolve(told);
      };
      const waiter: Waiter = { isIt, found };
      this.#waiters.add(waiter);
    });
  }

  async text(name: string, text?: string): Promise<ConfigText> {
    const told = await this.wait(
      `changed ${name}`,
      (each) =>
        each.kind === 'changed' && each.name === name && (text === undefined || each.config.text === text),
    );
    if (told.kind !== 'changed') throw new Error('unreachable');
    return told.config;
  }

  async failure(name: string): Promise<string> {
    const told = await this.wait(
      `unreadable ${name}`,
      (each) => each.kind === 'unreadable' && each.name === name,
    );
    if (told.kind !== 'unreadable') throw new Error('unreachable');
    return told.failure.message;
  }

  async gone(name: string): Promise<string> {
    const told = await this.wait(`removed ${name}`, (each) => each.kind === 'removed' && each.name === name);
    if (told.kind !== 'removed') throw new Error('unreachable');
    return told.path;
  }

  async troubled(pattern: RegExp | null): Promise<string | null> {
    const told = await this.wait(
      `trouble ${pattern}`,
      (each) =>
        each.kind === 'trouble' &&
        (pattern === null ? each.message === null : each.message !== null && pattern.test(each.message)),
    );
    if (told.kind !== 'trouble') throw new Error('unreachable');
    return told.message;
  }

  #take(told: Told): void {
    this.told.push(told);
    for (const waiter of this.#waiters) {
      if (!waiter.isIt(told)) continue;
      this.#waiters.delete(waiter);
      waiter.found(told);
    }
  }
}

export const ADDON = new URL('../../../build/Release/tsjail.node', import.meta.url).pathname;

export const disk = openDisk(createRequire(import.meta.url)(ADDON) as DiskCalls);

/** As if the kernel had that to say of who writes. */
export function diskWith(lease: () => Lease): Disk {
  return {
    ...disk,
    read: async (path, nofollow) => ({ ...(await disk.read(path, nofollow)), lease: lease() }),
  };
}

/** The safety rescan is far off, so that it cannot hide a missed hint. */
export function monitorOf(source: string, options: Partial<MonitorOptions> = {}): Monitor {
  const monitor = openMonitor(source, { freqMs: 600_000, nofollow: false, disk, ...options });
  onTestFinished(() => monitor.stop());
  return monitor;
}

export async function started(
  source: string,
  options: Partial<MonitorOptions> = {},
): Promise<{ monitor: Monitor; recorder: Recorder }> {
  const monitor = monitorOf(source, options);
  const recorder = new Recorder();
  await monitor.start(recorder);
  return { monitor, recorder };
}
