// Where net namespaces can be made ahead, and which ones a process has.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { descriptorsIn } from './descriptors.ts';

/** `/proc/sys` shows it to the host’s own network alone; elsewhere it cannot be told what a new one would be like, and there are no
 *  spare ones. */
export const IS_HOSTS_OWN_NETWORK = existsSync('/proc/sys/net/core/devconf_inherit_init_net');

export const OUR_NETWORK = readlinkSync('/proc/self/ns/net');

/** Those that its launchers hold, in a table of descriptors of their own; `net:[…]` of each. */
export function spareNetworks(pid: number): string[] {
  return [...pathsOfSpares(pid).keys()];
}

/** Where each of them can be entered by. */
export function pathsOfSpares(pid: number): ReadonlyMap<string, string> {
  const tasks = join('/proc', String(pid), 'task');
  const all = new Map(readdirSync(tasks).flatMap((task) => descriptorsOf(join(tasks, task))));
  return new Map([...all].filter(([link]) => link.startsWith('net:') && link !== OUR_NETWORK));
}

/** Until the test is over they are there, and no other has the number of one of them: the kernel gives it to the next one made, once
 *  a network is gone. */
export function holdSpares(pid: number): void {
  for (const path of pathsOfSpares(pid).values()) {
    const fd = openSync(path, 'r');
    const child = spawn('sleep', ['1000'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
    closeSync(fd);
    onTestFinished(() => void child.kill());
  }
}

function descriptorsOf(task: string): [link: string, path: string][] {
  try {
    return descriptorsIn(join(task, 'fd'));
  } catch {
    // A thread that has ended.
    return [];
  }
}
