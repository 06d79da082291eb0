// What a daemon without root's rights cannot do to its vassals' priorities and limits: said by `check`, not by a failed start.
import type { HostFacts } from './host.ts';
import type { Values } from './options/read.ts';
import { LIMIT_OPTIONS, type LimitOption } from './options.ts';
import type { Problems } from './problems/problems.ts';
import { valueSpan } from './problems/report.ts';
import { RESOURCES } from './resources.ts';

export function checkResources(values: Values, host: HostFacts, problems: Problems): void {
  if (!values.mentions('resources')) return;
  if (host.uid !== 0) checkPriorities(values, host.oomScoreAdj ?? 0, problems);
  for (const option of LIMIT_OPTIONS) checkLimit(values, option, host, problems);
}

function checkPriorities(values: Values, ownScore: number, problems: Problems): void {
  const prio = values.last('prio');
  if (prio && prio.value < 0) {
    problems.error('needs-root', 'a negative `prio` needs root', valueSpan(prio.item.entry));
  }
  const score = values.last('oom-score-adj');
  if (score && score.value < ownScore) {
    const message = `without root oom-score-adj cannot be lower than the daemon's own, ${ownScore}`;
    problems.error('needs-root', message, valueSpan(score.item.entry));
  }
}

/** Of the hard half: the jailer lowers a soft one to the hard one that there is. */
function checkLimit(
  values: Values,
  option: LimitOption,
  { hardLimits }: HostFacts,
  problems: Problems,
): void {
  const limit = values.last(option);
  const { number, unit } = RESOURCES[option.slice('limit-'.length)] ?? { number: -1, unit: 'count' };
  const most = hardLimits?.[number] ?? Number.POSITIVE_INFINITY;
  if (limit?.value.hard === undefined || limit.value.hard <= most) return;
  const amount = unit === 'bytes' || unit === 'mebibytes' ? `${most} bytes` : most;
  const message = `the daemon's own hard limit is ${amount}: a higher one needs CAP_SYS_RESOURCE`;
  problems.error('needs-root', message, valueSpan(limit.item.entry));
}
