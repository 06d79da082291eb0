// Steps about namespaces: which are new from the clone on, and what makes them fit to live in.
import { NAMESPACES, type NamespaceName } from '../config/namespaces.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { type Step, step } from './step.ts';

export const NEWUSER = flagOf('user');
export const NEWNET = flagOf('net');
/** Always unshared by the jailer: who shall enter it is born after its offsets are written (time_namespaces(7)). */
export const NEWTIME = flagOf('time');
export const NEWCGROUP = flagOf('cgroup');

function flagOf(name: NamespaceName): number {
  return NAMESPACES.find((ns) => ns.name === name)?.flag ?? 0;
}

export function flagsOf(names: ReadonlySet<NamespaceName>): number {
  return NAMESPACES.filter((ns) => names.has(ns.name)).reduce((all, ns) => all | ns.flag, 0);
}

/** What the jail's first process is cloned with. */
export function cloneFlagsOf({ namespaces, cgroup }: VassalConfig): number {
  const later = cgroup.directories.length > 0 ? NEWTIME | NEWCGROUP : NEWTIME;
  return flagsOf(namespaces.value) & ~later;
}

/** Before anything is mounted: nothing of it may reach the host (mount_namespaces(7)). */
export function mountsOfOurOwn({ namespaces: { value, at } }: VassalConfig): Step[] {
  return value.has('fs') ? [step('private-mounts', [], at)] : [];
}

/** `unshare` comes before the root file system, `unshare2` after it. */
export function unshareSteps(config: VassalConfig, which: 'unshare' | 'unshare2'): Step[] {
  const set = config[which];
  if (set === undefined || set.value.size === 0) return [];
  const { value, at } = set;
  const steps = [step('unshare', [flagsOf(value)], at)];
  if (value.has('user')) steps.push(step('await-maps', [], at), step('own-user', [], at));
  if (value.has('fs')) steps.push(step('private-mounts', [], at));
  if (value.has('net')) steps.push(step('loopback-up', [], at));
  if (value.has('uts')) steps.push(...names(config));
  return steps;
}

/** What the clone made and no unshare makes anew. */
export function newNamespaces(config: VassalConfig): Step[] {
  const { namespaces, unshare, unshare2 } = config;
  const { value, at } = namespaces;
  const again = (name: NamespaceName) => unshare?.value.has(name) || unshare2?.value.has(name);
  return [
    ...(value.has('net') && !unshare?.value.has('net') ? [step('loopback-up', [], at)] : []),
    ...(value.has('uts') && !again('uts') ? names(config) : []),
  ];
}

function names({ hostname, domainname }: VassalConfig): Step[] {
  const steps: Step[] = [];
  if (hostname) steps.push(step('hostname', [hostname.value], hostname.at));
  if (domainname) steps.push(step('domainname', [domainname.value], domainname.at));
  return steps;
}
