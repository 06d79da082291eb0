// Metrics of a real daemon: what they count, and for how long.

import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { emperor, type TestEmperor } from '../helpers/emperor.ts';
import { faultsOf } from '../helpers/metrics-lint.ts';
import { until } from '../helpers/until.ts';

const SLEEP = '[vassal]\ncommand = sh -c "echo one; echo two; exec sleep 1000"\nstable-after = 0\n';

function scrape({ control }: TestEmperor, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: control, path: '/metrics', headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve(text));
    });
    call.on('error', reject);
    call.end();
  });
}

const valueIn = (text: string, series: string) => {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
};

test('counters go on through restarts, and go with the vassal', async () => {
  const daemon = await emperor({ files: { 'a.ini': SLEEP } });
  const { pid } = await daemon.running('a');
  await until('its lines', async () => (await daemon.logs('a')).length === 2);
  process.kill(pid ?? 0, 'SIGKILL');
  await daemon.until('a', (view) => view?.generation === 2 && view.state === 'running');
  await until('its lines', async () => (await daemon.logs('a')).length === 5);
  daemon.put('a.ini', `${SLEEP}bad = 1\n`);
  await daemon.until('a', (view) => view?.error !== null);
  const text = await scrape(daemon);
  expect(faultsOf(text)).toEqual([]);
  const values = {
    up: '{vassal="a"}',
    ready: '{vassal="a"}',
    starts_total: '{vassal="a"}',
    restarts_total: '{vassal="a"}',
    exits_total: '{vassal="a",reason="signal"}',
    log_lines_total: '{vassal="a"}',
    log_bytes_total: '{vassal="a"}',
    config_invalid: '{vassal="a"}',
    config_errors_total: '{vassal="a"}',
    state: '{vassal="a",state="running"}',
    oom_kills_total: '{vassal="a"}',
  };
  expect(
    Object.entries(values).map(([name, labels]) => [name, valueIn(text, `tsjail_vassal_${name}${labels}`)]),
  ).toEqual([
    ['up', 1],
    ['ready', 1],
    ['starts_total', 2],
    ['restarts_total', 1],
    ['exits_total', 1],
    ['log_lines_total', 4],
    ['log_bytes_total', 16],
    ['config_invalid', 1],
    ['config_errors_total', 1],
    ['state', 1],
    ['oom_kills_total', 0],
  ]);
  expect(valueIn(text, 'tsjail_start_duration_seconds_count')).toBe(2);
  expect(valueIn(text, 'tsjail_vassals{state="running"}')).toBe(1);
  expect(valueIn(text, 'tsjail_vassal_uptime_seconds{vassal="a"}')).toBeGreaterThan(0);
  expect(valueIn(text, 'process_open_fds')).toBeGreaterThan(5);
  expect(valueIn(text, 'tsjail_event_loop_turn_duration_seconds_count')).toBeGreaterThan(1);
  daemon.remove('a.ini');
  await daemon.until('a', (view) => view === undefined);
  expect(await scrape(daemon)).not.toContain('vassal="a"');
});

test('processor time of jails that are gone is counted still', async () => {
  const busy =
    '[vassal]\ncommand = sh -c "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"\nrestart = never\n';
  const daemon = await emperor({ files: { 'a.ini': busy } });
  const view = await daemon.until('a', (each) => each?.state === 'exited');
  const cpu = valueIn(await scrape(daemon), 'tsjail_vassal_cpu_seconds_total{vassal="a"}');
  // Without control groups nobody knows.
  if (cpu === undefined) return;
  expect([view.cgroup, cpu > 0.01]).toEqual([null, true]);
  await daemon.act('start', 'a');
  await daemon.until('a', (each) => each?.generation === 2 && each.state === 'exited');
  expect(valueIn(await scrape(daemon), 'tsjail_vassal_cpu_seconds_total{vassal="a"}')).toBeGreaterThan(cpu);
});

test('reloads of its own config are counted, by what became of them', async () => {
  const daemon = await emperor({ args: ['--vassals-set', 'x-y=1'] });
  const before = Number(valueIn(await scrape(daemon), 'tsjail_config_last_reload_success_timestamp_seconds'));
  daemon.child.kill('SIGHUP');
  await until('a reload', async () =>
    (await scrape(daemon)).includes('tsjail_config_reloads_total{result="success"} 1\n'),
  );
  const text = await scrape(daemon);
  expect(valueIn(text, 'tsjail_config_last_reload_successful')).toBe(1);
  expect(valueIn(text, 'tsjail_config_last_reload_success_timestamp_seconds')).toBeGreaterThan(before);
});

test('a config that is bad is told of', async () => {
  const first = await emperor();
  const config = `${first.root}/emperor.ini`;
  writeFileSync(config, '[emperor]\n');
  const daemon = await emperor({ args: ['--config', config] });
  writeFileSync(config, '[emperor]\nnonsense = 1\n');
  daemon.child.kill('SIGHUP');
  await daemon.said(/the old one stays/);
  const text = await scrape(daemon);
  expect(valueIn(text, 'tsjail_config_reloads_total{result="failure"}')).toBe(1);
  expect(valueIn(text, 'tsjail_config_last_reload_successful')).toBe(0);
});

test('OpenMetrics for who asks for it', async () => {
  const daemon = await emperor({ files: { 'a.ini': SLEEP } });
  await daemon.running('a');
  const text = await scrape(daemon, { accept: 'application/openmetrics-text; version=1.0.0' });
  expect(text).toContain('# TYPE tsjail_vassal_restarts counter\n');
  expect(text.endsWith('# EOF\n')).toBe(true);
});
