// Can a vassal's command be, or become, root of the host: the owner of its files, whom its services obey?
import type { HostFacts } from './host.ts';
import type { Privileges } from './identity/privileges.ts';
import type { JailSettings } from './jail-settings.ts';
import { isNew } from './namespaces.ts';
import type { VassalConfig } from './vassal-config.ts';

export interface Standing {
  readonly user: VassalConfig['user'];
  readonly privileges: Privileges;
  readonly jail: JailSettings;
  readonly host: HostFacts;
  /** A uWSGI of its own file takes another id before it loads anybody's code. */
  readonly dropsItself: boolean;
}

/** With these alone nobody becomes another user, nor opens what is another's. */
const HARMLESS: readonly string[] = [
  'net_bind_service',
  'net_raw',
  'net_broadcast',
  'net_admin',
  'ipc_lock',
  'ipc_owner',
  'sys_nice',
  'sys_resource',
  'sys_tty_config',
  'audit_write',
  'audit_control',
  'lease',
  'wake_alarm',
  'block_suspend',
  'kill',
];

export function mayBeHostRoot({ user, privileges, jail, host, dropsItself }: Standing): boolean {
  if (host.tenant || host.uid !== 0) return false;
  if (isNew(jail, 'user') && !jail.uidMap.some(({ value }) => value.outside === 0)) return false;
  if (user === undefined) return !dropsItself;
  return isRootOrUnknown(user.value) || hasHarmful(privileges);
}

/** What a name stands for, the files of the jail say. */
function isRootOrUnknown(user: NonNullable<VassalConfig['user']>['value']): boolean {
  if ('uid' in user) return user.uid === 0;
  return !/^[0-9]+$/.test(user.inJail) || Number(user.inJail) === 0;
}

function hasHarmful({ exactly, ambient }: Privileges): boolean {
  return [exactly, ambient].some(
    (list) =>
      list !== undefined && (list.value === 'all' || list.value.some(({ name }) => !HARMLESS.includes(name))),
  );
}
