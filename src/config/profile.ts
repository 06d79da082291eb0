// The option `profile`: what a jail keeps from its command unless the config says otherwise, in one word; and which one it is
// where nobody has said it.
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

export interface ChosenProfile {
  /** Undefined: `open`, which keeps nothing. */
  readonly kept: Located<Exclude<ProfileName, 'open'>> | undefined;
  /** For people: why it is this one. */
  readonly reason: string;
}

/** `setsItselfUp`: a key by which uWSGI makes its jail by itself, which takes rights that a profile leaves nobody. */
export function profileOf(
  values: Values,
  jail: JailSettings,
  { own }: Pick<RootSettings, 'own'>,
  setsItselfUp: string | undefined,
  problems: Problems,
): ChosenProfile {
  const given = values.last('profile');
  if (given === undefined) return byDefault(jail, own, setsItselfUp);
  const reason = 'the config says so';
  if (given.value === 'open') return { kept: undefined, reason };
  if (!values.isBad('clone', 'unshare')) needNamespace(jail, given, 'fs', given.item.entry.written, problems);
  return { kept: isNew(jail, 'fs') ? { value: given.value, at: given.at } : undefined, reason };
}

/** Who asks for a view of the files and of the processes of its own, or for a root of its own, asks for a jail. */
function byDefault(
  jail: JailSettings,
  own: RootSettings['own'],
  setsItselfUp: string | undefined,
): ChosenProfile {
  const [hasFs, hasPid] = [isNew(jail, 'fs'), isNew(jail, 'pid')];
  if (!hasFs || (!hasPid && own === undefined))
    return {
      kept: undefined,
      reason: `by default, without ${hasFs ? 'pid' : 'fs'} among its new namespaces`,
    };
  if (setsItselfUp !== undefined)
    return { kept: undefined, reason: `by default, since uWSGI is to carry out \`${setsItselfUp}\` itself` };
  const { at } =
    own ??
    (jail.namespaces.value.has('fs') ? jail.namespaces : (jail.unshare ?? jail.unshare2)) ??
    jail.namespaces;
  const asks = hasPid ? 'new namespaces fs and pid' : 'a root of its own';
  return { kept: { value: 'container', at }, reason: `by default, with ${asks}` };
}

/** What the config says of capabilities itself wins. */
export function privilegesWithin(
  profile: ChosenProfile['kept'],
  privileges: Privileges,
  { own }: Pick<RootSettings, 'own'>,
): Privileges {
  if (profile === undefined) return privileges;
  const { at } = profile;
  // Who may make another root gets out of one that chroot(2) made.
  const isKept = (name: string) =>
    CONTAINER_CAPABILITIES.includes(name) && !(own?.kind === 'chroot' && name === 'sys_chroot');
  const kept = CAPABILITIES.filter(({ name }) => isKept(name));
  return {
    ...privileges,
    bounding: boundingWithin(privileges, { value: profile.value === 'strict' ? [] : kept, at }),
    noNewPrivs: privileges.noNewPrivs ?? { value: true, at },
  };
}

/** `emperor-cap` says what vassals can have at most, not that this one shall have all of it. */
function boundingWithin(
  { bounding, exactly, ambient, isLimit }: Privileges,
  kept: NonNullable<Privileges['bounding']>,
): Privileges['bounding'] {
  if (exactly !== undefined) return bounding;
  if (bounding !== undefined && !isLimit) return bounding;
  const asked = ambient === undefined || ambient.value === 'all' ? [] : ambient.value;
  const wanted = [...kept.value, ...asked.filter((each) => !kept.value.includes(each))];
  if (bounding === undefined) return { ...kept, value: wanted };
  return { ...kept, value: wanted.filter((each) => bounding.value.includes(each)) };
}
