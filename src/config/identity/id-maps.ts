// Which ids are mapped into a new user namespace (user_namespaces(7)): what the config says, or a default that lets a whole
// system of users live inside.
import type { HostFacts, IdSpan } from '../host.ts';
import type { Values } from '../options/read.ts';
import type { Located, Origin } from '../origin.ts';
import type { Problems } from '../problems/problems.ts';
import { valueSpan } from '../problems/report.ts';
import type { IdRange, MapKind } from '../vassal-config.ts';
import { isMapped, overlap, printRange } from './id-values.ts';

export interface IdMaps {
  readonly uidMap: readonly Located<IdRange>[];
  readonly gidMap: readonly Located<IdRange>[];
  readonly mapHelpers: readonly Located<MapKind>[];
}

export const NO_MAPS: IdMaps = { uidMap: [], gidMap: [], mapHelpers: [] };

/** An ordinary user who has sub-ids is as free inside as root is. */
export function hasSubIds({ mapHelpers }: IdMaps): boolean {
  return mapHelpers.length > 0;
}

/** Who writes the map of his own group alone gives up setgroups(2) for it. */
export function mayTakeGroups({ mapHelpers }: IdMaps, host: HostFacts): boolean {
  if (host.setgroupsDenied) return false;
  return host.uid === 0 || mapHelpers.some(({ value }) => value === 'gid');
}

/** As Debian's first line of /etc/subuid. */
const ROOTS_MAP: IdRange = { inside: 0, outside: 100_000, count: 65_536 };
/** One write(2) of less than a page makes the map. */
const MOST_MAP_BYTES = 4095;
/** The kernel takes 340 in all. */
const MOST_SPANS = 100;

/** What one of the two maps is made from. */
interface Ground {
  readonly kind: MapKind;
  readonly host: HostFacts;
  /** The daemon's own id. */
  readonly own: number;
  /** Those besides it; unused by root. */
  readonly spans: readonly IdSpan[];
}

/** `at`: the line that asks for the user namespace. */
export function idMaps(values: Values, at: Origin, host: HostFacts, problems: Problems): IdMaps {
  const grounds = (['uid', 'gid'] as const).map((kind) => groundOf(kind, host));
  const [uidMap = [], gidMap = []] = grounds.map((ground) => idMap(values, ground, at, problems));
  const maps = { uid: uidMap, gid: gidMap };
  const helped = grounds.filter(({ kind, own }) => host.uid !== 0 && !isOwnAlone(rangesOf(maps[kind]), own));
  return {
    uidMap,
    gidMap,
    mapHelpers: helped.map(({ kind }) => ({ value: kind, at: maps[kind][0]?.at ?? at })),
  };
}

function groundOf(kind: MapKind, host: HostFacts): Ground {
  const own = host[kind];
  const all = host.subIds?.[kind] ?? [];
  // A map may not have an id twice.
  const spans = all.filter(({ first, count }) => own < first || own >= first + count).slice(0, MOST_SPANS);
  return { kind, host, own, spans };
}

function idMap(values: Values, ground: Ground, at: Origin, problems: Problems): readonly Located<IdRange>[] {
  const option = `${ground.kind}-map` as const;
  const lines = values.all(option);
  const last = lines.at(-1);
  if (last === undefined) {
    const map = defaultMap(ground);
    const missing = notThere(map, ground);
    if (missing) problems.error('bad-map', `${missing}; see \`${option}\``, { at });
    return map.map((value) => ({ value, at }));
  }
  const map = lines.flatMap((line) => line.value.map((value) => ({ value, at: line.at })));
  const complaint = unfit(rangesOf(map), ground);
  if (complaint && !values.isBad(option)) {
    problems.error('bad-map', complaint, valueSpan(last.item.entry), suggestionFor(ground));
    values.spoil(option);
  }
  return map;
}

/** Without root: one's own id as root, and behind it all the others that one has. */
function defaultMap({ host, own, spans }: Ground): IdRange[] {
  if (host.uid === 0) return [ROOTS_MAP];
  const map: IdRange[] = [{ inside: 0, outside: own, count: 1 }];
  let inside = 1;
  for (const { first, count } of spans) {
    map.push({ inside, outside: first, count });
    inside += count;
  }
  return map;
}

/** What the kernel or the helper would refuse, or our own init could not live with. */
function unfit(ranges: readonly IdRange[], ground: Ground): string | undefined {
  return (ground.host.uid === 0 ? notThere(ranges, ground) : notOurs(ranges, ground)) ?? unfitForAll(ranges);
}

/** The kernel wants each range within one range of the map above. */
function notThere(ranges: readonly IdRange[], { kind, host }: Ground): string | undefined {
  const ids = host.uid === 0 ? host.ids?.[kind] : undefined;
  if (ids === undefined) return undefined;
  const wrong = ranges.find((range) => !ids.some((span) => holds(span, range)));
  if (wrong === undefined) return undefined;
  return `${printRange(wrong)} maps ids that are not there: the daemon's own user namespace has ${printSpans(ids)}`;
}

function printSpans(spans: readonly IdSpan[]): string {
  return spans.map(({ first, count }) => (count === 1 ? first : `${first}-${first + count - 1}`)).join(', ');
}

function unfitForAll(ranges: readonly IdRange[]): string | undefined {
  if (overlap(ranges, 'inside')) return 'two ranges share an id inside';
  if (overlap(ranges, 'outside')) return 'two ranges share an id outside';
  if (!isMapped(ranges, 0)) return '0 inside must be mapped: the init of the jail is root there';
  const bytes = ranges.reduce((sum, range) => sum + `${Object.values(range).join(' ')}\n`.length, 0);
  return bytes > MOST_MAP_BYTES ? 'too many ranges: the kernel takes 4095 bytes' : undefined;
}

function notOurs(ranges: readonly IdRange[], { kind, host, own, spans }: Ground): string | undefined {
  if (spans.length === 0) {
    const lack = host.subIds?.lack;
    if (isOwnAlone(ranges, own)) return undefined;
    return `without root only the daemon's own id can be mapped, to 0${lack ? ` (${lack})` : ''}`;
  }
  const wrong = ranges.find((range) => !isOwn(range, own) && !spans.some((span) => holds(span, range)));
  if (wrong === undefined) return undefined;
  const ours = `${own}, ${printSpans(spans)}`;
  return `${printRange(wrong)} maps ids that are not ours: without root there are ${ours} (see /etc/sub${kind})`;
}

function isOwn({ outside, count }: IdRange, own: number): boolean {
  return outside === own && count === 1;
}

/** As anybody may write it. */
function isOwnAlone(ranges: readonly IdRange[], own: number): boolean {
  const [range] = ranges;
  return ranges.length === 1 && range?.inside === 0 && isOwn(range, own);
}

function holds({ first, count }: IdSpan, { outside, count: wanted }: IdRange): boolean {
  return outside >= first && outside + wanted <= first + count;
}

function suggestionFor(ground: Ground): string | undefined {
  return ground.host.uid === 0 ? undefined : defaultMap(ground).map(printRange).join(',');
}

function rangesOf(map: readonly Located<IdRange>[]): IdRange[] {
  return map.map(({ value }) => value);
}
