// Options about vassals that are uWSGI itself, and about the pipe that uWSGI and its Emperor speak over.
import { MOST, type Option } from './option.ts';

export const DROP_IN_OPTIONS = {
  'emperor-pipe': {
    scope: 'vassal',
    group: 'life',
    type: 'flag',
    default: 'false',
    help: "hands the command a stream that speaks uWSGI's language to its Emperor (UWSGI_EMPEROR_FD); a file for uWSGI has it anyway",
  },
  'emperor-wrapper': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'program',
    default: 'uwsgi',
    help: 'the program that runs files with [uwsgi]; looked for in PATH',
  },
  'emperor-wrapper-override': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'program',
    repeatable: true,
    help: 'a program that is tried before it, with the same arguments',
  },
  'emperor-wrapper-fallback': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'program',
    repeatable: true,
    help: 'a program that is tried after it; when none can be run, the vassal is not started again',
  },
  'emperor-magic-exec': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'flag',
    default: 'false',
    help: 'a file that may be executed is, by uWSGI, and what it prints is the config',
  },
  'emperor-extra-extension': {
    scope: 'emperor',
    group: 'emperor',
    type: 'extension',
    aliases: ['emperor-extra-ext'],
    repeatable: true,
    help: 'files that end so are vassals too: uWSGI gets them with `--config`',
  },
  'emperor-required-heartbeat': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'seconds',
    range: [1, MOST],
    default: '30s',
    help: 'how long uWSGI may give no sign of life when it has given one (its option `heartbeat`) before it is killed',
  },
  'emperor-graceful-shutdown': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'flag',
    default: 'false',
    help: 'uWSGI is asked to end when its requests are done, not at once',
  },
} as const satisfies Readonly<Record<string, Option>>;
