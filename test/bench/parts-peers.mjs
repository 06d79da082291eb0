// How the parts that set tsjail beside other supervisors are shown.
import { join } from 'node:path';
import { cases } from './cases.mjs';
import { emperors } from './emperors.mjs';
import { inSeconds, median, quantile, table } from './numbers.mjs';
import { barPlot } from './plot.mjs';
import { STOP_LIMIT_MS, supervisors } from './supervisors.mjs';

export async function besides({ mark }, directory) {
  const all = await supervisors(join(directory, 'supervisors'), mark);
  const rows = all.map(({ name, note, error, boot, respawn, stop, kib }) =>
    error
      ? [name, `did not run: ${error}`, '', '', '', note]
      : [name, range(boot), spread(respawn), range(stop), `${(median(kib) / 1024).toFixed(0)} MiB`, note],
  );
  const ran = all.filter(({ error }) => error === undefined);
  const bars = (key) =>
    ran.map((each) => ({
      name: each.name,
      value: median(each[key]),
      text: `${median(each[key]).toFixed(1)} ms`,
      ours: each.name.startsWith('tsjail'),
    }));
  const head = ['supervisor', '100 started', 'kill -9 → exec’d again', '100 stopped', 'memory (PSS)', 'note'];
  const what =
    '100 commands each, twice, in turn. For the ends all of them are up, each with one command that has run for more than a second.';
  return {
    title: 'Beside other supervisors',
    text: `${what}\n\n${table(head, rows)}`,
    plots: {
      'respawn.svg': barPlot('kill -9 → exec’d again, median', 'ms', bars('respawn')),
      'boot.svg': barPlot('100 commands started', 'ms', bars('boot')),
    },
  };
}

function spread(results) {
  const ms = (q) => quantile(results, q).toFixed(1);
  return `${ms(0.5)} ms (${ms(0)}–${ms(1)})`;
}

function range(results) {
  const [least, most] = [0, 1].map((q) => (quantile(results, q) / 1000).toFixed(2));
  if (quantile(results, 1) === Infinity) return `more than ${inSeconds(STOP_LIMIT_MS)}`;
  return least === most ? inSeconds(quantile(results, 0)) : `${least}–${most} s`;
}

export async function sideBySide({ mark }, directory) {
  const rows = await emperors(join(directory, 'emperors'), mark);
  const note =
    'The same files for both; uWSGI instances are real ones (`[uwsgi]`, unchanged), commands are `unprivileged-binary-patch-arg`. No jails. Both are up and take turns; the rows are measured beside each other, each with Emperors of its own, since uWSGI looks every three seconds and most of the time is spent waiting for that.';
  return {
    title: 'Beside the uWSGI Emperor',
    text: `${note}\n\n${table(['what', 'tsjail', 'uWSGI'], rows)}`,
  };
}

export async function wrongs({ mark }, directory) {
  const rows = await cases(join(directory, 'cases'), mark);
  const note =
    'The same files for both; commands are `unprivileged-binary-patch-arg`. All cases are tried at once, each with Emperors of its own: what is looked at is what happens, times are but rough.';
  return {
    title: 'What the uWSGI Emperor gets wrong',
    text: `${note}\n\n${table(['case', 'tsjail', 'uWSGI'], rows)}`,
  };
}
