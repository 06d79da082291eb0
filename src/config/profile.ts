// The option `profile`: what a jail keeps from its command unless the config says otherwise, in one word.
import { CAPABILITIES } from './identity/capabilities.ts';
import type { Privileges } from './identity/privileges.ts';
import type { JailSettings } from './jail-settings.ts';
import { isNew } from './namespaces.ts';
import { needNamespace } from './needs.ts';
import type { Values } from './options/read.ts';
import type { Located } from './origin.ts';
import type { Problems } from './problems/problems.ts';
import type { RootSettings } from './root/settings.ts';

export const PROFILES = ['open', 'container', 'strict'] as const;
export type ProfileName = (typeof PROFILES)[number];

/** What programs in containers are used to, but for mknod: a jail has the devices that it needs. */
const CONTAINER_CAPABILITIES = [
  'chown',
  'dac_override',
  'fowner',
  'fsetid',
  'kill',
  'setgid',
  'setuid',
  'setpcap',
  'net_bind_service',
  'net_raw',
  'sys_chroot',
  'audit_write',
  'setfcap',
];

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

/** Undefined: `open`, which keeps nothing. */
export function profileOf(
  values: Values,
  jail: JailSettings,
  problems: Problems,
): Located<Exclude<ProfileName, 'open'>> | undefined {
  const given = values.last('profile');
  if (given === undefined || given.value === 'open') return undefined;
  if (!values.isBad('clone', 'unshare')) needNamespace(jail, given, 'fs', given.item.entry.written, problems);
  return isNew(jail, 'fs') ? { value: given.value, at: given.at } : undefined;
}

/** What the config says of capabilities itself wins. */
export function privilegesWithin(
  profile: Located<ProfileName> | undefined,
  privileges: Privileges,
): Privileges {
  if (profile === undefined) return privileges;
  const { at } = profile;
  const kept = CAPABILITIES.filter(({ name }) => CONTAINER_CAPABILITIES.includes(name));
  const isSaid = privileges.bounding !== undefined || privileges.exactly !== undefined;
  const bounding = isSaid ? privileges.bounding : { value: profile.value === 'strict' ? [] : kept, at };
  return { ...privileges, bounding, noNewPrivs: privileges.noNewPrivs ?? { value: true, at } };
}

export function rootWithin(
  profile: Located<ProfileName> | undefined,
  root: RootSettings,
  values: Values,
): RootSettings {
  if (profile === undefined) return root;
  const { at } = profile;
  const hidden = root.own === undefined ? HIDDEN_ON_HOST : [];
  const located = (paths: readonly string[]) => paths.map((value) => ({ value, at }));
  return {
    ...root,
    minimalDev: root.minimalDev ?? (values.last('dev') ? undefined : at),
    readOnly: root.readOnly ?? (root.own || values.last('read-only') ? undefined : at),
    masks: [...root.masks, ...located([...MASKED, ...hidden])],
    sealed: located(SEALED),
  };
}
