// What a profile does to the files that the command sees: what is the machine's, the host's or the daemon's is hidden or
// read-only there.

import { MS } from './hooks/mount-flags.ts';
import type { HostFacts } from './host.ts';
import type { JailSettings } from './jail-settings.ts';
import { isNew, userAfter } from './namespaces.ts';
import type { Values } from './options/read.ts';
import type { Located, Origin } from './origin.ts';
import type { ChosenProfile } from './profile.ts';
import type { Put, RootSettings } from './root/settings.ts';

/** Of the kernel, or of all that runs on the machine. */
const MASKED = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
];
/** To be read, but not to be written: what they set is set for the whole machine. */
const SEALED = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger', '/sys'];
/** The daemon's. */
const HIDDEN_ON_HOST = ['/run/tsjail'];
/** By these a user's own service manager does for him, outside, what he asks for. */
const HIDDEN_OF_USER = ['bus', 'systemd', 'tsjail'];
/** Anybody may write there anyhow. */
const FOR_ALL = ['/tmp', '/var/tmp'];
/** Whom root asks there does for him what he wants, in the host: D-Bus, systemd, Docker. */
const SERVICES = '/run';
const SERVICES_DATA = 'mode=755,size=64m';
/** What /etc/resolv.conf leads to. */
const NAME_SERVERS = ['/run/systemd/resolve', '/run/resolvconf', '/run/NetworkManager/resolv.conf'];

export interface RootWithin {
  readonly profile: ChosenProfile['kept'];
  readonly root: RootSettings;
  readonly values: Values;
  readonly jail: JailSettings;
  readonly host: HostFacts;
  /** Of the host, or of what the jail's own files call so: see host-root.ts. */
  readonly mayBeRoot: boolean;
  /** Of a vassal; undefined: it has none. */
  readonly file: string | undefined;
}

export function rootWithin(parts: RootWithin): RootSettings {
  const { profile, root, jail, values, mayBeRoot } = parts;
  if (profile === undefined || !mayMount(parts)) return root;
  const { at } = profile;
  // Who is not root of the host finds nothing in a fresh /proc that it may use.
  if (root.own !== undefined && !mayBeRoot) return root;
  const closed = {
    ...root,
    minimalDev: root.minimalDev ?? (values.last('dev') ? undefined : at),
    devIfThere: root.minimalDev === undefined && root.own !== undefined,
    masks: [...root.masks, ...located(present(parts, MASKED), at)],
    sealed: located(present(parts, SEALED), at),
  };
  if (root.own !== undefined) return closed;
  // Who says `read-only` himself means all of it.
  const said = values.last('read-only')?.value;
  const isReadOnly = said ?? (mayBeRoot || profile.value === 'strict');
  return {
    ...closed,
    puts: mayBeRoot
      ? [...underRoot(root, isReadOnly && !said, isNew(jail, 'net'), at), ...root.puts]
      : root.puts,
    readOnly: root.readOnly ?? (isReadOnly ? at : undefined),
    hidden: located(hidden(parts), at),
    sealed: [...closed.sealed, ...located(daemons(parts), at)],
  };
}

/** Not in mounts that are somebody else's, and not where what is mounted is not what the command gets. */
function mayMount({ jail, values }: RootWithin): boolean {
  if (userAfter(jail, 'fs') || jail.unshare2?.value.has('fs')) return false;
  return values.last('setns') === undefined;
}

/** Root of the host keeps what every user has, and what the config opens. */
function underRoot({ puts }: RootSettings, isOpened: boolean, hasNet: boolean, at: Origin): Put[] {
  const isSaid = (path: string) => puts.some(({ target }) => target === path);
  const bind = (source: string, readOnly: boolean): Put => {
    return { kind: 'bind', source, target: source, readOnly, recursive: true, ifThere: true, at };
  };
  const open = isOpened ? FOR_ALL.filter((path) => !isSaid(path)).map((path) => bind(path, false)) : [];
  if (isSaid(SERVICES)) return open;
  const flags = MS.NOSUID | MS.NODEV;
  const services: Put = { kind: 'tmpfs', target: SERVICES, flags, data: SERVICES_DATA, ifThere: true, at };
  return [...open, services, ...(hasNet ? [] : NAME_SERVERS.map((path) => bind(path, true)))];
}

/** What the kernel of this machine lacks costs nothing. */
function present({ host }: RootWithin, paths: readonly string[]): readonly string[] {
  return host.present === undefined ? paths : paths.filter(host.present);
}

function hidden({ host, mayBeRoot }: RootWithin): readonly string[] {
  const { uid } = host.tenant ?? host;
  const ofUser = uid === 0 ? [] : HIDDEN_OF_USER.map((name) => `/run/user/${uid}/${name}`);
  const inServices = (path: string) => mayBeRoot && path.startsWith(`${SERVICES}/`);
  return [...HIDDEN_ON_HOST, ...ofUser, ...(host.daemon?.sockets ?? [])].filter((path) => !inServices(path));
}

/** Whoever could write there would say what runs, and how. */
function daemons({ host, file }: RootWithin): readonly string[] {
  const directories = host.daemon?.directories ?? [];
  const isBelow = file !== undefined && directories.some((each) => file.startsWith(`${each}/`));
  return [...directories, ...(file === undefined || isBelow ? [] : [file])];
}

function located(paths: readonly string[], at: Origin): Located<string>[] {
  return paths.map((value) => ({ value, at }));
}
