// GET /metrics: the vassals in Prometheus' text format (version 0.0.4).
import type { VassalState, VassalView } from '../emperor/view.ts';

interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly value: (vassal: VassalView) => number | null;
}

const UP: readonly VassalState[] = ['running', 'reloading'];

const METRICS: readonly Metric[] = [
  {
    name: 'up',
    type: 'gauge',
    help: '1 while the command runs.',
    value: (vassal) => (UP.includes(vassal.state) ? 1 : 0),
  },
  {
    name: 'restarts_total',
    type: 'counter',
    help: 'Restarts since the vassal was added.',
    value: (vassal) => vassal.restarts,
  },
  {
    name: 'config_invalid',
    type: 'gauge',
    help: '1 while the file on disk is bad.',
    value: (vassal) => (vassal.error ? 1 : 0),
  },
  {
    name: 'state_since_seconds',
    type: 'gauge',
    help: 'Unix time at which the present state began.',
    value: (vassal) => vassal.since,
  },
  {
    name: 'start_seconds',
    type: 'gauge',
    help: 'From the decision to start to the command exec-ed.',
    value: (vassal) => perMillion(vassal.startUsec),
  },
  {
    name: 'memory_bytes',
    type: 'gauge',
    help: 'Memory of the cgroup.',
    value: (vassal) => vassal.memoryBytes,
  },
  {
    name: 'cpu_seconds_total',
    type: 'counter',
    help: 'CPU time of the cgroup.',
    value: (vassal) => perMillion(vassal.cpuUsec),
  },
  { name: 'processes', type: 'gauge', help: 'Processes in the cgroup.', value: (vassal) => vassal.pids },
];

export function metricsText(vassals: readonly VassalView[]): string {
  return [...METRICS.flatMap((metric) => family(metric, vassals)), ...states(vassals), ''].join('\n');
}

function family(metric: Metric, vassals: readonly VassalView[]): string[] {
  const name = `tsjail_vassal_${metric.name}`;
  const samples = vassals.flatMap((vassal) => {
    const value = metric.value(vassal);
    return value === null ? [] : [`${name}{vassal="${label(vassal.name)}"} ${value}`];
  });
  return [`# HELP ${name} ${metric.help}`, `# TYPE ${name} ${metric.type}`, ...samples];
}

/** Only the state that holds: a series for each that does not would be noise. */
function states(vassals: readonly VassalView[]): string[] {
  const name = 'tsjail_vassal_state';
  return [
    `# HELP ${name} The state, as a label.`,
    `# TYPE ${name} gauge`,
    ...vassals.map((vassal) => `${name}{vassal="${label(vassal.name)}",state="${vassal.state}"} 1`),
  ];
}

function label(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
}

function perMillion(micro: number | null): number | null {
  return micro === null ? null : micro / 1e6;
}
