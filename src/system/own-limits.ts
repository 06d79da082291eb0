// The hard limits of this very process, for `check`: above them it cannot go on behalf of a vassal, unless it may raise them.
import { readFileSync } from 'node:fs';

/** capability.h: CAP_SYS_RESOURCE. */
const SYS_RESOURCE = 24n;
/** user_namespaces(7): the map of the first one. The kernel asks for the capability there, not in a namespace below. */
const FIRST_MAP = /^\s*0\s+0\s+4294967295\s*$/;
/** "%-25s" and a blank, as fs/proc/base.c prints them. */
const NAME_WIDTH = 26;

/** By number of the resource; undefined: this process may raise them. */
export function ownHardLimits(): readonly number[] | undefined {
  if (mayRaise(read('status'), read('uid_map'))) return undefined;
  return hardLimits(read('limits'));
}

export function presentHardLimits(): readonly number[] {
  return hardLimits(read('limits'));
}

/** `status` and `uidMap` are the texts of /proc/PID/status and /proc/PID/uid_map (prlimit(2)). */
export function mayRaise(status: string, uidMap: string): boolean {
  const effective = /^CapEff:\s*([\da-f]+)$/m.exec(status)?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> SYS_RESOURCE) & 1n) === 1n && FIRST_MAP.test(uidMap);
}

/** `text` is that of /proc/PID/limits: below a header, a line for each resource in the order of their numbers. */
export function hardLimits(text: string): number[] {
  const lines = text.split('\n').slice(1).filter(Boolean);
  return lines.map((line) => {
    const hard = line.slice(NAME_WIDTH).trim().split(/\s+/)[1];
    return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
  });
}

function read(file: string): string {
  return readFileSync(`/proc/self/${file}`, 'utf8');
}
