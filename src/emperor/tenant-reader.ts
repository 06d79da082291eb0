// Reads files as tenants would for a command that is no daemon: root becomes them, everybody else reads with his own rights.
import { openSync } from 'node:fs';
import type { ProgramParts } from '../jail/host-program.ts';
import { loadNative } from '../jail/native.ts';
import { readAs } from '../jail/tenant-helper.ts';
import { readConfigFile } from '../system/config-files.ts';
import { ADDON_PATH, JAILER_PATH } from '../system/paths.ts';
import type { ReadAs } from './tenant-load.ts';

export function tenantReader(uid: number): ReadAs {
  if (uid !== 0) return (_tenant, path) => readConfigFile(path);
  let parts: ProgramParts | undefined;
  return (tenant, path) => {
    parts ??= openParts();
    return readAs(parts, tenant, path);
  };
}

/** For as long as the process lives. */
function openParts(): ProgramParts {
  const native = loadNative(ADDON_PATH);
  return { native, jailerFd: native.openJailer(JAILER_PATH), nullFd: openSync('/dev/null', 'r+') };
}
