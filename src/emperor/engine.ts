// Opens what every jail needs: the addon, the sealed jailer, /dev/null, the cgroup tree. Shared by the daemon and `run`.
import { closeSync, openSync } from 'node:fs';
import type { JailParts, MountBook } from '../jail/jail.ts';
import { loadNative, type Native } from '../jail/native.ts';
import { RootUses, type TargetBook } from '../jail/root-uses.ts';
import { NamedGroups } from '../system/cgroup-named.ts';
import { CgroupTree } from '../system/cgroup-tree.ts';
import { VassalGroups } from '../system/cgroup-vassal.ts';
import { sweepOrphans } from '../system/orphans.ts';
import { ADDON_PATH, JAILER_PATH } from '../system/paths.ts';
import { AddressBook, type SocketBook } from './address-book.ts';

export interface Engine extends JailParts {
  readonly cgroups: CgroupTree | undefined;
  /** Which vassal has which address. */
  readonly addresses: AddressBook;
  /** Why there is no cgroup tree. */
  readonly noCgroups: string | undefined;
  /** Of the vassal `name`. */
  groupsOf(name: string): VassalGroups;
  /** To be called when every jail is over. */
  close(): Promise<void>;
}

/** Of what has to go when the daemon is killed; `remember` is told of the directories of control groups, see NamedGroups. */
export interface Book extends MountBook, TargetBook, SocketBook {
  remember(made: readonly string[]): Promise<void>;
}

export function openEngine(native: Native = loadNative(ADDON_PATH), book?: Book): Engine {
  native.becomeSubreaper();
  const orphans = sweepOrphans(native);
  const tree = CgroupTree.create(native);
  const cgroups = typeof tree === 'string' ? undefined : tree;
  const noCgroups = typeof tree === 'string' ? tree : undefined;
  const named = new NamedGroups(native, book && ((made) => book.remember(made)));
  const jailerFd = native.openJailer(JAILER_PATH);
  const nullFd = openSync('/dev/null', 'r+');
  const parts = { native, jailerFd, nullFd, endOrphans: () => orphans.end() };
  const roots = new RootUses(parts, book);
  const addresses = new AddressBook(book);
  return {
    ...parts,
    roots,
    ...(book && { hostMounts: book }),
    cgroups,
    noCgroups,
    addresses,
    groupsOf: (name) => new VassalGroups(name, { watch: native, tree: cgroups, noTree: noCgroups, named }),
    close: async () => {
      await addresses.settled();
      await roots.close();
      orphans.close();
      closeSync(nullFd);
      native.close(jailerFd);
      await cgroups?.remove();
    },
  };
}
