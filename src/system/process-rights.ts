// Who a process is and what it may, as proc_pid_status(5) has it, and what its ids are in its own user namespace.
import { readFileSync, readlinkSync } from 'node:fs';
import { CAPABILITIES, type Capability } from '../config/identity/capabilities.ts';

export interface ProcessRights {
  /** Numbers of its user namespace. */
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly bounding: readonly Capability[];
  readonly ambient: readonly Capability[];
  readonly noNewPrivs: boolean;
  /** setgroups(2) is denied there (user_namespaces(7)). */
  readonly keepsGroups: boolean;
  /** Of its user namespace → as they are out here; undefined: not mapped. */
  outside(kind: 'uid' | 'gid', id: number): number | undefined;
}

interface Range {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

const EVERYBODY: Range = { inside: 0, outside: 0, count: 2 ** 32 };
/** What an id is shown as that is not mapped. */
const NOBODY = 65_534;

/** Throws what reading /proc throws; whoever has the number now may be somebody else. */
export function rightsOf(pid: number): ProcessRights {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const isOurs = readlinkSync(`/proc/${pid}/ns/user`) === readlinkSync('/proc/self/ns/user');
  const ranges = {
    uid: isOurs ? [EVERYBODY] : readMap(`/proc/${pid}/uid_map`),
    gid: isOurs ? [EVERYBODY] : readMap(`/proc/${pid}/gid_map`),
  };
  const inside = (kind: 'uid' | 'gid', id: number) => translate(ranges[kind], id, 'outside', 'inside');
  return {
    uid: inside('uid', Number(field(status, 'Uid').split(/\s+/)[1])) ?? NOBODY,
    gid: inside('gid', Number(field(status, 'Gid').split(/\s+/)[1])) ?? NOBODY,
    groups: field(status, 'Groups')
      .split(/\s+/)
      .filter(Boolean)
      .flatMap((id) => inside('gid', Number(id)) ?? []),
    bounding: capabilities(field(status, 'CapBnd')),
    ambient: capabilities(field(status, 'CapAmb')),
    noNewPrivs: field(status, 'NoNewPrivs') === '1',
    keepsGroups: !isOurs && isDenied(pid),
    outside: (kind, id) => translate(ranges[kind], id, 'inside', 'outside'),
  };
}

function field(status: string, name: string): string {
  return new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? '';
}

function capabilities(mask: string): Capability[] {
  const bits = BigInt(`0x${mask || '0'}`);
  return CAPABILITIES.filter(({ number }) => ((bits >> BigInt(number)) & 1n) === 1n);
}

function readMap(path: string): Range[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([inside = 0, outside = 0, count = 0]) => ({ inside, outside, count }));
}

function translate(
  ranges: readonly Range[],
  id: number,
  from: 'inside' | 'outside',
  to: 'inside' | 'outside',
): number | undefined {
  const range = ranges.find((each) => id >= each[from] && id < each[from] + each.count);
  return range && id - range[from] + range[to];
}

function isDenied(pid: number): boolean {
  return readFileSync(`/proc/${pid}/setgroups`, 'utf8').trim() === 'deny';
}
