// Two sources of files that are not there. Of a name, the file that was first has it, and the other one when that goes.
import type { VassalConfig } from '../../../src/config/vassal-config.ts';
import type { ConfigText, Monitor, MonitorListener } from '../../../src/monitors/monitor.ts';

export const SOURCES = ['/v', '/w'] as const;
export type Source = (typeof SOURCES)[number];

/** What a text says. */
export interface Wish {
  readonly good: boolean;
  readonly reload: 'restart' | 'overlap' | 'signal' | 'none';
  readonly restart: VassalConfig['restart'];
  readonly startLimit: number;
  readonly ready: 'exec' | 'notify';
  readonly ownPids: boolean;
  readonly limited: boolean;
  readonly door: 'none' | 'socket' | 'on demand';
  /** The second waits for the first. */
  readonly waits: boolean;
  /** Before it, beside it and after it. */
  readonly hooks: boolean;
}

/** A file as it was told of. */
export interface Told {
  readonly text: ConfigText;
  readonly wish: Wish;
}

export class FakeSources {
  /** By the name, then by the source, in the order in which they were there. */
  readonly #files = new Map<string, Map<Source, Told>>();
  readonly #listeners = new Map<Source, MonitorListener>();
  readonly #dealtWith: (told: Told) => void;
  #numbers = 0;

  /** `dealtWith`: that text was read, and no newer one has come meanwhile. */
  constructor(dealtWith: (told: Told) => void) {
    this.#dealtWith = dealtWith;
  }

  monitor(source: Source): Monitor {
    return {
      source,
      start: async (listener) => void this.#listeners.set(source, listener),
      rescan: async () => {},
      depend: (name) => {
        const told = this.#files.get(name)?.get(source);
        if (told) this.#dealtWith(told);
      },
      stop: async () => void this.#listeners.delete(source),
    };
  }

  /** The file that has the name. */
  holder(name: string): Told | undefined {
    return this.#files.get(name)?.values().next().value;
  }

  /** That very text, if it is what there is. */
  present({ name, path, version }: ConfigText): Told | undefined {
    const all = [...(this.#files.get(name)?.values() ?? [])];
    return all.find(({ text }) => text.path === path && text.version === version);
  }

  /** Of the file that is there, or of a new one. */
  write(source: Source, name: string, wish: Wish, isNew: boolean): void {
    const present = this.#files.get(name)?.get(source)?.text.identity;
    this.#tell(source, name, (!isNew && present) || `${this.#numbers++}`, wish);
  }

  rename(source: Source, from: string, to: string): void {
    const told = this.#files.get(from)?.get(source);
    if (told === undefined || from === to) return;
    this.remove(source, from);
    this.remove(source, to);
    this.#tell(source, to, told.text.identity, told.wish);
  }

  remove(source: Source, name: string): void {
    const files = this.#files.get(name);
    if (!files?.delete(source)) return;
    if (files.size === 0) this.#files.delete(name);
    this.#listeners.get(source)?.removed(name, pathOf(source, name));
  }

  unreadable(source: Source, name: string): void {
    const told = this.#files.get(name)?.get(source);
    if (told === undefined) return;
    this.#put(source, name, { ...told, wish: { ...told.wish, good: false } });
    this.#listeners.get(source)?.unreadable({ name, path: pathOf(source, name), message: 'no rights' });
  }

  #tell(source: Source, name: string, identity: string, wish: Wish): void {
    const path = pathOf(source, name);
    const version = `${this.#numbers++}`;
    const rest = { directory: '/', text: '', target: path, uid: 0, gid: 0, modified: 0, changed: path };
    const text: ConfigText = { name, path, version, identity, ...rest };
    this.#put(source, name, { text, wish });
    this.#listeners.get(source)?.changed(text);
  }

  #put(source: Source, name: string, told: Told): void {
    const files = this.#files.get(name) ?? new Map<Source, Told>();
    files.set(source, told);
    this.#files.set(name, files);
  }
}

function pathOf(source: Source, name: string): string {
  return `${source}/${name}.ini`;
}
