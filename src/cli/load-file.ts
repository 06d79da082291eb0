// A vassal's file, loaded as the daemon with that config would load it.
import { stat } from 'node:fs/promises';
import type { HostFacts, VassalDefaults } from '../config/vassal.ts';
import { type Loaded, loadVassal } from '../emperor/load.ts';
import { readWithoutPrograms } from '../emperor/on-demand-exec.ts';
import { loadTenant } from '../emperor/tenant-load.ts';
import { tenantReader } from '../emperor/tenant-reader.ts';
import type { PlanContext } from '../plan/build.ts';
import type { VassalFile } from './vassal-file.ts';

export async function loadFile(
  file: VassalFile,
  defaults: VassalDefaults,
  host: HostFacts,
  context: PlanContext,
): Promise<Loaded> {
  const { tyrant: rules } = defaults;
  if (rules === undefined) return loadVassal(file, defaults, host, context);
  const { uid, gid, dev, ino } = await stat(file.path);
  const read = { path: file.path, uid, gid, target: `${dev}:${ino}` };
  return loadTenant(file, read, {
    defaults,
    rules,
    host,
    context,
    read: readWithoutPrograms,
    readAs: tenantReader(host.uid),
  });
}
