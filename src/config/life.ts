// When a vassal is started again, how it is stopped and what a change does.
import type { Values } from './options/read.ts';
import type { Problems } from './problems/problems.ts';
import { valueSpan } from './problems/report.ts';
import type { VassalConfig } from './vassal-config.ts';
import type { VassalDefaults } from './vassal-defaults.ts';

type Life = Pick<
  VassalConfig,
  | 'restart'
  | 'restartDelayMs'
  | 'maxRestartDelayMs'
  | 'stableAfterMs'
  | 'startLimit'
  | 'startTimeoutMs'
  | 'stopSignal'
  | 'stopTimeoutMs'
  | 'reload'
>;

/** signal(7): those that no program can handle. */
const UNHANDLED: ReadonlyMap<number, string> = new Map([
  [9, 'KILL'],
  [19, 'STOP'],
]);

export function lifeOf(values: Values, defaults: VassalDefaults, problems: Problems): Life {
  checkSignals(values, problems);
  const { restartDelayMs, maxRestartDelayMs } = delays(values, defaults, problems);
  return {
    restart: values.value('restart'),
    restartDelayMs,
    maxRestartDelayMs,
    stableAfterMs: values.value('stable-after'),
    startLimit: values.value('start-limit'),
    startTimeoutMs: values.value('start-timeout'),
    stopSignal: values.value('stop-signal'),
    stopTimeoutMs: values.last('stop-timeout')?.value ?? defaults.stopTimeoutMs,
    reload: values.value('reload'),
  };
}

/** What the vassal says itself wins: a limit that it does not know of gives way. */
function delays(
  values: Values,
  defaults: VassalDefaults,
  problems: Problems,
): Pick<Life, 'restartDelayMs' | 'maxRestartDelayMs'> {
  const delay = values.last('restart-delay');
  const most = values.last('max-restart-delay');
  if (delay && most && delay.value > most.value) {
    const message = '`restart-delay` is longer than `max-restart-delay`';
    problems.error('contradiction', message, valueSpan((delay.index > most.index ? delay : most).item.entry));
  }
  const restartDelayMs = delay?.value ?? Math.min(defaults.restartDelayMs, most?.value ?? Infinity);
  const maxRestartDelayMs = most?.value ?? Math.max(defaults.maxRestartDelayMs, restartDelayMs);
  return { restartDelayMs, maxRestartDelayMs };
}

function checkSignals(values: Values, problems: Problems): void {
  const reload = values.last('reload');
  const stop = values.value('stop-signal');
  if (reload?.value.kind === 'signal') {
    const { signal } = reload.value;
    const name = UNHANDLED.get(signal);
    const span = valueSpan(reload.item.entry);
    if (name) problems.error('bad-value', `no program can reload on ${name}`, span, 'signal:HUP');
    else if (signal === stop && !values.isBad('stop-signal'))
      problems.warning('contradiction', 'that is `stop-signal`: a change would end the command', span);
  }
  const given = values.last('stop-signal');
  if (given?.value === 19)
    problems.error('bad-value', 'STOP halts, but ends nothing', valueSpan(given.item.entry), 'TERM');
}
