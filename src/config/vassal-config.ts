// The checked config of one vassal, as everything after the config layer sees it. Plain data, no behaviour.
import type { Attributes } from './attributes.ts';
import type { CgroupSettings } from './cgroup/settings.ts';
import type { Cron } from './cron.ts';
import type { GivenOption } from './given.ts';
import type { HookSettings } from './hooks/settings.ts';
import type { Privileges } from './identity/privileges.ts';
import type { LogManner } from './logging.ts';
import type { NamespaceSets } from './namespaces.ts';
import type { Located } from './origin.ts';
import type { ProfileName } from './profile.ts';
import type { RootSettings } from './root/settings.ts';
import type { Profile } from './seccomp/profile.ts';
import type { SetnsSettings } from './setns/settings.ts';
import type { Tenant } from './tenant.ts';

export type RestartPolicy = 'always' | 'on-failure' | 'never';

/** `inside outside count`, as a line of /proc/PID/uid_map (user_namespaces(7)). */
export interface IdRange {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

export type MapKind = 'uid' | 'gid';

/** One rlimit; undefined leaves that half as it is, Infinity is RLIM_INFINITY. */
export interface Limit {
  readonly soft: number | undefined;
  readonly hard: number | undefined;
}

export type ReloadWay =
  | { readonly kind: 'restart' }
  /** A new jail first; the old one is ended when the new one is ready. */
  | { readonly kind: 'overlap' }
  | { readonly kind: 'signal'; readonly signal: number }
  /** A byte of uWSGI's on the emperor pipe. */
  | { readonly kind: 'emperor' }
  | { readonly kind: 'none' };

export type LogTarget =
  | { readonly kind: 'emperor' }
  | { readonly kind: 'file'; readonly path: string; readonly owner?: Tenant }
  | { readonly kind: 'journal' }
  | { readonly kind: 'null' };

/** Numbers of a user or group that a name or number in the config stood for. */
export interface UserIdentity {
  readonly uid: number;
  readonly name: string | undefined;
  readonly gid: number | undefined;
  readonly home: string | undefined;
  readonly shell: string | undefined;
}

/** Forks during the set-up, which bring what follows into a pid namespace that was unshared. */
export interface Reforks {
  readonly postJail: Located<boolean> | undefined;
  readonly asRoot: Located<boolean> | undefined;
  readonly last: Located<boolean> | undefined;
}

/** A name or number that means what /etc/passwd or /etc/group in the jail's own root say. */
export interface InJail {
  readonly inJail: string;
}

/** Supplementary groups of a vassal with a root of its own: the primary one, and besides. */
export interface GroupsInJail {
  /** Those that the jail's /etc/group lists for the user. */
  readonly ofUser: boolean;
  /** What is primary where neither user nor gid is given. */
  readonly primary: number;
  readonly added: readonly Located<string>[];
}

/** A socket that the Emperor binds, outside of the jail. */
export interface SocketSpec {
  readonly address: SocketAddress;
  /** For LISTEN_FDNAMES (sd_listen_fds(3)). */
  readonly name: string;
  readonly backlog: number;
  /** Of a path: undefined leaves what bind(2) makes. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

export type SocketAddress =
  /** `host`: an address of IPv4, or one of IPv6, which serves that alone. */
  | { readonly kind: 'inet'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'abstract'; readonly name: string };

/** By what a command is known to be ready. */
export type ReadyWay =
  | { readonly kind: 'exec' }
  /** sd_notify(3). */
  | { readonly kind: 'notify' }
  /** A byte of uWSGI's on the emperor pipe. */
  | { readonly kind: 'emperor' }
  /** Somebody listens there, as seen in the jail; the bytes of a sockaddr in hexadecimal digits. */
  | { readonly kind: 'socket'; readonly address: string; readonly name: string }
  /** A line, or the end, of what it writes to that descriptor. */
  | { readonly kind: 'fd'; readonly fd: number }
  | { readonly kind: 'delay'; readonly ms: number };

/** The vassal is a uWSGI instance that reads its own file. */
export interface DropIn {
  /** It gets its text by a pipe: there is no file. */
  readonly configByPipe: boolean;
  /** What it gets by that pipe. */
  readonly text: string | undefined;
  /** Programs that are tried before that of the command, and after it. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** It is asked to end when its requests are done. */
  readonly gracefulStop: boolean;
  /** uWSGI may read the file for a trial while an instance runs. */
  readonly canBeTried: boolean;
}

export interface LandlockRule {
  /** As seen in the jail. */
  readonly path: string;
  readonly writable: boolean;
}

export interface VassalConfig extends NamespaceSets {
  /** The file's base name without `.ini`. */
  readonly name: string;
  /** Absolute path of the file, or `<command line>`. */
  readonly file: string;
  readonly command: Located<readonly string[]>;
  readonly chdir: Located<string> | undefined;
  /** Directory of the config file: cwd when `chdir` is not given, if it exists. */
  readonly directory: string;
  /** `env` and `env-file` merged, later ones win. */
  readonly env: ReadonlyMap<string, Located<string>>;
  readonly unenv: readonly Located<string>[];
  readonly umask: Located<number>;
  readonly user: Located<UserIdentity | InJail> | undefined;
  /** In tyrant mode: the owner of its file. */
  readonly tenant?: Tenant | undefined;
  /** Undefined although there is a user in the jail: the group that its files give him. */
  readonly gid: Located<number | InJail> | undefined;
  /** Supplementary groups: initgroups of `uid` (unless `no-initgroups`) and `add-gid`. Undefined: the daemon's. */
  readonly groups: readonly number[] | GroupsInJail | undefined;
  readonly refork: Reforks;
  readonly uidMap: readonly Located<IdRange>[];
  readonly gidMap: readonly Located<IdRange>[];
  /** Maps with sub-ids: without root only newuidmap(1) and newgidmap(1) may write those. */
  readonly mapHelpers: readonly Located<MapKind>[];
  readonly hostname: Located<string> | undefined;
  readonly domainname: Located<string> | undefined;
  /** False: the command itself is pid 1 of its pid namespace. */
  readonly init: Located<boolean>;
  /** Keys are names of `RESOURCES`, such as `nofile`. */
  readonly limits: ReadonlyMap<string, Located<Limit>>;
  readonly prio: Located<number> | undefined;
  readonly oomScoreAdj: Located<number> | undefined;
  readonly log: Located<LogTarget>;
  /** No new jail is needed for it. */
  readonly logManner: LogManner;
  readonly setns: SetnsSettings;
  readonly root: RootSettings;
  readonly hooks: HookSettings;
  readonly privileges: Privileges;
  readonly profile?: ProfileName;
  /** For people: why it is this one. */
  readonly profileReason?: string;
  /** The only files that it may use; empty: all. */
  readonly landlock?: readonly Located<LandlockRule>[] | undefined;
  /** Which system calls it may make; undefined: all. */
  readonly filter?: Located<Profile> | undefined;
  readonly cgroup: CgroupSettings;
  readonly attributes: Attributes;
  /** What was said that counts, in the order of the options' table. */
  readonly given?: readonly GivenOption[];

  readonly restart: RestartPolicy;
  readonly restartDelayMs: number;
  readonly maxRestartDelayMs: number;
  /** Uptime after which a vassal counts as stable; 0 = always. */
  readonly stableAfterMs: number;
  /** Starts without becoming stable before the vassal is `failed`; 0 = never give up. */
  readonly startLimit: number;
  readonly startTimeoutMs: number;
  readonly stopSignal: number;
  readonly stopTimeoutMs: number;
  readonly reload: ReloadWay;

  /** Vassals that its start waits for. */
  readonly after: readonly Located<string>[];
  /** So many vassals are made of its file; undefined: one, without a number. */
  readonly instances: number | undefined;
  /** It is started at these times only. */
  readonly cron: Cron | undefined;
  readonly sockets: readonly Located<SocketSpec>[];
  /** It is started when somebody connects to one of its sockets. */
  readonly onDemand: boolean;
  /** On demand: without anybody to serve for so long it goes back to sleep; 0: never. */
  readonly idleTimeoutMs: number;
  readonly ready: ReadyWay;
  /** A vassal that has given a sign of life must give another one within this; 0: it need not. */
  readonly heartbeatMs: number;
  /** It gets a stream to the Emperor, as uWSGI has it (UWSGI_EMPEROR_FD). */
  readonly emperorPipe: boolean;
  readonly uwsgi: DropIn | undefined;
}
