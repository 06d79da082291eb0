// Options about when a vassal is started again, how it is stopped, and what a change does.
import { MOST, type Option } from './option.ts';

export const LIFE_OPTIONS = {
  restart: {
    scope: 'vassal',
    group: 'life',
    type: 'restart',
    default: 'always',
    help: 'whether a command that ended is started again',
  },
  'restart-delay': {
    scope: 'vassal',
    group: 'life',
    type: 'seconds',
    default: 'emperor-throttle, 100ms',
    help: 'wait before the second restart in a row; doubled each time. The first one is immediate',
  },
  'max-restart-delay': {
    scope: 'vassal',
    group: 'life',
    type: 'seconds',
    default: 'emperor-max-throttle, 3m',
    help: 'the longest that restart-delay grows to',
  },
  'stable-after': {
    scope: 'vassal',
    group: 'life',
    type: 'seconds',
    default: '10s',
    help: 'after this long a run counts as stable and the wait starts over; 0: always',
  },
  'start-limit': {
    scope: 'vassal',
    group: 'life',
    type: 'integer',
    range: [0, MOST],
    default: '0',
    help: 'starts in a row without becoming stable before the vassal is left alone; 0: no limit',
  },
  'start-timeout': {
    scope: 'vassal',
    group: 'life',
    type: 'seconds',
    range: [1, MOST],
    default: '90s',
    help: 'how long the set-up of the jail may take',
  },
  'stop-signal': {
    scope: 'vassal',
    group: 'life',
    type: 'signal',
    default: 'TERM',
    help: 'asks the command to end',
  },
  'stop-timeout': {
    scope: 'vassal',
    group: 'life',
    type: 'seconds',
    aliases: ['reload-mercy'],
    default: 'emperor-curse-tolerance, 10s',
    help: 'how long after stop-signal the whole jail is killed',
  },
  reload: {
    scope: 'vassal',
    group: 'life',
    type: 'reload',
    default: 'restart',
    help: 'what a change or touch of the file does; overlap: the new one first, the old one is ended when that is ready; signal:HUP sends only a signal where no new jail is needed, emperor a byte by the emperor pipe (of uWSGI the default)',
  },
} as const satisfies Readonly<Record<string, Option>>;
