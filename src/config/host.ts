// What the config layer may know of the machine and the daemon. It asks; it never looks itself.
import type { Tenant, Whose } from './tenant.ts';

export interface UserEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

export interface UserDatabase {
  userByName(name: string): UserEntry | undefined;
  userById(uid: number): UserEntry | undefined;
  groupByName(name: string): { readonly gid: number } | undefined;
  /** As initgroups(3): `gid` first. */
  groupsOf(name: string, gid: number): readonly number[];
  userNames(): readonly string[];
  groupNames(): readonly string[];
}

/** Ids from `first` on. */
export interface IdSpan {
  readonly first: number;
  readonly count: number;
}

/** What an ordinary user may map into a user namespace besides his own ids (subuid(5), subgid(5)). */
export interface SubIds {
  readonly uid: readonly IdSpan[];
  readonly gid: readonly IdSpan[];
  /** Why there are none. */
  readonly lack?: string | undefined;
}

export interface Look {
  readonly kind: 'file' | 'directory' | 'other' | 'none';
  readonly readable: boolean;
  /** Of the entry itself, were it a symbolic link. */
  readonly inode?: number | undefined;
}

/** What a config needs of the file system. Undefined: not looked at yet. */
export interface HostAnswers {
  /** Text of a file that a config names, read with the rights of whoever names it, or why it cannot be read. */
  file(path: string, whose: Whose): { readonly text: string } | { readonly failure: string } | undefined;
  /** With the daemon's own rights, as the next one: never for a tenant. */
  look(path: string): Look | undefined;
  /** The paths that an absolute pattern matches, in order, directories with a slash at the end. */
  glob(pattern: string): { readonly paths: readonly string[] } | { readonly failure: string } | undefined;
}

/** For a config that is known to ask for nothing, or that has not asked yet. */
export const NO_ANSWERS: HostAnswers = {
  file: () => undefined,
  look: () => undefined,
  glob: () => undefined,
};

/** One that a config asks and nobody has answered yet. */
export type Question =
  | { readonly ask: 'file'; readonly path: string; readonly whose: Whose }
  | { readonly ask: 'look' | 'glob'; readonly path: string };

/** What of the daemon's own can be seen in the file system. */
export interface OwnPaths {
  /** By which it is told what to do. */
  readonly sockets: readonly string[];
  /** Where it looks for vassals. */
  readonly directories: readonly string[];
}

export interface HostFacts extends HostAnswers {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly users: UserDatabase;
  readonly hostname: string;
  readonly cwd: string;
  /** Ids of the daemon: other than 0 means rootless. */
  readonly uid: number;
  readonly gid: number;
  /** By the user namespace that the daemon is in: even its root cannot change groups (user_namespaces(7)). */
  readonly setgroupsDenied?: boolean;
  /** The ids that there are in the daemon's user namespace; undefined: all. */
  readonly ids?: {
    readonly uid?: readonly IdSpan[] | undefined;
    readonly gid?: readonly IdSpan[] | undefined;
  };
  /** Of the daemon's user, when that is not root. */
  readonly subIds?: SubIds | undefined;
  /** Of any user. */
  readonly subIdsOf?: (uid: number, name: string | undefined) => SubIds;
  /** Who owns the file that is read, in tyrant mode. */
  readonly tenant?: Tenant | undefined;
  /** The first port that the daemon may bind; undefined: all. */
  readonly lowestPort?: number | undefined;
  /** Is there such a file of the kernel's, below /proc or /sys? Undefined: nobody has looked. */
  readonly present?: (path: string) => boolean;
  readonly daemon?: OwnPaths | undefined;
  readonly cpus: number;
  readonly nowSec: number;
  /** RAM of the machine. */
  readonly memoryBytes: number;
  /** tsjail's version, for `%V`. */
  readonly version?: string;
  /** The daemon's own oom_score_adj, below which it cannot go without root. */
  readonly oomScoreAdj?: number;
  /** The daemon's own hard limits by number of the resource, above which it cannot go; undefined: it may raise them. */
  readonly hardLimits?: readonly number[] | undefined;
  /** The same whether it may raise them or not: a tenant may not. */
  readonly presentHardLimits?: readonly number[] | undefined;
  /** The greatest capability that the kernel knows. */
  readonly lastCapability?: number;
}
