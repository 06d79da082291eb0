// The page of `status NAME`: one screen that answers is it up, since when, why not, and what did it say.
import { readlinkSync } from 'node:fs';
import { count } from '../config/problems/count.ts';
import { formatProblem } from '../config/problems/format.ts';
import type { VassalStatus } from '../control/protocol.ts';
import type { LastExit, VassalDetail } from '../emperor/view.ts';
import { UserFiles } from '../system/users.ts';
import { shown, widthOf } from './cells.ts';
import type { Call } from './command.ts';
import { logText } from './log-text.ts';
import { nearPlace } from './near-place.ts';
import { fill } from './paragraphs.ts';
import type { Style } from './style.ts';
import { dateTime, size, span, timestamp, wait } from './units.ts';
import { markOf, sentenceOf } from './vassal-words.ts';

type Field = readonly [title: string, value: string | undefined];
/** A moment as it is shown here. */
type Clock = (unixSeconds: number) => string;

const TITLE_WIDTH = 12;
/** Of a terminal that is hardly one. */
const LEAST_WIDTH = 20;
/** A space at which no line ends. */
const TOGETHER = '\u00a0';

/** A daemon of before knows less. */
const UNTOLD: VassalDetail = {
  exits: [],
  newNamespaces: null,
  limits: null,
  tenant: null,
  family: null,
  profile: null,
  readiness: null,
  heartbeat: null,
  settings: [],
  failures: 0,
};

export function vassalPage(vassal: VassalStatus, { io, out }: Pick<Call, 'io' | 'out'>): string {
  const now = io.now();
  const { mark, kind } = markOf(vassal);
  const name = out.paint('strong', shown(vassal.name));
  const head = `${out.paint(kind, mark)} ${name} ${out.paint(kind, vassal.state)}: ${shown(sentenceOf(vassal, now))}`;
  const time: Clock = (at) => (io.out.isTTY ? dateTime(at) : timestamp(at));
  const width = io.out.isTTY ? io.out.columns : undefined;
  const fields = fieldsOf(vassal, now, time).flatMap((field) => fieldLines(field, width));
  const problems = vassal.problems.map((problem) => formatProblem(problem, { color: out.color }));
  const detail: VassalDetail = { ...UNTOLD, ...vassal };
  const exits = folded(detail.exits.slice(1)).map((exit) => exitLine(exit, out, time));
  const lines = vassal.lines.map((line) => `${out.paint('quiet', time(line.at))} ${logText(line, out)}`);
  const parts = [
    [head, ...fields],
    problems,
    titled('before that', exits, out),
    titled('config', settingLines(detail, vassal.source, out), out),
    titled('log', lines, out),
  ].filter((part) => part.length > 0);
  return `${parts.map((part) => part.join('\n')).join('\n\n')}\n`;
}

function titled(title: string, lines: readonly string[], { paint }: Style): string[] {
  return lines.length === 0 ? [] : [paint('strong', `${title}:`), ...lines];
}

/** The words of a value below one another, where the terminal is too narrow for them. */
function fieldLines([title, value]: Field, width: number | undefined): string[] {
  if (value === undefined) return [];
  const head = `${title.padStart(TITLE_WIDTH)}: `;
  const room = Math.max(LEAST_WIDTH, (width ?? Number.POSITIVE_INFINITY) - head.length);
  const lines = fill(shown(value), '', room).map((line) => line.replaceAll(TOGETHER, ' '));
  return lines.map((line, index) => (index === 0 ? head : ' '.repeat(head.length)) + line);
}

interface Exits {
  readonly last: LastExit;
  readonly firstAt: number;
  readonly count: number;
}

/** What comes again and again is one line. The newest comes first. */
function folded(exits: readonly LastExit[]): Exits[] {
  const all: Exits[] = [];
  for (const exit of exits) {
    const same = all.at(-1);
    if (same !== undefined && same.last.brief === exit.brief && same.last.reason === exit.reason)
      all[all.length - 1] = { ...same, firstAt: exit.at, count: same.count + 1 };
    else all.push({ last: exit, firstAt: exit.at, count: 1 });
  }
  return all;
}

function exitLine({ last, firstAt, count: times }: Exits, { paint }: Style, time: Clock): string {
  const often = times === 1 ? '' : paint('quiet', ` (${times} times since ${time(firstAt)})`);
  return `${paint('quiet', time(last.at))} ${shown(last.message)}${often}`;
}

function fieldsOf(vassal: VassalStatus, now: number, time: Clock): Field[] {
  const { pid, jailerPid, startUsec, sockets } = vassal;
  return [
    ['source', vassal.source],
    [
      'enabled',
      vassal.enabled === false ? 'no: it stays down after a reboot, until `tsjail enable`' : undefined,
    ],
    ['since', `${time(vassal.since)}, ${span(now / 1000 - vassal.since)} ago`],
    ['pid', pid === null ? undefined : `${pid}${jailerPid === null ? '' : ` (its init: ${jailerPid})`}`],
    ['says', vassal.statusText ?? undefined],
    ['profile', profileOf(vassal)],
    ['ready', readyOf(vassal)],
    ['heartbeat', heartbeatOf(vassal, now)],
    ['user', userOf(vassal)],
    ['tenant', tenantOf(vassal)],
    ['family', familyOf(vassal)],
    ['starts', startsOf(vassal)],
    ['set-up', startUsec === null ? undefined : `${(startUsec / 1000).toFixed(1)} ms`],
    ['last exit', lastExitOf(vassal, time)],
    ['next start', nextStartOf(vassal, now, time)],
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

function startsOf({ generation, restarts, loyal, ready, failures = 0 }: VassalStatus): string {
  const often = failures > 0 ? `, ${count(failures, 'end')} in a row that came too soon` : '';
  return `${generation} (${count(restarts, 'restart')})${loyal && ready ? ', stable' : ''}${often}`;
}

function lastExitOf({ lastExit }: VassalStatus, time: Clock): string | undefined {
  return lastExit === null ? undefined : `${time(lastExit.at)}, ${lastExit.message}`;
}

function nextStartOf({ nextStart }: VassalStatus, now: number, time: Clock): string | undefined {
  return nextStart === null ? undefined : `${time(nextStart)}, in ${wait(nextStart - now / 1000)}`;
}

function usageOf({ memoryBytes, cpuUsec, pids, limits }: VassalStatus): string | undefined {
  const { memoryMaxBytes = null, memoryHighBytes = null, pidsMax = null, cpuMax = null } = limits ?? {};
  const memoryBounds = [
    ...(memoryMaxBytes === null ? [] : [`at most ${size(memoryMaxBytes)}`]),
    ...(memoryHighBytes === null ? [] : [`slowed down above ${size(memoryHighBytes)}`]),
  ];
  const cpuBounds = cpuMax === null ? [] : [`at most ${count(cpuMax, 'CPU')}`];
  const pidBounds = pidsMax === null ? [] : [`at most ${pidsMax}`];
  const used = [
    memoryBytes === null ? undefined : `${size(memoryBytes)} of memory${bounded(memoryBounds)}`,
    cpuUsec === null ? undefined : `${span(cpuUsec / 1e6)} of CPU${bounded(cpuBounds)}`,
    pids === null ? undefined : `${count(pids, 'process', 'processes')}${bounded(pidBounds)}`,
  ].filter((each) => each !== undefined);
  return used.length === 0 ? undefined : used.join(', ');
}

function bounded(bounds: readonly string[]): string {
  return bounds.length === 0 ? '' : ` (${bounds.join(', ')})`;
}

/** What its command is kept from, and by what. */
function profileOf({ profile }: VassalStatus): string | undefined {
  return profile ? `${profile.name}, ${profile.reason}` : undefined;
}

/** By exec alone: that need not be said. */
function readyOf({ ready, readiness }: VassalStatus): string | undefined {
  if (!readiness || readiness === 'exec') return undefined;
  return `${ready ? 'yes' : 'not yet'} (ready = ${readiness})`;
}

function heartbeatOf({ heartbeat }: VassalStatus, now: number): string | undefined {
  if (!heartbeat) return undefined;
  const { last, timeoutMs } = heartbeat;
  const due = timeoutMs === 0 ? '' : `, due every ${span(timeoutMs / 1000)}`;
  return `${last === null ? 'none yet' : `${span(now / 1000 - last)} ago`}${due}`;
}

function tenantOf({ tenant }: VassalStatus): string | undefined {
  if (!tenant) return undefined;
  return `${tenant.uid}${tenant.name === null ? '' : ` (${tenant.name})`}, group ${tenant.gid}`;
}

function familyOf({ family }: VassalStatus): string | undefined {
  if (!family) return undefined;
  return `${family.members.length} of ${family.file}.ini: ${family.members.join(', ')}`;
}

/** Each option with the line that counts. */
function settingLines({ settings }: VassalDetail, source: string, { paint }: Style): string[] {
  const places = settings.map((each) => shown(nearPlace(each, source)));
  const width = Math.max(0, ...places.map(widthOf));
  return settings.map(({ option, text }, index) => {
    const place = places[index] ?? '';
    const value = text === null ? paint('quiet', '(hidden)') : shown(text);
    const space = ' '.repeat(width - widthOf(place));
    return `${paint('quiet', place)}${space}  ${option}${text === '' ? '' : option === 'env' ? ` ${value}` : ` = ${value}`}`;
  });
}

/** Those that are new with their inode, as lsns(8) has them; the others are those that we are in. */
function namespacesOf({ namespaces, newNamespaces }: VassalStatus): string | undefined {
  if (namespaces === null) return undefined;
  const isOwn = (name: string, inode: number) => newNamespaces?.includes(name) ?? inode !== ours(name);
  const all = Object.entries(namespaces).map(([name, inode]) => ({ name, inode, own: isOwn(name, inode) }));
  const own = all.filter((each) => each.own).map(({ name, inode }) => `${name}${TOGETHER}${inode}`);
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
