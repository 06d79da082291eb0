// What the jail's root file system is made of: the checked settings, as the plan sees them.
import type { HostFacts } from '../host.ts';
import type { JailSettings } from '../jail-settings.ts';
import type { Given, Values } from '../options/read.ts';
import type { Located, Origin } from '../origin.ts';
import type { Problems } from '../problems/problems.ts';
import { checkRoot } from './check.ts';
import type { BindMount, Overlay, PivotRoot, Proc, Tmpfs } from './values.ts';

export type OwnRoot =
  | { readonly kind: 'namespace'; readonly directory: string; readonly at: Origin }
  | ({ readonly kind: 'pivot'; readonly at: Origin } & PivotRoot)
  | { readonly kind: 'chroot'; readonly directory: string; readonly at: Origin };

/** What is put into the root, in the order of the lines. */
export type Put =
  | {
      readonly kind: 'bind';
      readonly source: string;
      readonly target: string;
      readonly readOnly: boolean;
      readonly recursive: boolean;
      /** Else it is left out. */
      readonly ifThere?: boolean;
      readonly at: Origin;
    }
  | ({ readonly kind: 'tmpfs'; readonly ifThere?: boolean; readonly at: Origin } & Tmpfs)
  | ({ readonly kind: 'overlay'; readonly at: Origin } & Overlay);

export interface RootSettings {
  /** Undefined: the vassal sees the host's. */
  readonly own: OwnRoot | undefined;
  readonly puts: readonly Put[];
  readonly proc: Located<Proc> | undefined;
  readonly minimalDev: Origin | undefined;
  /** A root without /dev stays without. */
  readonly devIfThere?: boolean;
  readonly readOnly: Origin | undefined;
  readonly masks: readonly Located<string>[];
  /** Masked where root of the jail's user namespace may go. */
  readonly hidden?: readonly Located<string>[];
  /** Directories and files below which nothing can be written. */
  readonly sealed?: readonly Located<string>[];
  readonly keepOldRoot: boolean;
}

export const HOSTS_ROOT: RootSettings = {
  own: undefined,
  puts: [],
  proc: undefined,
  minimalDev: undefined,
  readOnly: undefined,
  masks: [],
  keepOldRoot: false,
};

export function rootSettings(
  values: Values,
  jail: JailSettings,
  host: HostFacts,
  problems: Problems,
): RootSettings {
  if (!values.mentions('file system')) return HOSTS_ROOT;
  const own = ownRoot(values);
  checkRoot(values, jail, host, problems);
  const dev = values.last('dev');
  const readOnly = values.last('read-only');
  return {
    own,
    puts: putsOf(values, own),
    proc: values.located('proc'),
    minimalDev: dev?.value === 'minimal' ? dev.at : undefined,
    readOnly: readOnly?.value ? readOnly.at : undefined,
    masks: values.allLocated('mask'),
    keepOldRoot: values.value('keep-old-root'),
  };
}

function ownRoot(values: Values): OwnRoot | undefined {
  const namespace = values.last('namespace');
  if (namespace) return { kind: 'namespace', directory: namespace.value.directory, at: namespace.at };
  const pivot = values.last('pivot-root');
  if (pivot) return { kind: 'pivot', ...pivot.value, at: pivot.at };
  const chroot = values.last('chroot');
  return chroot && { kind: 'chroot', directory: chroot.value, at: chroot.at };
}

function putsOf(values: Values, own: OwnRoot | undefined): readonly Put[] {
  const kept = values.all('namespace-keep-mount').map(({ index, value, at }): [number, Put] => {
    const target = value.target ?? insideOf(own, value.source);
    return [index, { kind: 'bind', source: value.source, target, readOnly: false, recursive: false, at }];
  });
  const bound = (option: 'bind' | 'bind-ro') => values.all(option).map((given) => bind(given, option));
  const tmpfs = values
    .all('tmpfs')
    .map(({ index, value, at }): [number, Put] => [index, { kind: 'tmpfs', ...value, at }]);
  const overlays = values
    .all('overlay')
    .map(({ index, value, at }): [number, Put] => [index, { kind: 'overlay', ...value, at }]);
  return [...kept, ...bound('bind'), ...bound('bind-ro'), ...tmpfs, ...overlays]
    .sort(([a], [b]) => a - b)
    .map(([, put]) => put);
}

function bind({ index, value, at }: Given<BindMount>, option: 'bind' | 'bind-ro'): [number, Put] {
  const { source, target = source } = value;
  return [index, { kind: 'bind', source, target, readOnly: option === 'bind-ro', recursive: true, at }];
}

/** As uWSGI: of a path below the new root the rest is the place inside. */
function insideOf(own: OwnRoot | undefined, path: string): string {
  const below = own?.kind === 'namespace' && own.directory !== '/' && path.startsWith(`${own.directory}/`);
  return below ? path.slice(own.directory.length) : path;
}
