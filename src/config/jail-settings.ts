// Which namespaces a vassal gets, which ids are mapped into a new user namespace, and what needs a namespace that is not there.
import type { HostFacts } from './host.ts';
import { isMapped, overlap } from './id-values.ts';
import { joined, type NamespaceName } from './namespaces.ts';
import type { Given, Values } from './options-read.ts';
import type { Located, Origin } from './origin.ts';
import type { Problems } from './problems.ts';
import { valueSpan } from './report.ts';
import { COMMAND_LINE } from './sources.ts';
import type { IdRange } from './vassal-config.ts';

export interface JailSettings {
  readonly namespaces: Located<ReadonlySet<NamespaceName>>;
  readonly uidMap: readonly Located<IdRange>[];
  readonly gidMap: readonly Located<IdRange>[];
}

type MapOption = 'uid-map' | 'gid-map';

/** As Debian's first line of /etc/subuid. */
const ROOTS_MAP: IdRange = { inside: 0, outside: 100_000, count: 65_536 };
/** One write(2) of less than a page makes the map (user_namespaces(7)). */
const MOST_MAP_BYTES = 4095;

export function jailSettings(
  values: Values,
  byDefault: Located<ReadonlySet<NamespaceName>>,
  host: HostFacts,
  problems: Problems,
): JailSettings {
  const asked = joined(values.all('clone')) ?? byDefault;
  if (!values.isBad('clone')) checkNeeds(values, asked.value, problems);
  const namespaces = { ...asked, value: withUser(asked.value, host) };
  if (!namespaces.value.has('user')) return { namespaces, uidMap: [], gidMap: [] };
  const map = (option: MapOption, own: number) => idMap(values, option, own, namespaces.at, host, problems);
  return { namespaces, uidMap: map('uid-map', host.uid), gidMap: map('gid-map', host.gid) };
}

/** Without root every other namespace needs a user namespace to be root of. */
function withUser(asked: ReadonlySet<NamespaceName>, host: HostFacts): ReadonlySet<NamespaceName> {
  return host.uid === 0 || asked.size === 0 ? asked : new Set<NamespaceName>(['user', ...asked]);
}

function checkNeeds(values: Values, asked: ReadonlySet<NamespaceName>, problems: Problems): void {
  const need = (given: Given<unknown> | undefined, namespace: NamespaceName, what: string) => {
    if (given === undefined || asked.has(namespace)) return;
    const list = [...asked, namespace].join(',');
    const suggestion = given.at.file === COMMAND_LINE ? `--clone=${list}` : `clone = ${list}`;
    const message = `\`${what}\` needs a new ${namespace} namespace`;
    problems.error('needs-namespace', message, valueSpan(given.item.entry), suggestion);
  };
  const init = values.last('init');
  need(values.last('hostname'), 'uts', 'hostname');
  need(init?.value === false ? init : undefined, 'pid', 'init = false');
  need(values.last('uid-map'), 'user', 'uid-map');
  need(values.last('gid-map'), 'user', 'gid-map');
}

function idMap(
  values: Values,
  option: MapOption,
  own: number,
  at: Origin,
  host: HostFacts,
  problems: Problems,
): readonly Located<IdRange>[] {
  const lines = values.all(option);
  const last = lines.at(-1);
  if (last === undefined) {
    return [{ value: host.uid === 0 ? ROOTS_MAP : { inside: 0, outside: own, count: 1 }, at }];
  }
  const map = lines.flatMap((line) => line.value.map((value) => ({ value, at: line.at })));
  const ranges = map.map(({ value }) => value);
  const complaint = host.uid === 0 ? unfit(ranges) : unfitWithoutRoot(ranges, own);
  if (complaint && !values.isBad(option)) {
    const suggestion = host.uid === 0 ? undefined : `0:${own}:1`;
    problems.error('bad-map', complaint, valueSpan(last.item.entry), suggestion);
    values.spoil(option);
  }
  return map;
}

/** What the kernel would refuse, or our own init could not live with. */
function unfit(ranges: readonly IdRange[]): string | undefined {
  if (overlap(ranges, 'inside')) return 'two ranges share an id inside';
  if (overlap(ranges, 'outside')) return 'two ranges share an id outside';
  if (!isMapped(ranges, 0)) return '0 inside must be mapped: the init of the jail is root there';
  const bytes = ranges.reduce((sum, range) => sum + `${Object.values(range).join(' ')}\n`.length, 0);
  return bytes > MOST_MAP_BYTES ? 'too many ranges: the kernel takes 4095 bytes' : undefined;
}

function unfitWithoutRoot(ranges: readonly IdRange[], own: number): string | undefined {
  const [range] = ranges;
  const fits = ranges.length === 1 && range?.inside === 0 && range.outside === own && range.count === 1;
  return fits ? undefined : "without root only the daemon's own id can be mapped, to 0";
}
