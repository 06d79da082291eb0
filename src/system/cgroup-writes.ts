// What a config wants written to files of control groups.
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CgroupFile } from '../config/cgroup/values.ts';
import type { Located } from '../config/origin.ts';
import { CgroupError, doing } from './cgroup-error.ts';

const HINTS: Readonly<Record<string, string>> = {
  EINVAL: 'not a value for this file',
  ERANGE: 'not a value for this file',
  ENODEV: 'not a whole disk, or no such device',
  ENOSPC: 'too many entries',
};

/** To the file of each directory that has it: there may be several hierarchies, each with files of its own. */
export async function writeToAll(directories: readonly string[], wanted: Located<CgroupFile>): Promise<void> {
  const { file } = wanted.value;
  const written = await Promise.all(directories.map((directory) => writeTo(directory, wanted)));
  if (written.includes(true)) return;
  const controller = controllerOf(file);
  const hint = controller && `is the controller ${controller} on that hierarchy?`;
  const why = `there is no such file in ${directories.join(', ')}`;
  throw new CgroupError(`cgroup-opt ${file}`, wanted.at, why, hint);
}

/** Files are named after the controller that they are of. */
export function controllerOf(file: string): string | undefined {
  const [controller, rest] = file.split('.');
  return rest === undefined || controller === 'cgroup' ? undefined : controller;
}

/** False: there is no such file. */
export async function writeTo(directory: string, { value, at }: Located<CgroupFile>): Promise<boolean> {
  const path = join(directory, value.file);
  return doing(`${value.value} to ${path}`, at, HINTS, async () => {
    const file = await open(path, constants.O_WRONLY).catch(unlessMissing);
    if (file === undefined) return false;
    try {
      await file.write(value.value);
      return true;
    } finally {
      await file.close();
    }
  });
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** io.max knows a device by its numbers. */
export async function withDeviceNumber(limit: Located<CgroupFile>): Promise<Located<CgroupFile>> {
  const { value, at } = limit;
  const [device = ''] = value.value.split(' ');
  if (!device.startsWith('/')) return limit;
  const found = await doing(`io-max ${device}`, at, {}, () => stat(device));
  if (!found.isBlockDevice()) throw new CgroupError(`io-max ${device}`, at, 'that is not a block device');
  return { value: { ...value, value: `${numbersOf(found.rdev)}${value.value.slice(device.length)}` }, at };
}

/** As makedev(3) has them. */
function numbersOf(rdev: number): string {
  const device = BigInt(rdev);
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}
