// Options about where output goes.
import type { Option } from './option.ts';

export const OUTPUT_OPTIONS = {
  log: {
    scope: 'vassal',
    group: 'output',
    type: 'log',
    default: 'emperor',
    help: 'where its output goes, besides `tsjail logs`',
  },
  'log-max-size': {
    scope: 'vassal',
    group: 'output',
    type: 'log-size',
    default: '10M',
    help: 'a log file that would grow beyond this is put aside as FILE.1, the one before as FILE.2 and so on; 0: never',
  },
  'log-keep': {
    scope: 'vassal',
    group: 'output',
    type: 'integer',
    range: [0, 1000],
    default: '5',
    help: 'how many log files that were put aside are kept',
  },
  'log-date': {
    scope: 'vassal',
    group: 'output',
    type: 'flag',
    default: 'false',
    help: 'lines begin with the time, to the millisecond (UTC), in files and in the log of the daemon; the journal has its own',
  },
  'log-rate-limit': {
    scope: 'vassal',
    group: 'output',
    type: 'line-rate',
    default: 'off',
    help: 'so many lines in that time at most, such as 10000/30s; what is more is dropped, and how many that were is told in the log',
  },
} as const satisfies Readonly<Record<string, Option>>;
