// What the daemon's own config gives to every vassal.

import type { AttributeRules } from './attributes.ts';
import type { HookSettings } from './hooks/settings.ts';
import type { Capability } from './identity/capabilities.ts';
import type { NamespaceName } from './namespaces.ts';
import type { Located } from './origin.ts';
import type { OnDemandDefaults } from './sockets/on-demand.ts';
import type { TyrantRules } from './tenant.ts';
import { NO_UWSGI_DEFAULTS, type UwsgiDefaults } from './uwsgi/defaults.ts';

export interface VassalDefaults {
  /** Of vassals that have no `clone`. */
  readonly namespaces: Located<ReadonlySet<NamespaceName>> | undefined;
  /** Bounding set of every vassal; undefined: the daemon's. */
  readonly capabilities: Located<readonly Capability[]> | undefined;
  readonly restartDelayMs: number;
  readonly maxRestartDelayMs: number;
  readonly stopTimeoutMs: number;
  /** Lines `KEY=VALUE`, with placeholders that are the vassal's. */
  readonly set: readonly Located<string>[];
  /** Files `PATH[:SECTION]`, with placeholders that are the vassal's. */
  readonly includeBefore: readonly Located<string>[];
  readonly include: readonly Located<string>[];
  readonly inheritBefore: readonly Located<string>[];
  readonly inherit: readonly Located<string>[];
  /** They come before the vassal's own of the same phase. */
  readonly hooks?: HookSettings | undefined;
  /** Undefined: none are collected. */
  readonly attributes?: AttributeRules | undefined;
  /** A vassal runs as the owner of its file; undefined: as its config says. */
  readonly tyrant?: TyrantRules | undefined;
  /** By what a vassal is given a socket to wait on. */
  readonly onDemand?: OnDemandDefaults | undefined;
  /** Undefined: those of a daemon without a config. */
  readonly uwsgi?: UwsgiDefaults | undefined;
}

/** Those of a daemon without a config; the same as in the table of options. */
export const NO_DEFAULTS: VassalDefaults = {
  namespaces: undefined,
  capabilities: undefined,
  restartDelayMs: 100,
  maxRestartDelayMs: 180_000,
  stopTimeoutMs: 10_000,
  set: [],
  includeBefore: [],
  include: [],
  inheritBefore: [],
  inherit: [],
  uwsgi: NO_UWSGI_DEFAULTS,
};
