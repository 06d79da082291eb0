// Which namespaces a vassal gets, which ids are mapped into a new user namespace, and what needs a namespace that is not there.
import type { HostFacts } from './host.ts';
import { isMapped, overlap } from './id-values.ts';
import { isNew, joined, type NamespaceName, type NamespaceSets } from './namespaces.ts';
import { needNamespace } from './needs.ts';
import type { Given, Values } from './options-read.ts';
import type { Located, Origin } from './origin.ts';
import type { Problems } from './problems.ts';
import { valueSpan } from './report.ts';
import { withNamespaceOption } from './root-namespaces.ts';
import { COMMAND_LINE } from './sources.ts';
import type { IdRange, Reforks } from './vassal-config.ts';

export interface JailSettings extends NamespaceSets {
  readonly refork: Reforks;
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
  const asked: NamespaceSets = {
    namespaces: withNamespaceOption(values, joined(values.all('clone')) ?? byDefault),
    unshare: joined(values.all('unshare')),
    unshare2: joined(values.all('unshare2')),
  };
  const refork = reforksOf(values);
  if (!values.isBad('clone', 'unshare', 'unshare2')) {
    checkNeeds(values, asked, problems);
    checkUsers(values, asked, problems);
    checkReforks(values, refork, problems);
  }
  const sets = host.uid === 0 ? asked : withoutRoot(asked);
  if (!isNew(sets, 'user')) return { ...sets, refork, uidMap: [], gidMap: [] };
  const maker = [sets.namespaces, sets.unshare, sets.unshare2].find((set) => set?.value.has('user'));
  const { at } = maker ?? sets.namespaces;
  const map = (option: MapOption, own: number) => idMap(values, option, own, at, host, problems);
  return { ...sets, refork, uidMap: map('uid-map', host.uid), gidMap: map('gid-map', host.gid) };
}

/** Every other namespace needs a user namespace to be root of, and that from the start. */
function withoutRoot({ namespaces, unshare, unshare2 }: NamespaceSets): NamespaceSets {
  const any = [namespaces, unshare, unshare2].some((set) => (set?.value.size ?? 0) > 0);
  if (!any) return { namespaces, unshare, unshare2 };
  return {
    namespaces: { ...namespaces, value: new Set<NamespaceName>(['user', ...namespaces.value]) },
    unshare: less(unshare, 'user'),
    unshare2: less(unshare2, 'user'),
  };
}

function less(
  set: Located<ReadonlySet<NamespaceName>> | undefined,
  name: NamespaceName,
): Located<ReadonlySet<NamespaceName>> | undefined {
  return set && { ...set, value: new Set([...set.value].filter((each) => each !== name)) };
}

function reforksOf(values: Values): Reforks {
  const wanted = (name: 'refork' | 'refork-as-root' | 'refork-post-jail') => {
    const given = values.located(name);
    return given?.value ? given : undefined;
  };
  return { postJail: wanted('refork-post-jail'), asRoot: wanted('refork-as-root'), last: wanted('refork') };
}

function checkNeeds(values: Values, asked: NamespaceSets, problems: Problems): void {
  const need = (given: Given<unknown> | undefined, namespace: NamespaceName, what: string) =>
    needNamespace(asked, given, namespace, what, problems);
  need(values.last('hostname'), 'uts', 'hostname');
  need(values.last('domainname'), 'uts', 'domainname');
  need(values.last('uid-map'), 'user', 'uid-map');
  need(values.last('gid-map'), 'user', 'gid-map');
  const init = values.last('init');
  const cloned = { namespaces: asked.namespaces, unshare: undefined, unshare2: undefined };
  if (init?.value === false) needNamespace(cloned, init, 'pid', 'init = false', problems);
}

/** There is one map, and root of the first user namespace could not write that of a second. */
function checkUsers(values: Values, asked: NamespaceSets, problems: Problems): void {
  const among = (['clone', 'unshare', 'unshare2'] as const).filter((option) =>
    (option === 'clone' ? asked.namespaces : asked[option])?.value.has('user'),
  );
  const [first, second] = among;
  const given = second && values.all(second).findLast(({ value }) => value?.includes('user'));
  if (given === undefined) return;
  const message = `there can be one new user namespace, and \`${first}\` makes it already`;
  problems.error('contradiction', message, valueSpan(given.item.entry));
}

/** Who unshares a pid namespace stays outside of it (pid_namespaces(7)): only its children are in it. */
function checkReforks(values: Values, refork: Reforks, problems: Problems): void {
  const check = (option: 'unshare' | 'unshare2', isReforked: boolean, ways: string) => {
    const given = values.all(option).findLast(({ value }) => value?.includes('pid'));
    if (given === undefined || isReforked) return;
    const suggestion = given.at.file === COMMAND_LINE ? '--refork' : 'refork = true';
    const message = `\`${option} = pid\` is only for what is forked afterwards: ${ways}`;
    problems.error('needs-refork', message, valueSpan(given.item.entry), suggestion);
  };
  const later = refork.asRoot !== undefined || refork.last !== undefined;
  check('unshare', later || refork.postJail !== undefined, 'refork, refork-as-root or refork-post-jail');
  check('unshare2', later, 'refork or refork-as-root');
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
