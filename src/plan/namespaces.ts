// Steps about namespaces: which are new from the clone on, and what makes them fit to live in.
import { NAMESPACES, type NamespaceName } from '../config/namespaces.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { type Step, step } from './step.ts';

export const NEWUSER = flagOf('user');
/** Always unshared by the jailer: who shall enter it is born after its offsets are written (time_namespaces(7)). */
export const NEWTIME = flagOf('time');

function flagOf(name: NamespaceName): number {
  return NAMESPACES.find((ns) => ns.name === name)?.flag ?? 0;
}

export function flagsOf(names: ReadonlySet<NamespaceName>): number {
  return NAMESPACES.filter((ns) => names.has(ns.name)).reduce((all, ns) => all | ns.flag, 0);
}

/** What the jail's first process is cloned with. */
export function cloneFlagsOf({ namespaces }: VassalConfig): number {
  return flagsOf(namespaces.value) & ~NEWTIME;
}

/** Before anything is mounted: nothing of it may reach the host (mount_namespaces(7)). */
export function mountsOfOurOwn({ namespaces: { value, at } }: VassalConfig): Step[] {
  return value.has('fs') ? [step('private-mounts', [], at)] : [];
}

export function unshareSteps(_config: VassalConfig, _which: 'unshare' | 'unshare2'): Step[] {
  return [];
}

export function newNamespaces({ namespaces: { value, at }, hostname }: VassalConfig): Step[] {
  const steps: Step[] = [];
  if (value.has('net')) steps.push(step('loopback-up', [], at));
  if (hostname) steps.push(step('hostname', [hostname.value], hostname.at));
  return steps;
}
