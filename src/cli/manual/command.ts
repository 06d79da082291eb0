// tsjail(1), from the tables of commands and their options.
import type { Command } from '../command.ts';
import { COMMANDS } from '../commands.ts';
import { COMMON, OPTIONS, type OptionName } from '../options.ts';
import { capital } from './options.ts';
import { code, example, item, page, paragraphs, type Stamp, section, subsection, text } from './roff.ts';

const EXIT_CODES: readonly (readonly [string, string])[] = [
  ['0', 'done, or already so'],
  ['1', 'it failed; of `check`: there are errors'],
  ['2', 'wrong usage'],
  ['3', 'not running'],
  ['4', 'no such vassal'],
  ['5', 'not permitted'],
  ['7', 'the daemon cannot be reached'],
  ['70', 'a fault in tsjail itself'],
  [
    '125',
    'of `run`: the jail could not be set up; else it ends as its command did, with 128 + n for signal n',
  ],
  ['141', 'the reader of the output went away'],
];

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['TSJAIL_CONTROL', 'the control socket, unless `--control` names another'],
  ['NO_COLOR', 'no colours; FORCE_COLOR and CLICOLOR_FORCE: colours although the output is no terminal'],
  ['TZ', 'the time zone of the daemon: that of `cron` and of the log'],
];

const FILES: readonly (readonly [string, string])[] = [
  ['/etc/tsjail/emperor.ini', 'the config of the daemon: see tsjail.ini(5)'],
  ['/etc/tsjail/vassals', 'the vassals, unless it names others: see tsjail-vassal(5)'],
  ['/run/tsjail/control.sock', 'the control socket: HTTP and JSON, for root and the user of the daemon'],
];

const SIGNALS: readonly (readonly [string, string])[] = [
  ['TERM, INT, QUIT', 'stops all vassals, then ends; a second one kills at once'],
  ['HUP', 'reads the config again and reloads the vassals whose effective config changed'],
  ['USR1', 'writes the state of all vassals to the log, opens log files anew'],
  ['URG', 'ends every backoff'],
  ['WINCH', 'scans the directories now'],
];

const HELP = item(`${code('-h')}, ${code('--help')}`, 'Explains the command.');

export function commandPage(stamp: Stamp): string {
  const head = {
    name: 'tsjail',
    section: 1,
    manual: 'User Commands',
    summary: 'run commands in jails of their own, and keep them running',
  } as const;
  return page(head, stamp, [
    section('Synopsis', ...COMMANDS.flatMap(synopsis)),
    section(
      'Description',
      paragraphs(
        'tsjail watches directories of config files and runs the command of each in Linux namespaces of its own: a vassal. A file that appears starts one, an edit restarts it, and when the file goes every process, mount and cgroup of it goes too. A bad edit disturbs nothing that runs.',
        'A vassal is a file `NAME.ini`: see tsjail-vassal(5). The daemon is `tsjail emperor`; all other commands but `run`, `check`, `plan` and `explain` talk to it.',
      ),
    ),
    section(
      'Commands',
      ...COMMANDS.map(entry),
      subsection('Options of all commands', ...COMMON.map(flag), HELP),
    ),
    section('Signals to the daemon', ...rows(SIGNALS)),
    section('Exit status', ...rows(EXIT_CODES)),
    section('Environment', ...rows(ENVIRONMENT)),
    section('Files', ...rows(FILES)),
    section(
      'Examples',
      paragraphs('A vassal, from nothing:'),
      example(
        '$ cat /etc/tsjail/vassals/web.ini',
        '[vassal]',
        'command = /srv/web/server',
        'clone = fs,net,ipc,uts,pid',
        'socket = :80',
        'uid = www-data',
        '$ tsjail check /etc/tsjail/vassals',
        '$ tsjail status web',
      ),
    ),
    section('See also', 'tsjail.ini(5), tsjail\\-vassal(5), namespaces(7), cgroups(7)'),
  ]);
}

function synopsis({ name, usage }: Command, index: number): string[] {
  return [
    ...(index === 0 ? [] : ['.br']),
    `${code('tsjail')} ${code(name)}${usage === '' ? '' : ` ${text(usage)}`}`,
  ];
}

function entry(command: Command): string {
  const { name, summary, about = [], examples = [], configOptions } = command;
  const place = configOptions === 'vassal' ? 'tsjail-vassal(5)' : 'tsjail.ini(5)';
  const more = configOptions === undefined ? [] : [`Every option of ${place} is a flag, too.`];
  const says = [`${capital(summary)}.`, ...about, ...more];
  return subsection(
    `tsjail ${name}`,
    paragraphs(...says),
    ...(examples.length === 0 ? [] : [example(...examples)]),
    ...command.options.map(flag),
  );
}

function flag(name: OptionName): string {
  const { short, value, help } = OPTIONS[name];
  const words = [...(short ? [code(`-${short}`)] : []), code(`--${name}`)].join(', ');
  return item(value === undefined ? words : `${words} ${value}`, text(capital(`${help}.`)));
}

function rows(all: readonly (readonly [string, string])[]): string[] {
  return all.map(([head, help]) => item(code(head), text(capital(`${help}.`))));
}
