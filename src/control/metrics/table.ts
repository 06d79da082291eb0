// The one table of all metrics. docs/metrics.md, the dashboard and the alert rules are checked against it.
import type { VassalState } from '../../emperor/view.ts';
import { type Family, histogram, ofDaemon, ofDaemonBy, ofVassals, ofVassalsBy } from './family.ts';

const UP: ReadonlySet<VassalState> = new Set(['running', 'reloading']);
const STATES: readonly VassalState[] = [
  'invalid',
  'waiting',
  'starting',
  'running',
  'reloading',
  'backoff',
  'stopping',
  'stopped',
  'failed',
  'exited',
];

export const VASSAL_FAMILIES: readonly Family[] = [
  ofVassals(['tsjail_vassal_up', 'gauge', '1 while the command runs.'], ({ state }) => Number(UP.has(state))),
  ofVassals(
    ['tsjail_vassal_ready', 'gauge', '1 while the command runs and has said that it is ready.'],
    ({ ready }) => Number(ready),
  ),
  ofVassalsBy(
    ['tsjail_vassal_state', 'gauge', '1 for the state that holds; other states have no sample.'],
    'state',
    ({ state }) => [[state, 1]],
  ),
  ofVassals(
    ['tsjail_vassal_state_since_timestamp_seconds', 'gauge', 'Unix time at which the present state began.'],
    ({ since }) => since,
  ),
  ofVassals(
    ['tsjail_vassal_start_time_seconds', 'gauge', 'Unix time at which the command that runs was started.'],
    ({ execdAt }) => execdAt,
  ),
  ofVassals(
    ['tsjail_vassal_uptime_seconds', 'gauge', 'How long the command has been running; 0 while it does not.'],
    ({ execdAt }) => (execdAt === null ? 0 : Math.max(0, Date.now() / 1000 - execdAt)),
  ),
  ofVassals(['tsjail_vassal_starts_total', 'counter', 'Starts of a jail.'], ({ starts }) => starts),
  ofVassals(
    ['tsjail_vassal_restarts_total', 'counter', 'Starts that nobody asked for: after an end.'],
    ({ restarts }) => restarts,
  ),
  ofVassals(
    ['tsjail_vassal_consecutive_failures', 'gauge', 'Ends in a row without having been stable.'],
    ({ failures }) => failures,
  ),
  ofVassalsBy(
    [
      'tsjail_vassal_exits_total',
      'counter',
      'Ends by reason: success, exit-code, signal, core-dump, oom-kill, setup, timeout-start, timeout-stop, heartbeat, protocol.',
    ],
    'reason',
    ({ exits }) => Object.entries(exits),
  ),
  ofVassals(
    ['tsjail_vassal_oom_kills_total', 'counter', 'Processes that the kernel has killed for want of memory.'],
    ({ oomKills }) => oomKills,
  ),
  ofVassals(
    [
      'tsjail_vassal_start_duration_seconds',
      'gauge',
      'The last start, from the decision to the command executed.',
    ],
    ({ startUsec }) => perMillion(startUsec),
  ),
  ofVassals(
    [
      'tsjail_vassal_memory_bytes',
      'gauge',
      'Memory of the control group, or of its processes without a memory controller.',
    ],
    ({ memoryBytes }) => memoryBytes,
  ),
  ofVassals(
    ['tsjail_vassal_cpu_seconds_total', 'counter', 'CPU time of the control group, of all its jails.'],
    ({ cpuUsec }) => perMillion(cpuUsec),
  ),
  ofVassals(
    ['tsjail_vassal_processes', 'gauge', 'Processes in the control group.'],
    ({ processes }) => processes,
  ),
  ofVassals(
    ['tsjail_vassal_config_invalid', 'gauge', '1 while the file on disk is bad, whatever runs.'],
    ({ isInvalid }) => Number(isInvalid),
  ),
  ofVassals(
    ['tsjail_vassal_config_errors_total', 'counter', 'Texts of its file that were bad.'],
    ({ configErrors }) => configErrors,
  ),
  ofVassals(
    ['tsjail_vassal_log_lines_total', 'counter', 'Lines that it printed.'],
    ({ output }) => output.lines,
  ),
  ofVassals(
    ['tsjail_vassal_log_bytes_total', 'counter', 'Bytes that it printed.'],
    ({ output }) => output.bytes,
  ),
  ofVassalsBy(
    [
      'tsjail_vassal_log_dropped_lines_total',
      'counter',
      'Lines that went beyond log-rate-limit (limited), or that its file or the journal has not taken (unwritten).',
    ],
    'reason',
    ({ output: { limited, unwritten } }) => [
      ['limited', limited],
      ['unwritten', unwritten],
    ],
  ),
];

export const DAEMON_FAMILIES: readonly Family[] = [
  ofDaemonBy(
    ['tsjail_build_info', 'gauge', 'Versions, as labels of a constant 1.'],
    ['version', 'node'],
    ({ daemon }) => [[[daemon.version, process.versions.node], 1]],
  ),
  ofDaemonBy(['tsjail_vassals', 'gauge', 'Vassals by state.'], ['state'], ({ vassals }) =>
    STATES.map((state) => [[state], vassals.filter((each) => each.state === state).length]),
  ),
  histogram(
    'tsjail_start_duration_seconds',
    'Starts of all vassals, from the decision to the command executed.',
    ({ starts }) => starts,
  ),
  ofDaemonBy(
    ['tsjail_config_reloads_total', 'counter', 'How often the config of the daemon was read again.'],
    ['result'],
    ({ daemon: { reloads } }) => [
      [['success'], reloads.succeeded],
      [['failure'], reloads.failed],
    ],
  ),
  ofDaemon(
    ['tsjail_config_last_reload_successful', 'gauge', '0 when the config was bad and the old one stayed.'],
    ({ reloads }) => Number(reloads.isLastGood),
  ),
  ofDaemon(
    [
      'tsjail_config_last_reload_success_timestamp_seconds',
      'gauge',
      'Unix time at which the present config of the daemon was read.',
    ],
    ({ reloads }) => reloads.lastSuccess,
  ),
  ofDaemon(
    ['tsjail_source_troubles', 'gauge', 'Sources that cannot be read, or are not believed.'],
    ({ troubles }) => troubles,
  ),
  ofDaemon(
    [
      'tsjail_log_dropped_lines_total',
      'counter',
      'Lines of its log and of vassals that nobody took in time.',
    ],
    ({ unlogged }) => unlogged,
  ),
  ofDaemon(
    ['tsjail_event_loop_busy_seconds_total', 'counter', 'Time that the event loop did not spend waiting.'],
    ({ busySec }) => busySec,
  ),
  histogram(
    'tsjail_event_loop_turn_duration_seconds',
    'Turns of the event loop with news of vassals: so late is whatever comes next.',
    ({ turns }) => turns,
  ),
  ofDaemon(['process_cpu_seconds_total', 'counter', 'CPU time of the daemon.'], ({ cpuSec }) => cpuSec),
  ofDaemon(
    ['process_resident_memory_bytes', 'gauge', 'Resident memory of the daemon.'],
    ({ residentBytes }) => residentBytes,
  ),
  ofDaemon(
    ['nodejs_heap_size_used_bytes', 'gauge', 'Of that, objects of JavaScript.'],
    ({ heapBytes }) => heapBytes,
  ),
  ofDaemon(['process_open_fds', 'gauge', 'Descriptors of the daemon.'], ({ openFds }) => openFds),
  ofDaemon(['process_max_fds', 'gauge', 'How many it may have.'], ({ mostFds }) => mostFds),
  ofDaemon(
    ['process_start_time_seconds', 'gauge', 'Unix time at which the daemon started.'],
    ({ startedAt }) => startedAt,
  ),
];

export const FAMILIES: readonly Family[] = [...DAEMON_FAMILIES, ...VASSAL_FAMILIES];

function perMillion(micro: number | null | undefined): number | undefined {
  return micro === null || micro === undefined ? undefined : micro / 1e6;
}
