// The command table: dispatch, help and suggestions all come from it. It loads nothing of what a command needs.
import { nearest } from '../config/problems/nearest.ts';
import type { Command, Run } from './command.ts';
import { UsageError } from './errors.ts';

const READ = ['json', 'control'] as const;
const VERB = ['all', 'parallel', 'json', 'control'] as const;
const CHAIN = ['all', 'parallel', 'keep-going', 'json', 'control'] as const;
const ANY = Number.POSITIVE_INFINITY;

const CHAINED =
  'Of several, two at a time (--parallel): each must be ready before the next has its turn. When one does not come back the rest is left as it is; those that were stopped or have ended are not among --all.';

export const COMMANDS: readonly Command[] = [
  {
    name: 'emperor',
    summary: 'govern vassals: the daemon, in the foreground',
    usage: '[SOURCE…] [--config FILE] [--control SOCKET] [--EMPEROR-OPTION[=VALUE]]…',
    about: [
      'SOURCE is a directory of NAME.ini files, dir://DIRECTORY or glob://PATTERN; without any, here and in the config, /etc/tsjail/vassals.',
      'The log goes to stderr, what vassals print to stdout. TERM ends it with all vassals, HUP reads the config again.',
    ],
    examples: ['tsjail emperor /etc/tsjail/vassals --emperor-use-clone=fs,pid'],
    options: ['config', 'control', 'log-format', 'log-file'],
    configOptions: 'emperor',
    operands: [0, ANY],
    load: loadEmperor,
  },
  {
    name: 'run',
    summary: 'run one vassal in the foreground',
    usage: '[FILE] [--OPTION[=VALUE]]… [-- COMMAND…]',
    about: [
      'Every option of a vassal is a flag and overrides the file. On a terminal the command gets a terminal of its own.',
      'Ends as the command did: with its code, 128 + n for signal n, 125 when the jail could not be set up.',
    ],
    examples: [
      'tsjail run web.ini',
      'tsjail run --clone=fs,pid,net,uts --hostname=box -- sh -c "hostname; ls /proc"',
    ],
    options: ['config'],
    configOptions: 'vassal',
    operands: [0, 1],
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'check',
    summary: 'find what is wrong with config files',
    usage: 'PATH… [--config FILE] [--json]',
    about: [
      "Of a directory, all its *.ini. A file with a section [emperor] is checked as the daemon's own. Exit code 1: there are errors.",
    ],
    examples: ['tsjail check /etc/tsjail/vassals', 'tsjail check web.ini --json'],
    options: ['config', 'json'],
    operands: [1, ANY],
    load: async () => (await import('./check.ts')).check,
  },
  {
    name: 'plan',
    summary: 'print what would be done for a vassal, step by step',
    usage: 'FILE [--config FILE] [--json]',
    about: [
      'These are the very steps that the jailer gets, the values of environment variables among them, each with its config line.',
      "The environment is made from that of the shell that calls it, while the daemon's vassals inherit the daemon's.",
    ],
    options: ['config', 'json'],
    operands: [1, 1],
    load: async () => (await import('./plan.ts')).plan,
  },
  {
    name: 'ls',
    summary: 'list the vassals',
    usage: '[NAME…] [--json]',
    options: READ,
    operands: [0, ANY],
    load: async () => (await import('./ls.ts')).ls,
  },
  {
    name: 'status',
    summary: 'tell all about a vassal, or about the daemon',
    usage: '[NAME] [--json]',
    about: ['Exit code 3: the vassal is not running.'],
    options: READ,
    operands: [0, 1],
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'start',
    summary: 'start vassals, at once where they wait to be restarted',
    usage: 'NAME… | --all [--parallel N] [--json]',
    about: ['Waits until they run, or says why they do not.'],
    options: VERB,
    operands: [0, ANY],
    load: async () => (await import('./act.ts')).act('start'),
  },
  {
    name: 'stop',
    summary: 'stop vassals; they stay down until `start`',
    usage: 'NAME… | --all [--parallel N] [--json]',
    about: [
      'Waits until every process of them is gone. Touching or editing the file does not start them again.',
    ],
    options: VERB,
    operands: [0, ANY],
    load: async () => (await import('./act.ts')).act('stop'),
  },
  {
    name: 'restart',
    summary: 'stop vassals and start them in a new jail',
    usage: 'NAME… | --all [--parallel N] [--keep-going] [--json]',
    about: [CHAINED],
    options: CHAIN,
    operands: [0, ANY],
    load: async () => (await import('./act.ts')).act('restart'),
  },
  {
    name: 'reload',
    summary: 'do what a change of the file would do',
    usage: 'NAME… | --all [--parallel N] [--keep-going] [--json]',
    about: ['A new jail, or only the signal that `reload = signal:NAME` of the vassal asks for.', CHAINED],
    examples: ['tsjail reload --all', 'tsjail reload --all --parallel 8 --keep-going'],
    options: CHAIN,
    operands: [0, ANY],
    load: async () => (await import('./act.ts')).act('reload'),
  },
  {
    name: 'logs',
    summary: 'show what vassals printed',
    usage: '[-f] [-n N] NAME… [--json]',
    about: ['With --json one object a line. With -f it ends when the vassal is removed.'],
    examples: ['tsjail logs web -f', 'tsjail logs web api -n 1000'],
    options: ['follow', 'lines', ...READ],
    operands: [1, ANY],
    load: async () => (await import('./logs.ts')).logs,
  },
  {
    name: 'events',
    summary: 'show what happens to vassals, as it happens',
    usage: '[--json]',
    about: ['With --json one object a line.'],
    options: READ,
    operands: [0, 0],
    load: async () => (await import('./events.ts')).events,
  },
  {
    name: 'reexec',
    summary: "put new code in the daemon's place; vassals run on",
    usage: '[--json]',
    about: [
      'The same process goes on with new code; no vassal is stopped, no connection to one is lost. SIGUSR2 does the same.',
      'The new code is tried beside the daemon before. When it cannot take over everything goes on as it is, with exit code 1.',
    ],
    options: READ,
    operands: [0, 0],
    load: async () => (await import('./reexec.ts')).reexec,
  },
  {
    name: 'cleanup',
    summary: 'remove what a daemon left that was killed',
    usage: '[--control SOCKET]',
    about: ['Cgroups and the socket. A daemon that lives is left alone.'],
    options: ['control'],
    operands: [0, 0],
    load: async () => (await import('./cleanup.ts')).cleanup,
  },
  {
    name: 'version',
    summary: 'tell the version, also of the daemon',
    usage: '[--json]',
    options: READ,
    operands: [0, 0],
    load: async () => (await import('./version.ts')).version,
  },
  {
    name: 'help',
    summary: 'explain a command',
    usage: '[COMMAND]',
    options: [],
    operands: [0, 1],
    load: async () => (await import('./help.ts')).help,
  },
];

/** Of the design, to be built yet: a guess at another command would be worse than the truth. */
const NOT_THERE_YET = ['enter', 'top', 'doctor', 'enable', 'disable'];

export function commandCalled(word: string): Command {
  const command = COMMANDS.find(({ name }) => name === word);
  if (command) return command;
  if (NOT_THERE_YET.includes(word)) throw new UsageError(`\`${word}\` is not there yet`);
  const names = COMMANDS.map(({ name }) => name);
  const meant = nearest(word, names);
  throw new UsageError(
    `unknown command \`${word}\`${meant === undefined ? '' : `; did you mean \`${meant}\`?`}`,
  );
}

/** The daemon's modules take a while to load, and until a signal has a handler it has Node's: death, or the inspector. */
async function loadEmperor(): Promise<Run> {
  const { holdSignals } = await import('./held-signals.ts');
  const release = holdSignals();
  const { optimizeSeldom } = await import('../system/optimizer.ts');
  optimizeSeldom();
  const { takeHanded } = await import('../system/handed.ts');
  const handed = takeHanded(process.env);
  const { emperor } = await import('./emperor.ts');
  return (call) => emperor(call, { release, handed });
}
