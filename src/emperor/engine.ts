// Opens what every jail needs: the addon, the sealed jailer, /dev/null, the cgroup tree. Shared by the daemon and `run`.
import { openSync } from 'node:fs';
import type { JailParts } from '../jail/jailed-process.ts';
import { loadNative, type Native } from '../jail/native.ts';
import { CgroupTree } from '../system/cgroups.ts';
import { orphanSweep } from '../system/orphans.ts';
import { ADDON_PATH, JAILER_PATH } from '../system/paths.ts';

export interface Engine extends JailParts {
  readonly cgroups: CgroupTree | undefined;
  /** Why there is no cgroup tree. */
  readonly noCgroups: string | undefined;
  readonly endOrphans: () => void;
}

export function openEngine(native: Native = loadNative(ADDON_PATH)): Engine {
  native.becomeSubreaper();
  const tree = CgroupTree.create(native);
  return {
    native,
    jailerFd: native.openJailer(JAILER_PATH),
    nullFd: openSync('/dev/null', 'r+'),
    cgroups: typeof tree === 'string' ? undefined : tree,
    noCgroups: typeof tree === 'string' ? tree : undefined,
    endOrphans: orphanSweep(native),
  };
}
