// Vassals that speak uWSGI's language to their Emperor: uWSGI itself, and commands that ask for the pipe.
import type { Values } from './options/read.ts';
import type { UwsgiDefaults } from './uwsgi/defaults.ts';
import type { DropIn, VassalConfig } from './vassal-config.ts';

type Pipe = Pick<VassalConfig, 'emperorPipe' | 'uwsgi'>;
type Uses = Pick<VassalConfig, 'ready' | 'reload'>;

/** Of a command that is no drop-in. */
export function emperorPipeOf(values: Values, { ready, reload }: Uses): Pipe {
  const isNeeded = ready.kind === 'emperor' || reload.kind === 'emperor';
  return { emperorPipe: values.value('emperor-pipe') || isNeeded, uwsgi: undefined };
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
