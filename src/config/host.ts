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

export interface HostFacts {
  /** Text of a file that a config names, read with the rights of whoever names it, or why it cannot be read; undefined: not loaded yet. */
  file(path: string, whose: Whose): { readonly text: string } | { readonly failure: string } | undefined;
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
  readonly lowestPort?: number;
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
