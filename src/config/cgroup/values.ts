// Readers for what is written to files of control groups, in the words that the kernel wants (kernel:
// admin-guide/cgroup-v2).

import type { HostFacts } from '../host.ts';
import { Bad } from '../problems/bad.ts';

/** A file of a control group and what is to be written to it. */
export interface CgroupFile {
  readonly file: string;
  readonly value: string;
}

const MAX = 'max';
const SUFFIX: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };
/** Microseconds; the kernel's own default. */
const PERIOD = 100_000;
const LEAST_QUOTA = 1000;
const LONGEST_PERIOD = 1_000_000;
const IO_KEYS = ['rbps', 'wbps', 'riops', 'wiops'];
/** Names that mean `max` elsewhere. */
const UNLIMITED = new Set(['unlimited', 'infinity', 'none', '-1']);

/** uWSGI's way: `FILE=VALUE` or `FILE:VALUE`, whichever sign comes first. */
export function readCgroupFile(text: string): CgroupFile | Bad {
  const [, file, value] = /^([^=:]+)[=:](.+)$/s.exec(text) ?? [];
  if (file === undefined || value === undefined) return new Bad(`\`${text}\` is not FILE=VALUE`);
  const name = file.trim();
  if (!/^[\w.-]+$/.test(name) || name.startsWith('.'))
    return new Bad(`\`${name}\` is not the name of a file of a control group`, { from: 0, to: file.length });
  return { file: name, value: value.trim() };
}

/** Bytes, a share of the machine's memory, or `max`. */
export function readMemory(text: string, { host }: { readonly host: HostFacts }): string | Bad {
  if (text === MAX) return MAX;
  const share = percentOf(text);
  if (share !== undefined && share > 0 && share <= 100)
    return String(Math.floor((host.memoryBytes * share) / 100));
  const bytes = share === undefined ? bytesOf(text) : undefined;
  const bare = text.replace(/\s+/g, '');
  const what = 'an amount of memory: bytes, also with K, M, G, T, a percentage, or max';
  return bytes ?? not(text, what, bytesOf(bare) === undefined ? undefined : bare);
}

/** `cpu.max` has a quota and a period in microseconds: 100% is one processor. */
export function readCpuMax(text: string): string | Bad {
  if (text === MAX) return `${MAX} ${PERIOD}`;
  const share = percentOf(text);
  if (share !== undefined) {
    return share >= 1 ? `${Math.round((share * PERIOD) / 100)} ${PERIOD}` : new Bad('at least 1%');
  }
  const [, quota = '', period = ''] = /^(max|\d{1,9})\s+(\d{1,9})$/.exec(text) ?? [];
  if (period === '')
    return not(
      text,
      'a share of processors: 50%, 200% for two, QUOTA PERIOD in microseconds, or max',
      /^\d{1,4}(\.\d{1,3})?$/.test(text) ? `${Math.round(Number(text) * 100)}%` : undefined,
    );
  if (quota !== MAX && Number(quota) < LEAST_QUOTA)
    return new Bad(`the quota is too small: at least ${LEAST_QUOTA} microseconds`);
  if (Number(period) < LEAST_QUOTA || Number(period) > LONGEST_PERIOD)
    return new Bad(`the period is not between ${LEAST_QUOTA} and ${LONGEST_PERIOD} microseconds`);
  return `${quota} ${Number(period)}`;
}

export function readPidsMax(text: string): string | Bad {
  if (text === MAX) return MAX;
  return /^[1-9]\d{0,6}$/.test(text) ? text : not(text, 'a number of processes, or max');
}

/** `8:0 rbps=1M wiops=100` or `/dev/NAME …`: a device is looked up when the vassal starts. */
export function readIoMax(text: string): string | Bad {
  const [device, ...limits] = [...text.matchAll(/\S+/g)];
  const what = device?.[0] ?? '';
  if (!/^(\d{1,4}:\d{1,7}|\/.+)$/.test(what))
    return new Bad(`\`${what}\` is no block device: MAJOR:MINOR or /dev/NAME`, { from: 0, to: what.length });
  if (limits.length === 0)
    return new Bad(`which limit? ${what} ${IO_KEYS.map((key) => `${key}=N`).join(' ')}`);
  const read = limits.map(({ 0: word, index }) => readIoLimit(word, index));
  return read.find((each) => each instanceof Bad) ?? [what, ...read].join(' ');
}

function readIoLimit(word: string, from: number): string | Bad {
  const [key = '', value = ''] = word.split(/=(.*)/s);
  const span = { from, to: from + word.length };
  if (!IO_KEYS.includes(key)) return new Bad(`\`${word}\` is none of ${IO_KEYS.join('=N, ')}=N`, span);
  const number = value === MAX ? MAX : bytesOf(value);
  return number === undefined
    ? new Bad(`\`${value}\` is not a rate per second: a number, also with K, M, G, or max`, span)
    : `${key}=${number}`;
}

function not(text: string, what: string, meant?: string): Bad {
  return new Bad(`\`${text}\` is not ${what}`, { suggestion: UNLIMITED.has(text) ? MAX : meant });
}

function percentOf(text: string): number | undefined {
  const digits = /^(\d{1,6}(?:\.\d{1,3})?)\s?%$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Zero would be the end of whoever is in the group. */
function bytesOf(text: string): string | undefined {
  const [, digits, suffix = ''] = /^(\d{1,15})([KMGT]?)(?:i?B)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * (SUFFIX[suffix.toUpperCase()] ?? 1);
  return digits !== undefined && bytes > 0 && Number.isSafeInteger(bytes) ? String(bytes) : undefined;
}
