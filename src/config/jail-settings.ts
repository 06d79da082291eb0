// Which namespaces a vassal gets, which ids are mapped into a new user namespace, and what needs a namespace that is not there.

import type { HostFacts } from './host.ts';
import { type IdMaps, idMaps, NO_MAPS } from './identity/id-maps.ts';
import { isNew, joined, type NamespaceName, type NamespaceSets } from './namespaces.ts';
import { needNamespace } from './needs.ts';
import type { Given, Values } from './options/read.ts';
import { COMMAND_LINE, type Located } from './origin.ts';
import type { Problems } from './problems/problems.ts';
import { valueSpan } from './problems/report.ts';
import { withNamespaceOption } from './root/namespaces.ts';
import { asTenant } from './tenant.ts';
import { needsUser, tenantNamespaces } from './tenant-namespaces.ts';
import type { Reforks } from './vassal-config.ts';

export interface JailSettings extends NamespaceSets, IdMaps {
  readonly refork: Reforks;
}

export function jailSettings(
  values: Values,
  byDefault: Located<ReadonlySet<NamespaceName>>,
  host: HostFacts,
  problems: Problems,
): JailSettings {
  const given = host.tenant ? tenantNamespaces(values, byDefault) : namespacesOf(values, byDefault);
  const { unshare, unshare2 } = given;
  const asked = { namespaces: withNamespaceOption(values, given.namespaces), unshare, unshare2 };
  const refork = reforksOf(values);
  const byRoot = host.tenant ? !needsUser(values, asked) : host.uid === 0;
  const sets = byRoot ? asked : withoutRoot(asked);
  if (!values.isBad('clone', 'unshare', 'unshare2')) {
    checkNeeds(values, asked, sets, problems);
    checkUsers(values, asked, problems);
    checkReforks(values, refork, problems);
  }
  const { uidMap, gidMap, mapHelpers } = mapsFor(sets, values, host, problems);
  return {
    namespaces: sets.namespaces,
    unshare: sets.unshare,
    unshare2: sets.unshare2,
    refork,
    uidMap,
    gidMap,
    mapHelpers,
  };
}

function mapsFor(sets: NamespaceSets, values: Values, host: HostFacts, problems: Problems): IdMaps {
  if (!isNew(sets, 'user')) return NO_MAPS;
  const maker = [sets.namespaces, sets.unshare, sets.unshare2].find((set) => set?.value.has('user'));
  const { at } = maker ?? sets.namespaces;
  return idMaps(values, at, asTenant(host), problems);
}

function namespacesOf(values: Values, byDefault: Located<ReadonlySet<NamespaceName>>): NamespaceSets {
  return {
    namespaces: joined(values.all('clone')) ?? byDefault,
    unshare: joined(values.all('unshare')),
    unshare2: joined(values.all('unshare2')),
  };
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

const NO_REFORKS: Reforks = { postJail: undefined, asRoot: undefined, last: undefined };

function reforksOf(values: Values): Reforks {
  const wanted = (name: 'refork' | 'refork-as-root' | 'refork-post-jail') => {
    const given = values.located(name);
    return given?.value ? given : undefined;
  };
  const [postJail, asRoot, last] = [wanted('refork-post-jail'), wanted('refork-as-root'), wanted('refork')];
  return postJail || asRoot || last ? { postJail, asRoot, last } : NO_REFORKS;
}

/** `sets`: with the user namespace that comes by itself. */
function checkNeeds(values: Values, asked: NamespaceSets, sets: NamespaceSets, problems: Problems): void {
  const need = (given: Given<unknown> | undefined, namespace: NamespaceName, what: string) =>
    needNamespace(asked, given, namespace, what, problems);
  need(values.last('hostname'), 'uts', 'hostname');
  need(values.last('domainname'), 'uts', 'domainname');
  for (const map of ['uid-map', 'gid-map'] as const)
    needNamespace(sets, values.last(map), 'user', map, problems);
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
