// Vassals that speak uWSGI's language to their Emperor: uWSGI itself, and commands that ask for the pipe.
import type { Values } from './options/read.ts';
import type { UwsgiDefaults } from './uwsgi/defaults.ts';
import type { DropIn, ReadyWay, ReloadWay, VassalConfig } from './vassal-config.ts';

/** Of a command that is no drop-in. */
export function needsEmperorPipe(values: Values, ready: ReadyWay, reload: ReloadWay): boolean {
  return values.value('emperor-pipe') || ready.kind === 'emperor' || reload.kind === 'emperor';
}

/** `config` was made of the [vassal] section beside [uwsgi], where all is said that it does not say itself. */
export function asDropIn(
  config: VassalConfig,
  values: Values,
  uwsgi: DropIn,
  defaults: UwsgiDefaults,
): VassalConfig {
  const { ready, heartbeatMs, reload, stopTimeoutMs } = config;
  return {
    ...config,
    uwsgi,
    emperorPipe: true,
    ready: ready.kind === 'exec' ? { kind: 'emperor' } : ready,
    heartbeatMs: heartbeatMs === 0 ? defaults.heartbeatMs : heartbeatMs,
    reload: values.last('reload') ? reload : { kind: 'emperor' },
    stopTimeoutMs: values.last('stop-timeout') ? stopTimeoutMs : defaults.stopTimeoutMs,
  };
}
