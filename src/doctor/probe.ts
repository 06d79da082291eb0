// What the doctor looks at, what it looks with, and what it says of it.
import type { Native } from '../jail/native.ts';

export type State = 'yes' | 'partly' | 'no';

export interface Verdict {
  readonly state: State;
  /** What was seen, in a few words. */
  readonly found: string;
  /** What to do about it, in one line. */
  readonly advice?: string | undefined;
}

export interface Probe {
  /** For programs: it stays as it is. */
  readonly id: string;
  readonly area: Area;
  readonly title: string;
  /** Without it the daemon cannot do its work. */
  readonly needed?: true;
  readonly look: (world: World) => Verdict | Promise<Verdict>;
}

export interface Finding extends Verdict {
  readonly id: string;
  readonly area: Area;
  readonly title: string;
  readonly needed: boolean;
}

export const AREAS = ['program', 'kernel', 'namespaces', 'files', 'cgroups', 'limits', 'machine'] as const;

export type Area = (typeof AREAS)[number];

/** The end of a trial jail; undefined: it came up and its command ran. */
export type TrialFailure = string | undefined;

/** This machine, or one that a test made up. */
export interface World {
  readonly uid: number;
  readonly userName: string | undefined;
  readonly nodeVersion: string;
  /** Such as 2.36; undefined: another C library. */
  readonly glibc: string | undefined;
  readonly arch: string;
  readonly kernel: string;
  readonly controlSocket: string;
  readonly vassals: string;
  /** A directory of ours, for as long as we look. */
  readonly room: string;
  /** The addon, or why it does not load. */
  readonly native: Native | Error;
  /** Opens the jailer as the daemon does and tells where it is kept then. */
  openJailer(): string;
  /** Undefined: it is not there, or not for us to read. */
  read(path: string): string | undefined;
  exists(path: string): boolean;
  isWritable(path: string): boolean;
  /** Of a config that is there, else of a file made for it. */
  tryLease(): { readonly file: string; readonly answer: ReturnType<Native['probeLease']> };
  /** Makes a group in our own one and removes it; the names of its files, or why it cannot be made. */
  tryCgroup(): readonly string[] | string;
  /** Who answers on the control socket; undefined: nobody. */
  daemonPid(): Promise<number | undefined>;
  /** Runs `true` as a vassal with these options, by a child of ours; the same ones only once. */
  trial(...options: readonly string[]): Promise<TrialFailure>;
}

export function yes(found: string): Verdict {
  return { state: 'yes', found };
}

export function partly(found: string, advice?: string): Verdict {
  return { state: 'partly', found, advice };
}

export function no(found: string, advice?: string): Verdict {
  return { state: 'no', found, advice };
}
