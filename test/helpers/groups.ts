// Directories for control groups of a test's own, on every kind of hierarchy that this machine has.
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { v1Controllers } from '../../src/system/cgroup-hierarchy.ts';
import { CgroupTree } from '../../src/system/cgroup-tree.ts';

export interface TestHierarchy {
  readonly kind: 'v1' | 'v2';
  /** A group whose processes none of us are. */
  readonly above: string;
  /** A file that every group there has, and another value than its first. */
  readonly file: string;
  readonly value: string;
}

/** At least one: a machine without any is none to test on. */
export function hierarchies(): TestHierarchy[] {
  const v1 = v1Controllers().get('pids');
  const v2 = CgroupTree.place();
  const found: TestHierarchy[] = [];
  if (v1 !== undefined) found.push({ kind: 'v1', above: v1, file: 'notify_on_release', value: '1' });
  if (v2 !== null) found.push({ kind: 'v2', above: join(v2, '..'), file: 'cgroup.max.depth', value: '5' });
  expect(found).not.toEqual([]);
  return found;
}

let count = 0;

/** It is not there yet; it is gone after the test. */
export function groupPath(above: string): string {
  const path = join(above, `tsjail-test-${process.pid}.${count++}`);
  onTestFinished(() => {
    if (existsSync(path)) removeGroup(path);
  });
  return path;
}

export function textIn(group: string, file: string): string {
  return readFileSync(join(group, file), 'utf8').trim();
}

function removeGroup(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroup(join(path, entry.name));
  for (const pid of textIn(path, 'cgroup.procs').split('\n').filter(Boolean))
    process.kill(Number(pid), 'SIGKILL');
  for (const end = Date.now() + 2000; existsSync(path); ) {
    try {
      rmdirSync(path);
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
