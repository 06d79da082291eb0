// The page of `status NAME`: one screen that answers is it up, since when, why not, and what did it say.
import { readlinkSync } from 'node:fs';
import { count } from '../config/problems/count.ts';
import { formatProblem } from '../config/problems/format.ts';
import type { VassalStatus } from '../control/protocol.ts';
import { UserFiles } from '../system/users.ts';
import { shown } from './cells.ts';
import type { Call } from './command.ts';
import { logText } from './log-text.ts';
import { size, span, timestamp, wait } from './units.ts';
import { markOf, sentenceOf } from './vassal-words.ts';

type Field = readonly [title: string, value: string | undefined];

const TITLE_WIDTH = 12;

export function vassalPage(vassal: VassalStatus, { io, out }: Pick<Call, 'io' | 'out'>): string {
  const now = io.now();
  const { mark, kind } = markOf(vassal);
  const name = out.paint('strong', shown(vassal.name));
  const head = `${out.paint(kind, mark)} ${name} ${out.paint(kind, vassal.state)}: ${shown(sentenceOf(vassal, now))}`;
  const fields = fieldsOf(vassal, now)
    .filter(([, value]) => value !== undefined)
    .map(([title, value]) => `${title.padStart(TITLE_WIDTH)}: ${shown(value ?? '')}`);
  const problems = vassal.problems.map((problem) => formatProblem(problem, { color: out.color }));
  const lines = vassal.lines.map((line) => `${out.paint('quiet', timestamp(line.at))} ${logText(line, out)}`);
  const parts = [[head, ...fields], problems, lines].filter((part) => part.length > 0);
  return `${parts.map((part) => part.join('\n')).join('\n\n')}\n`;
}

function fieldsOf(vassal: VassalStatus, now: number): Field[] {
  const { pid, jailerPid, startUsec, sockets } = vassal;
  return [
    ['source', vassal.source],
    ['since', `${timestamp(vassal.since)}, ${span(now / 1000 - vassal.since)} ago`],
    ['pid', pid === null ? undefined : `${pid}${jailerPid === null ? '' : `, of its init ${jailerPid}`}`],
    ['says', vassal.statusText ?? undefined],
    ['user', userOf(vassal)],
    ['starts', startsOf(vassal)],
    ['set-up', startUsec === null ? undefined : `${(startUsec / 1000).toFixed(1)} ms`],
    ['last exit', lastExitOf(vassal)],
    ['next start', nextStartOf(vassal, now)],
    ['namespaces', namespacesOf(vassal)],
    ['sockets', sockets.length === 0 ? undefined : sockets.join(', ')],
    ['cgroup', vassal.cgroup ?? undefined],
    ['uses', usageOf(vassal)],
    ['attributes', attributesOf(vassal)],
  ];
}

function attributesOf({ attributes }: VassalStatus): string | undefined {
  const pairs = Object.entries(attributes).map(([key, value]) => `${key} = ${value}`);
  return pairs.length === 0 ? undefined : pairs.join(', ');
}

function userOf({ uid, gid }: VassalStatus): string | undefined {
  if (uid === null) return undefined;
  const users = new UserFiles();
  const group = gid === null ? '' : `, group ${named(gid, users.groupById(gid))}`;
  return `${named(uid, users.userById(uid))}${group}`;
}

function named(id: number, entry: { readonly name: string } | undefined): string {
  return entry === undefined ? String(id) : `${id} (${entry.name})`;
}

function startsOf({ generation, restarts, loyal }: VassalStatus): string {
  return `${generation} (${count(restarts, 'restart')})${loyal ? ', stable' : ''}`;
}

function lastExitOf({ lastExit }: VassalStatus): string | undefined {
  return lastExit === null
    ? undefined
    : `${timestamp(lastExit.at)}, ${lastExit.message} (${lastExit.reason})`;
}

function nextStartOf({ nextStart }: VassalStatus, now: number): string | undefined {
  return nextStart === null ? undefined : `${timestamp(nextStart)}, in ${wait(nextStart - now / 1000)}`;
}

function usageOf({ memoryBytes, cpuUsec, pids }: VassalStatus): string | undefined {
  const used = [
    memoryBytes === null ? undefined : `${size(memoryBytes)} of memory`,
    cpuUsec === null ? undefined : `${span(cpuUsec / 1e6)} of CPU`,
    pids === null ? undefined : count(pids, 'process', 'processes'),
  ].filter((each) => each !== undefined);
  return used.length === 0 ? undefined : used.join(', ');
}

/** Those that are new with their inode, as lsns(8) has them; the others are those that we are in. */
function namespacesOf({ namespaces }: VassalStatus): string | undefined {
  if (namespaces === null) return undefined;
  const all = Object.entries(namespaces).map(([name, inode]) => ({ name, inode, own: inode !== ours(name) }));
  const own = all.filter((each) => each.own).map(({ name, inode }) => `${name} ${inode}`);
  const shared = all.filter((each) => !each.own).map(({ name }) => name);
  const rest = shared.length === 0 ? '' : `shared with the host: ${shared.join(' ')}`;
  return [own.join(', '), rest].filter(Boolean).join('; ');
}

function ours(name: string): number | undefined {
  try {
    return Number(/\[(\d+)\]/.exec(readlinkSync(`/proc/self/ns/${name}`))?.[1]);
  } catch {
    return undefined;
  }
}
