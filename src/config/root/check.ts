// What does not go together in the settings of a root file system, and what needs a namespace that is not there.
import type { HostFacts } from '../host.ts';
import type { JailSettings } from '../jail-settings.ts';
import { beforeRoot, isInNewPid, isNew, type NamespaceSets, userAfter } from '../namespaces.ts';
import { needNamespace } from '../needs.ts';
import type { Given, Values } from '../options/read.ts';
import type { OptionName } from '../options.ts';
import type { Problems } from '../problems/problems.ts';
import { keySpan, valueSpan } from '../problems/report.ts';

const ROOTS = ['namespace', 'pivot-root', 'chroot'] as const;
/** Options that mean nothing without another one. */
const COMPANIONS = [
  ['namespace-keep-mount', 'namespace'],
  ['namespace-net', 'namespace'],
  ['keep-old-root', 'pivot-root'],
] as const;
const MOUNTING = ['pivot-root', 'bind', 'bind-ro', 'tmpfs', 'overlay', 'mask'] as const;
/** What is done after `unshare2`. */
const CLOSING = ['mask', 'read-only'] as const;
const PUTTING = ['bind', 'bind-ro', 'tmpfs', 'overlay'] as const;

export function checkRoot(values: Values, jail: JailSettings, host: HostFacts, problems: Problems): void {
  checkOneRoot(values, problems);
  checkCompanions(values, problems);
  if (!values.isBad(...ROOTS) && !ROOTS.some((name) => values.last(name))) checkTargets(values, problems);
  if (values.isBad('clone', 'unshare')) return;
  checkNeeds(values, jail, problems);
  checkUnshare2(values, jail, problems);
  checkProc(values, jail, problems);
  checkChroot(values, jail, host, problems);
}

function checkOneRoot(values: Values, problems: Problems): void {
  const given = ROOTS.flatMap((name) => values.last(name) ?? []).sort((a, b) => a.index - b.index);
  const [first, ...others] = given;
  for (const { item } of others) {
    const message = `there can be one root: \`${first?.item.entry.written}\` makes it already`;
    problems.error('two-roots', message, keySpan(item.entry));
  }
}

function checkCompanions(values: Values, problems: Problems): void {
  for (const [name, needed] of COMPANIONS) {
    const given: Given<unknown> | undefined = values.last(name);
    if (given === undefined || given.value === false || values.last(needed) || values.isBad(needed)) continue;
    const { entry } = given.item;
    const suggestion = name === 'namespace-keep-mount' ? 'bind' : undefined;
    problems.error(
      'alone',
      `\`${entry.written}\` means nothing without \`${needed}\``,
      keySpan(entry),
      suggestion,
    );
  }
}

/** The host's own root cannot be covered: whoever lives in it would see no difference. */
function checkTargets(values: Values, problems: Problems): void {
  for (const name of PUTTING) {
    for (const { value, item } of values.all(name)) {
      const target = value.target ?? ('source' in value ? value.source : undefined);
      if (target !== '/') continue;
      const message = 'nothing can be mounted on / but in a root of its own: see `namespace`';
      problems.error('bad-value', message, valueSpan(item.entry));
    }
  }
}

function checkNeeds(values: Values, jail: JailSettings, problems: Problems): void {
  // What `unshare2` makes comes too late.
  const early = beforeRoot(jail);
  const need = (name: OptionName, given: Given<unknown> | undefined) => {
    needNamespace(early, given, 'fs', given?.item.entry.written ?? name, problems);
    needOwner(CLOSING.some((each) => each === name) ? jail : early, given, problems);
  };
  for (const name of MOUNTING) need(name, values.last(name));
  const dev = values.last('dev');
  const readOnly = values.last('read-only');
  const proc = values.last('proc');
  if (dev?.value === 'minimal') need('dev', dev);
  if (readOnly?.value) need('read-only', readOnly);
  if (proc?.value.mount === 'on') need('proc', proc);
  needOwner(early, values.last('namespace'), problems);
}

/** Nothing can be mounted in a mount namespace of another user namespace. */
function needOwner(sets: NamespaceSets, given: Given<unknown> | undefined, problems: Problems): void {
  const option = userAfter(sets, 'fs');
  if (given === undefined || option === undefined || !isNew(sets, 'fs')) return;
  const { written } = given.item.entry;
  const message = `\`${written}\` needs a mount namespace that is not older than the user namespace of \`${option}\`: only its root may mount there`;
  problems.error('needs-namespace', message, valueSpan(given.item.entry), 'unshare = user,fs');
}

/** The kernel asks for root of the user namespace that made the pid namespace. */
function checkProc(values: Values, jail: JailSettings, problems: Problems): void {
  const proc = values.last('proc');
  const { namespaces, unshare } = jail;
  const isRootOfNew = namespaces.value.has('user') || unshare?.value.has('user') === true;
  if (proc?.value.mount !== 'on' || !isRootOfNew || isInNewPid(jail)) return;
  if (userAfter(beforeRoot(jail), 'fs')) return;
  const message =
    '`proc` needs a pid namespace that is new by then: root of a new user namespace may not mount the /proc of an older one';
  problems.error('needs-namespace', message, valueSpan(proc.item.entry));
}

/** It copies all mounts, and those that are to be changed later are not the copies. */
function checkUnshare2(values: Values, { unshare2 }: JailSettings, problems: Problems): void {
  const given = values.all('unshare2').findLast(({ value }) => value?.includes('fs'));
  if (given === undefined || !unshare2?.value.has('fs')) return;
  const pivot = values.value('keep-old-root') ? undefined : values.last('pivot-root');
  const readOnly = values.last('read-only');
  const late = [values.last('mask'), readOnly?.value ? readOnly : undefined, pivot].find((each) => each);
  if (late === undefined) return;
  const message = `\`unshare2 = fs\` comes between the mounts and what \`${late.item.entry.written}\` does to them: see \`unshare\``;
  problems.error('contradiction', message, valueSpan(given.item.entry));
}

function checkChroot(values: Values, jail: JailSettings, host: HostFacts, problems: Problems): void {
  const chroot = values.last('chroot');
  if (chroot === undefined || isNew(jail, 'fs')) return;
  const { entry } = chroot.item;
  if (host.uid !== 0 && !isNew(jail, 'user')) {
    problems.error(
      'needs-root',
      '`chroot` needs root, or namespaces of its own',
      keySpan(entry),
      'namespace',
    );
    return;
  }
  const user = values.last('uid')?.value;
  // A name that only the jail knows is hardly that of root.
  const isRoot = user === undefined || user.known?.uid === 0;
  if (host.uid !== 0 || !isRoot || isNew(jail, 'user')) return;
  const message = 'a command that stays root can leave a `chroot`: set `uid`, or use `namespace`';
  problems.warning('escapable', message, keySpan(entry), 'namespace');
}
