// Opens what every jail needs: the addon, the sealed jailer, /dev/null, the cgroup tree. Shared by the daemon and `run`.
import { closeSync, openSync } from 'node:fs';
import type { JailParts, MountBook } from '../jail/jail.ts';
import { loadNative, type Native } from '../jail/native.ts';
import { type RootRecord, RootUses, type TargetBook } from '../jail/root-uses.ts';
import { NamedGroups, type NamedRecord } from '../system/cgroup-named.ts';
import { CgroupTree, type TreeRecord } from '../system/cgroup-tree.ts';
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
  readonly record: EngineRecord;
  /** To be called when every jail is over. */
  close(): Promise<void>;
}

/** For a daemon that takes the place of this one. */
export interface EngineRecord {
  /** Children that came with the process. */
  readonly inherited: readonly number[];
  /** Why there is none, or the control groups. */
  readonly tree: TreeRecord | string;
  readonly named: readonly NamedRecord[];
  readonly roots: readonly RootRecord[];
}

/** Of what has to go when the daemon is killed; `remember` is told of the directories of control groups, see NamedGroups. */
export interface Book extends MountBook, TargetBook, SocketBook {
  remember(made: readonly string[]): Promise<void>;
}

/** `before`: of the daemon whose place is taken. */
export function openEngine(
  native: Native = loadNative(ADDON_PATH),
  book?: Book,
  before?: EngineRecord,
): Engine {
  native.becomeSubreaper();
  const orphans = sweepOrphans(native, before?.inherited);
  const tree = treeAfter(before?.tree, native);
  const cgroups = typeof tree === 'string' ? undefined : tree;
  const noCgroups = typeof tree === 'string' ? tree : undefined;
  const named = new NamedGroups(native, book && ((made) => book.remember(made)));
  const jailerFd = native.openJailer(JAILER_PATH);
  const nullFd = openSync('/dev/null', 'r+');
  const parts = { native, jailerFd, nullFd, endOrphans: () => orphans.end() };
  const roots = new RootUses(parts, book);
  if (before) {
    named.resume(before.named);
    roots.resume(before.roots);
  }
  const addresses = new AddressBook(book);
  const groupParts = { watch: native, tree: cgroups, noTree: noCgroups, named };
  return {
    ...parts,
    roots,
    ...(book && { hostMounts: book }),
    cgroups,
    noCgroups,
    addresses,
    groupsOf: (name) => new VassalGroups(name, groupParts),
    get record() {
      return {
        inherited: orphans.inherited,
        tree: cgroups?.record ?? noCgroups ?? '',
        named: named.record,
        roots: roots.record,
      };
    },
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

function treeAfter(before: TreeRecord | string | undefined, native: Native): CgroupTree | string {
  if (before === undefined) return CgroupTree.create(native);
  return typeof before === 'string' ? before : CgroupTree.resume(before, native);
}
