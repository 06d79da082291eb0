// What the daemon's own config says about vassals that are uWSGI itself.
import type { Values } from '../options/read.ts';

export interface UwsgiDefaults {
  readonly program: string;
  /** Tried before it, and after it. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly magicExec: boolean;
  /** Of files that are vassals though they are no INI; without the dot. */
  readonly extensions: readonly string[];
  readonly heartbeatMs: number;
  readonly stopTimeoutMs: number;
  readonly gracefulStop: boolean;
}

/** Its workers get a minute for their last requests (`worker-reload-mercy`). */
const STOP_TIMEOUT_MS = 60_000;

/** Those of a daemon without a config; the same as in the table of options. */
export const NO_UWSGI_DEFAULTS: UwsgiDefaults = {
  program: 'uwsgi',
  before: [],
  after: [],
  magicExec: false,
  extensions: [],
  heartbeatMs: 30_000,
  stopTimeoutMs: STOP_TIMEOUT_MS,
  gracefulStop: false,
};

export function uwsgiDefaults(values: Values): UwsgiDefaults {
  const programs = (name: 'emperor-wrapper-override' | 'emperor-wrapper-fallback') =>
    values.all(name).flatMap(({ value }) => value.words);
  return {
    program: values.value('emperor-wrapper').words[0] ?? NO_UWSGI_DEFAULTS.program,
    before: programs('emperor-wrapper-override'),
    after: programs('emperor-wrapper-fallback'),
    magicExec: values.value('emperor-magic-exec'),
    extensions: values.all('emperor-extra-extension').map(({ value }) => value),
    heartbeatMs: values.value('emperor-required-heartbeat'),
    stopTimeoutMs: values.last('emperor-curse-tolerance')?.value ?? STOP_TIMEOUT_MS,
    gracefulStop: values.value('emperor-graceful-shutdown'),
  };
}
