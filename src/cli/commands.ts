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
    usage: '[SOURCE…] [--config FILE] [--control SOCKET] [--json] [--EMPEROR-OPTION[=VALUE]]…',
    about: [
      'SOURCE is a directory of NAME.ini files, dir://DIRECTORY or glob://PATTERN; without any, here and in the config, /etc/tsjail/vassals.',
      'The log goes to stderr, what vassals print to stdout. TERM ends it with all vassals, HUP reads the config again.',
      'With --json both are objects, one a line, and so is all that it has to say before there is a log. The one with `event` = `governing` has its pid, the control socket, the sources and the number of vassals.',
    ],
    examples: ['tsjail emperor /etc/tsjail/vassals --emperor-use-clone=fs,pid'],
    options: ['config', 'control', 'log-format', 'log-file', 'json'],
    configOptions: 'emperor',
    operands: [0, ANY],
    load: loadEmperor,
  },
  {
    name: 'run',
    summary: 'run one vassal in the foreground',
    usage: '[FILE] [--json] [--OPTION[=VALUE]]… [-- COMMAND…]',
    about: [
      'Every option of a vassal is a flag and overrides the file. On a terminal the command gets a terminal of its own.',
      'Ends as the command did: with its code, 128 + n for signal n, 125 when the jail could not be set up.',
      "With --json the last line on stderr is an object: how it ended, what it used, which step of set-up failed, what is wrong with the config. stdout is the command's alone.",
    ],
    examples: [
      'tsjail run web.ini',
      'tsjail run --clone=fs,pid,net,uts --hostname=box -- sh -c "hostname; ls /proc"',
    ],
    options: ['config', 'json'],
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
    name: 'explain',
    summary: 'tell what an option is, or another word of a config',
    usage: 'TOPIC… [--json]',
    about: [
      'TOPIC is an option (also as a flag, or of uWSGI), an action or a phase of hooks, a placeholder such as %n, a namespace.',
    ],
    examples: [
      'tsjail explain clone',
      'tsjail explain reload ready',
      'tsjail explain %n as-root wait_for_socket',
    ],
    options: ['json'],
    flagsAreOperands: true,
    operands: [1, ANY],
    load: async () => (await import('./explain.ts')).explain,
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
    summary: 'tell all about vassals, or about the daemon',
    usage: '[NAME…] [--json]',
    about: [
      'Exit code 3: one that is named is not running. With --json an object, of several names an array.',
    ],
    options: READ,
    operands: [0, ANY],
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
    name: 'enable',
    summary: 'start vassals, now and after a reboot',
    usage: 'NAME… | --all [--parallel N] [--json]',
    about: ['Takes `disable` back. Exit code and words are those of `start`.'],
    options: VERB,
    operands: [0, ANY],
    load: async () => (await import('./act.ts')).act('enable'),
  },
  {
    name: 'disable',
    summary: 'stop vassals; they stay down, also after a reboot',
    usage: 'NAME… | --all [--parallel N] [--json]',
    about: [
      'The list of them is /var/lib/tsjail/disabled. `start` brings one up for this time; after a reboot it is down again.',
    ],
    options: VERB,
    operands: [0, ANY],
    load: async () => (await import('./act.ts')).act('disable'),
  },
  {
    name: 'logs',
    summary: 'show what vassals printed',
    usage: '[-f] [-n N] [-t] [--since TIME] NAME… | --all [--json]',
    about: [
      'Of several vassals in the order in which the lines came, each with its name; of all with --all, also of those to come. With --json one object a line.',
      'With -f it ends when the vassals are removed, and goes on where it was when the daemon is replaced by another one.',
    ],
    examples: ['tsjail logs web -f', 'tsjail logs web api -n 1000', 'tsjail logs --all -f -t --since 10m'],
    options: ['follow', 'lines', 'timestamps', 'since', 'all', ...READ],
    operands: [0, ANY],
    load: async () => (await import('./logs.ts')).logs,
  },
  {
    name: 'top',
    summary: 'show what vassals use, live',
    usage: '[NAME…] [--once | -n N] [--json]',
    about: [
      'CPU of a second ago until now (100 % is one CPU), memory, processes and restarts. Without a terminal one table, with --json an array for each second.',
      'Keys: c m p r n sort by CPU, memory, processes, restarts, name, pressed again the other way round; arrows and pages scroll; / filters by name or state, Escape takes that back; q ends.',
    ],
    examples: ['tsjail top', 'tsjail top --once', 'tsjail top -n 10 --json'],
    options: ['once', 'samples', ...READ],
    operands: [0, ANY],
    load: async () => (await import('./top.ts')).top,
  },
  {
    name: 'events',
    summary: 'show what happens to vassals, as it happens',
    usage: '[NAME…] [--json]',
    about: ['Of all vassals, or of those that are named. With --json one object a line.'],
    options: READ,
    operands: [0, ANY],
    load: async () => (await import('./events.ts')).events,
  },
  {
    name: 'enter',
    summary: 'run a shell or a command in the jail of a vassal that runs',
    usage: 'NAME [--user USER | --as-vassal] [--json] [-- COMMAND…]',
    about: [
      "In all namespaces of the vassal's command, its root and its control groups, so that its limits hold and its end is the end of this too. As root of the jail, with no more capabilities than the vassal may have; in tyrant mode as the tenant, unless --user says otherwise.",
      'Without a command $SHELL of the vassal, /bin/bash or /bin/sh. On a terminal it gets a terminal of its own; where only one of stdin and stdout is a terminal, that one is not passed on. The environment is PATH of the vassal, HOME, TERM and no more.',
      'Ends as the command did: with its code, 128 + n for signal n, 127 when there is no such command, 126 when it cannot be run, 125 when the jail could not be entered. With --json the last line on stderr is an object that tells of the end, as that of `run`.',
    ],
    examples: ['tsjail enter web', 'tsjail enter db --user postgres -- psql', 'tsjail enter web -- ip addr'],
    options: ['user', 'as-vassal', 'json', 'control'],
    operands: [1, ANY],
    load: async () => (await import('./enter.ts')).enter,
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
    usage: '[--control SOCKET] [--json]',
    about: ['Cgroups and the socket. A daemon that lives is left alone.'],
    options: READ,
    operands: [0, 0],
    load: async () => (await import('./cleanup.ts')).cleanup,
  },
  {
    name: 'doctor',
    summary: 'tell what this machine can do, and what is in the way',
    usage: '[--json]',
    about: [
      'Features are tried by jails of their own, which are gone when it ends. Exit code 1: the daemon cannot do its work here.',
    ],
    options: READ,
    operands: [0, 0],
    load: async () => (await import('./doctor.ts')).doctor,
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
    name: 'completion',
    summary: 'print a script with which a shell completes commands',
    usage: 'SHELL | --json',
    about: [
      'SHELL is bash, zsh or fish. Names of vassals are asked of the daemon that TSJAIL_CONTROL or --control name.',
      'With --json what the scripts are made of: commands, their options, and what values and operands may be.',
    ],
    examples: [
      'tsjail completion bash >/etc/bash_completion.d/tsjail',
      'tsjail completion zsh >/usr/local/share/zsh/site-functions/_tsjail',
      'tsjail completion fish >/etc/fish/completions/tsjail.fish',
    ],
    options: ['json', 'control'],
    operands: [0, 1],
    load: async () => (await import('./completion.ts')).completion,
  },
  {
    name: 'help',
    summary: 'explain a command',
    usage: '[COMMAND] [--json]',
    options: ['json'],
    operands: [0, 1],
    load: async () => (await import('./help.ts')).help,
  },
];

/** Of the design, to be built yet: a guess at another command would be worse than the truth. */
const NOT_THERE_YET: readonly string[] = [];

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
  const { loadNodeModules } = await import('../system/node-modules.ts');
  loadNodeModules();
  const { tuneV8 } = await import('../system/v8-flags.ts');
  tuneV8('heap');
  const { takeHanded } = await import('../system/handed.ts');
  const handed = takeHanded(process.env);
  const { emperor } = await import('./emperor.ts');
  tuneV8('compilers');
  return (call) => emperor(call, { release, handed });
}
