// Steps that make the jail's root file system: the place, what is put into it, and its becoming "/".
import { MS } from '../config/hooks/mount-flags.ts';
import { beforeRoot, isInNewPid, isNew, type NamespaceSets, userAfter } from '../config/namespaces.ts';
import type { OwnRoot, Put, RootSettings } from '../config/root/settings.ts';
import { isTenants } from '../config/tenant.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { hookSteps } from './hooks.ts';
import { type Step, step } from './step.ts';
import { isTenantsJail } from './tenant.ts';

/** As many as the steps take. */
const MOST_SOURCES = 1024;
const PROC_FLAGS = MS.NOSUID | MS.NODEV | MS.NOEXEC;

export function rootSteps(config: VassalConfig): Step[] {
  const { root } = config;
  if (!isMade(root)) return proc(config, 'mount');
  const covers = ({ target }: { readonly target?: string }) => target === '/';
  return [
    // What is made in a directory of a tenant's stays there: it is no affair of root's.
    ...(isTenantsJail(config) ? [] : lockSteps(root)),
    placeOf(root.own),
    ...(root.readOnly && !closesEarly(config) ? [step('note-mounts', [], root.readOnly)] : []),
    ...noteNull(root),
    ...heldSources(config),
    ...(root.readOnly && closesEarly(config) ? [step('read-only', [], root.readOnly)] : []),
    // What covers the whole of it comes first, or it would hide the rest.
    ...root.puts.filter(covers).map(putStep),
    ...proc(
      config,
      root.own === undefined || root.own.kind === 'namespace' ? 'put-mount' : 'put-mount-if-there',
    ),
    ...(root.minimalDev
      ? [step(root.devIfThere ? 'put-dev-if-there' : 'put-dev', ['/dev'], root.minimalDev)]
      : []),
    ...root.puts.filter((put) => !covers(put)).map(putStep),
    ...becomingRoot(root.own),
  ];
}

/** What is opened while the jailer, not root of its user namespace yet, is root of the host as far as files go. Without an
 *  init the mounts of that moment are not those of the jail. */
export function earlySources({ root, namespaces, init }: VassalConfig): Step[] {
  const { own, puts } = root;
  if (!init.value || !namespaces.value.has('fs')) return [];
  const paths = [
    ...(own === undefined || isTenants(own) ? [] : [own.kind === 'pivot' ? own.root : own.directory]),
    ...sourcesOf(root),
  ];
  return paths.length === 0 ? [] : [step('open-early', few(paths), own?.at ?? puts[0]?.at)];
}

/** Is the root made read-only before anything is put into it? All mounts are one call then; to keep apart those that were there
 *  takes five for each, and hosts have hundreds. Not where a hook may write later, nor where something is to be made in the
 *  root; and what binds take from it is held by then, or it would be read-only too. */
function closesEarly(config: VassalConfig): boolean {
  const { own, puts } = config.root;
  // In a user namespace each may be held twice: see earlySources().
  if (own !== undefined || puts.length > MOST_SOURCES / 2 || puts.some(({ kind }) => kind === 'overlay'))
    return false;
  return hookSteps(config, 'in-jail').length === 0 && hookSteps(config, 'as-root').length === 0;
}

/** A source is a path of the host, also where something is put over it: `tmpfs = /tmp` and then `bind = /tmp/site:/srv`. */
function heldSources(config: VassalConfig): Step[] {
  const { own, puts, minimalDev, readOnly } = config.root;
  if (readOnly && closesEarly(config)) return puts.flatMap(heldSource);
  if (own !== undefined || (puts.length < 2 && minimalDev === undefined)) return [];
  const firstOther = puts.findIndex(
    (put) => !(put.kind === 'bind' && put.source === put.target && put.ifThere),
  );
  return puts.slice(firstOther === -1 ? puts.length : firstOther).flatMap(heldSource);
}

function heldSource(put: Put): Step[] {
  if (put.kind === 'bind') return [step('hold-tree', [put.source, bindFlags(put)], put.at)];
  return put.kind === 'overlay' ? [step('hold-place', [put.lower], put.at)] : [];
}

function sourcesOf({ puts }: RootSettings): string[] {
  return puts
    .filter((put) => !isTenants(put))
    .flatMap((put) => (put.kind === 'bind' ? [put.source] : put.kind === 'overlay' ? [put.lower] : []));
}

function few(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)].slice(0, MOST_SOURCES);
}

/** Does the step keep all files where they are, but for those of the kernel, of devices and of services? */
export function leavesFiles({ name, args }: Step): boolean {
  if (name === 'root-at') return args[0] === '/';
  return name === 'put-dev' || name.endsWith('-if-there') || (name === 'put-mount' && args[0] === 'proc');
}

/** After the last hook that may need them: what the command shall not see goes. */
export function closeRoot(config: VassalConfig): Step[] {
  const { own, keepOldRoot, masks, hidden = [], sealed = [], readOnly } = config.root;
  const steps: Step[] = [];
  if (own?.kind === 'pivot' && !keepOldRoot) steps.push(step('detach-old-root', [`/${own.old}`], own.at));
  steps.push(...masks.map(({ value, at }) => step('mask', [value], at)));
  steps.push(...hidden.map(({ value, at }) => step('hide', [value], at)));
  const open = sealed.filter(({ value }) => !isClosed(config, value));
  steps.push(...open.map(({ value, at }) => step('seal', [value], at)));
  if (readOnly && !closesEarly(config)) steps.push(step('read-only', [], readOnly));
  return steps;
}

/** Is it read-only with the host's root? Of /sys that can be told, to which no link on the way leads; with its many mounts it is
 *  the dearest of all to seal. */
function isClosed(config: VassalConfig, path: string): boolean {
  const { puts, readOnly } = config.root;
  if (path !== '/sys' || readOnly === undefined || !closesEarly(config)) return false;
  return !puts.some(({ target }) => target === path || isBelow(target, path) || isBelow(path, target));
}

function noteNull({ masks, hidden = [] }: RootSettings): Step[] {
  const first = masks[0] ?? hidden[0];
  return first ? [step('note-null', [], first.at)] : [];
}

/** Is there anything but /proc to be done? */
function isMade({ own, puts, minimalDev, readOnly, masks, hidden = [], sealed = [] }: RootSettings): boolean {
  return (
    own !== undefined ||
    puts.length > 0 ||
    minimalDev !== undefined ||
    readOnly !== undefined ||
    masks.length > 0 ||
    hidden.length > 0 ||
    sealed.length > 0
  );
}

function placeOf(own: OwnRoot | undefined): Step {
  if (own === undefined) return step('root-at', ['/']);
  if (own.kind === 'namespace') return step('root-bind', [own.directory], own.at);
  return step('root-at', [own.kind === 'pivot' ? own.root : own.directory], own.at);
}

/** Where something may be made or found to be mounted on: the root, and what is put there below something else. */
function lockSteps({ own, puts }: RootSettings): Step[] {
  if (own === undefined) return [];
  const targets = [...puts.map(({ target }) => target), '/proc', '/dev'];
  const below = puts.flatMap((put) => {
    const directory = directoryOf(put);
    const isUsed = directory !== undefined && targets.some((each) => isBelow(each, put.target));
    return isUsed ? [step('lock-shared', [directory], put.at)] : [];
  });
  return [step('lock-shared', [own.kind === 'pivot' ? own.root : own.directory], own.at), ...below];
}

/** Of the host, where what is made in it is made. */
function directoryOf(put: Put): string | undefined {
  if (put.kind === 'bind') return put.source;
  return put.kind === 'overlay' ? put.upper : undefined;
}

function isBelow(path: string, directory: string): boolean {
  return path !== directory && path.startsWith(directory.endsWith('/') ? directory : `${directory}/`);
}

/** With a pid namespace of its own the jail's processes are to be seen, and nobody else's. */
function proc(config: VassalConfig, how: 'mount' | 'put-mount' | 'put-mount-if-there'): Step[] {
  const { mount } = config.root.proc?.value ?? { mount: 'auto' };
  return mount === 'on' || isInNewPid(config) ? procSteps(config, how, beforeRoot(config)) : [];
}

/** For a new pid namespace that this process is in. */
export function freshProc(config: VassalConfig): Step[] {
  return userAfter(config, 'pid') ? [] : procSteps(config, 'mount', config);
}

function procSteps(
  config: VassalConfig,
  how: 'mount' | 'put-mount' | 'put-mount-if-there',
  sets: NamespaceSets,
): Step[] {
  const { root, namespaces, unshare } = config;
  const maker = unshare?.value.has('pid') ? unshare : namespaces;
  const { value: wanted = { mount: 'auto' }, at = maker.at } = root.proc ?? {};
  if (wanted.mount === 'off') return [];
  if (wanted.mount === 'auto' && (!isNew(config, 'fs') || userAfter(sets, 'fs'))) return [];
  const data = wanted.mount === 'on' ? wanted.data : '';
  if (how === 'mount' && wanted.mount === 'auto') return [step('fresh-proc', [PROC_FLAGS, data], at)];
  if (how === 'mount') return [step('mount', ['proc', '/proc', 'proc', PROC_FLAGS, data], at)];
  const name = wanted.mount === 'on' ? 'put-mount' : how;
  return [step(name, ['proc', '/proc', PROC_FLAGS, data], at)];
}

function putStep(put: Put): Step {
  switch (put.kind) {
    case 'bind':
      return step(
        put.ifThere ? 'put-bind-if-there' : 'put-bind',
        [put.source, put.target, bindFlags(put)],
        put.at,
      );
    case 'tmpfs':
      return step(
        put.ifThere ? 'put-mount-if-there' : 'put-mount',
        ['tmpfs', put.target, put.flags, put.data],
        put.at,
      );
    case 'overlay':
      return step(
        'put-overlay',
        [put.lower, put.upper ?? '', put.work ?? '', put.target, MS.NOSUID | MS.NODEV],
        put.at,
      );
  }
}

function bindFlags({ recursive, readOnly }: Extract<Put, { kind: 'bind' }>): number {
  return (recursive ? MS.REC : 0) | (readOnly ? MS.RDONLY : 0);
}

function becomingRoot(own: OwnRoot | undefined): Step[] {
  if (own === undefined) return [];
  if (own.kind === 'namespace') return [step('switch-root', [], own.at)];
  if (own.kind === 'pivot') return [step('pivot-root', [own.root, own.old], own.at)];
  return [step('chroot', [own.directory], own.at)];
}
