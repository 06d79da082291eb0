// What an ordinary user's daemon cannot do to its vassals' priorities and limits: said by `check`, not by a failed start.
import type { HostFacts } from './host.ts';
import { LIMIT_OPTIONS } from './options.ts';
import type { Values } from './options-read.ts';
import type { Problems } from './problems.ts';
import { valueSpan } from './report.ts';

/** Resources whose hard limit the system sets low for users: `unlimited` is not to be had there. */
const TIGHT: readonly string[] = [
  'limit-nofile',
  'limit-nproc',
  'limit-memlock',
  'limit-nice',
  'limit-rtprio',
];

export function checkResources(values: Values, host: HostFacts, problems: Problems): void {
  const prio = values.last('prio');
  if (prio && prio.value < 0) {
    problems.error('needs-root', 'a negative `prio` needs root', valueSpan(prio.item.entry));
  }
  const score = values.last('oom-score-adj');
  const own = host.oomScoreAdj ?? 0;
  if (score && score.value < own) {
    const message = `without root oom-score-adj cannot be lower than the daemon's own, ${own}`;
    problems.error('needs-root', message, valueSpan(score.item.entry));
  }
  for (const option of LIMIT_OPTIONS) {
    const limit = values.last(option);
    if (limit?.value.hard !== Number.POSITIVE_INFINITY || !TIGHT.includes(option)) continue;
    const message = "without root a hard limit cannot be above the daemon's own";
    problems.warning('needs-root', message, valueSpan(limit.item.entry));
  }
}
