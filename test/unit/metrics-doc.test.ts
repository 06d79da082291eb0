// docs/metrics.md, the dashboard and the alert rules speak of metrics that there are; `npm run metrics-doc` writes the table anew.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withMetricsTable } from '../../.dev/metrics-doc.ts';
import { FAMILIES } from '../../src/control/metrics/table.ts';
import { hasProgram } from '../helpers/programs.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const DOCS = new URL('../../docs/', import.meta.url).pathname;
const KNOWN = new Set(
  FAMILIES.flatMap(({ name, type }) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name],
  ),
);
/** Of Prometheus itself, and what stands for many. */
const OTHERS = new Set(['up', 'process_', 'nodejs_']);
const METRIC = /\b(?:tsjail|process|nodejs)_[a-z_]*/g;

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const read = (file: string) => readFileSync(`${DOCS}${file}`, 'utf8');
const unknownIn = (text: string) =>
  (text.match(METRIC) ?? []).filter((name) => !KNOWN.has(name) && !OTHERS.has(name));

test('docs/metrics.md is up to date', async () => {
  await expect(withMetricsTable(read('metrics.md'))).toMatchFileSnapshot('../../docs/metrics.md');
});

test('no page asks for a metric that is not there', () => {
  const families = new Set(FAMILIES.map(({ name }) => name));
  for (const file of ['metrics.md', 'logs.md'])
    expect([file, unknownIn(read(file)).filter((name) => !families.has(name))]).toEqual([file, []]);
  for (const file of readdirSync(`${DOCS}prometheus`))
    expect([file, unknownIn(read(`prometheus/${file}`))]).toEqual([file, []]);
});

test('the dashboard is JSON, and each of its panels asks for what is there', () => {
  const { panels, templating } = JSON.parse(read('grafana/tsjail.json')) as {
    readonly panels: readonly Panel[];
    readonly templating: { readonly list: readonly { readonly query: unknown }[] };
  };
  expect(panels.length).toBeGreaterThan(15);
  for (const { title, type, targets = [] } of panels) {
    if (type !== 'row') expect([title, targets.length > 0]).toEqual([title, true]);
    for (const { expr } of targets) {
      expect([title, unknownIn(expr)]).toEqual([title, []]);
      expect(expr).toMatch(METRIC);
      const count = (sign: string) => expr.split(sign).length;
      expect([title, count('('), count('{')]).toEqual([title, count(')'), count('}')]);
    }
  }
  expect(unknownIn(JSON.stringify(templating))).toEqual([]);
});

test('every metric is on the dashboard or among the rules, or is told by another one', () => {
  const shown = new Set(`${read('grafana/tsjail.json')}${read('prometheus/tsjail.rules.yml')}`.match(METRIC));
  const missing = FAMILIES.filter(({ name }) => ![name, `${name}_bucket`].some((each) => shown.has(each)));
  expect(missing.map(({ name }) => name)).toEqual([
    'tsjail_config_last_reload_success_timestamp_seconds',
    'process_start_time_seconds',
    'tsjail_vassal_state_since_timestamp_seconds',
    'tsjail_vassal_start_time_seconds',
    'tsjail_vassal_starts_total',
    'tsjail_vassal_start_duration_seconds',
    'tsjail_vassal_config_errors_total',
  ]);
});

/** Rules that record what is asked, for promtool to read. What Grafana replaces is replaced. */
function asRules(expressions: readonly string[]): string {
  const rules = expressions.map((expr) => expr.replace(/\$__\w+/g, '5m').replace(/\$\{?\w+\}?/g, '.*'));
  const lines = rules.map(
    (expr, index) => `      - {record: "docs:${index}", expr: ${JSON.stringify(expr)}}`,
  );
  return ['groups:', '  - name: docs', '    rules:', ...lines, ''].join('\n');
}

function dashboardExpressions(): string[] {
  const { panels } = JSON.parse(read('grafana/tsjail.json')) as { readonly panels: readonly Panel[] };
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

/** The right column of the table of questions. */
function questions(): string[] {
  const [, table = ''] = read('metrics.md').split('## Questions');
  return [...table.matchAll(/^\| [^|]* \| `(.*)` \|$/gm)].map(([, expr = '']) => expr.replaceAll('\\|', '|'));
}

const withPromtool = hasProgram('promtool') || process.env.CI !== undefined ? describe : describe.skip;
withPromtool('promtool', () => {
  test.each([
    ['the alert rules', () => read('prometheus/tsjail.rules.yml'), 10],
    ['what the dashboard asks', () => asRules(dashboardExpressions()), 20],
    ['the questions', () => asRules(questions()), 7],
  ])('finds nothing wrong with %s', (_what, text, least) => {
    const path = join(tempDirectory(), 'docs.yml');
    writeFileSync(path, text());
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', path], { encoding: 'utf8' });
    expect(status, `${stdout}${stderr}`).toBe(0);
    expect(Number(/(\d+) rules found/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(least);
  });
});
