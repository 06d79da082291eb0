// When a vassal is started besides that its file is there: after which others, at which times, and how many of it.
import { listed } from './dialect/text.ts';
import { validVassalName } from './names.ts';
import type { Values } from './options/read.ts';
import { Bad } from './problems/bad.ts';
import type { Problems } from './problems/problems.ts';
import { valueSpan } from './problems/report.ts';
import type { VassalConfig } from './vassal-config.ts';

type Schedule = Pick<VassalConfig, 'after' | 'instances' | 'cron'> &
  Partial<Pick<VassalConfig, 'restart' | 'reload'>>;

const NOBODY: readonly never[] = [];

/** `db cache`, `db, cache`. */
export function readNames(text: string): readonly string[] | Bad {
  const names: string[] = [];
  for (const { word, from, to } of listed(text)) {
    const complaint = validVassalName(word);
    if (complaint) return new Bad(`\`${word}\`: ${complaint}`, { from, to });
    if (word.endsWith('.ini'))
      return new Bad('the name of a vassal is that of its file without `.ini`', {
        from,
        to,
        suggestion: word.slice(0, -4),
      });
    names.push(word);
  }
  return names.length === 0 ? new Bad('which vassals?') : names;
}

/** What a cron is restarted by is its next time, and a change of the file is no reason to end a run of it. */
export function scheduleOf(values: Values, problems: Problems): Schedule {
  const cron = values.last('cron')?.value;
  const named = values.all('after');
  const after =
    named.length === 0
      ? NOBODY
      : named.flatMap(({ value, at }) => value.map((name) => ({ value: name, at })));
  const schedule = { after, instances: values.last('instances')?.value, cron };
  if (cron === undefined) return schedule;
  checkRestart(values, problems);
  const demand = values.last('on-demand');
  if (demand?.value)
    problems.error(
      'contradiction',
      'it is started at the times of `cron`, or by who calls it: not both',
      valueSpan(demand.item.entry),
    );
  return { ...schedule, restart: 'never', ...(values.last('reload') ? {} : { reload: { kind: 'none' } }) };
}

function checkRestart(values: Values, problems: Problems): void {
  const restart = values.last('restart');
  if (restart === undefined || restart.value === 'never') return;
  const message = 'with `cron` it is started again when its next time comes, and not before';
  problems.error('contradiction', message, valueSpan(restart.item.entry), 'never');
}
