// `USER`, `USER:GROUP` or `:GROUP`, as chown(1) has it: ids of the host, where the socket is.
import type { HostFacts } from '../host.ts';
import { readGroup, readUser } from '../identity/id-values.ts';
import { Bad } from '../problems/bad.ts';
import { nearest } from '../problems/nearest.ts';

export interface SocketOwner {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

export function readOwner(text: string, { host }: { readonly host: HostFacts }): SocketOwner | Bad {
  const [, user = '', group] = /^([^:]*)(?::([^:]+))?$/.exec(text) ?? [];
  if (user === '' && group === undefined) return new Bad(`\`${text}\` is not USER, USER:GROUP or :GROUP`);
  const uid = user === '' ? undefined : uidOf(user, host);
  if (uid instanceof Bad) return instead(uid, (like) => (group === undefined ? like : `${like}:${group}`));
  const gid = group === undefined ? undefined : gidOf(group, host);
  return gid instanceof Bad ? instead(gid, (like) => `${user}:${like}`) : { uid, gid };
}

function uidOf(text: string, host: HostFacts): number | Bad {
  const user = readUser(text, { host });
  if (user instanceof Bad) return user;
  const guess = () => nearest(text, host.users.userNames());
  return user.known?.uid ?? new Bad(`unknown user \`${text}\``, { code: 'unknown-user', guess });
}

function gidOf(text: string, host: HostFacts): number | Bad {
  const group = readGroup(text, { host });
  if (group instanceof Bad) return group;
  const guess = () => nearest(text, host.users.groupNames());
  return group.known ?? new Bad(`unknown group \`${text}\``, { code: 'unknown-group', guess });
}

function instead({ message, options }: Bad, whole: (like: string) => string): Bad {
  const { guess, ...rest } = options;
  return new Bad(message, {
    ...rest,
    guess: () => {
      const like = guess?.();
      return like && whole(like);
    },
  });
}
