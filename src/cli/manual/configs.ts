// tsjail.ini(5) and tsjail-vassal(5), from the tables of options, directives, placeholders and hooks.
import { DIRECTIVES } from '../../config/options/directives.ts';
import { ACTION_WORDS, PHASE_WORDS } from '../../config/words/hooks.ts';
import { MAGIC_WORDS, PLACEHOLDER_WORDS } from '../../config/words/magic.ts';
import { NAMESPACE_WORDS } from '../../config/words/namespaces.ts';
import { capital, optionEntries } from './options.ts';
import { code, example, item, page, paragraphs, type Stamp, section, subsection, text } from './roff.ts';

const MANUAL = 'File Formats';

export function daemonPage(stamp: Stamp): string {
  const head = {
    name: 'tsjail.ini',
    section: 5,
    manual: MANUAL,
    summary: 'the config of the daemon of tsjail',
  } as const;
  return page(head, stamp, [
    section(
      'Description',
      paragraphs(
        '/etc/tsjail/emperor.ini, or the file that `tsjail emperor --config` names. Options stand in the section [emperor], one to a line, `key = value`; a section [uwsgi] is read too. Each of them is a flag of `tsjail emperor`, which wins over the file. The dialect is that of tsjail-vassal(5).',
        'SIGHUP has the file read again. `tsjail check FILE` tells what is wrong with it.',
      ),
      example(
        '[emperor]',
        'emperor = /etc/tsjail/vassals',
        'emperor-use-clone = fs,net,ipc,uts,pid',
        'vassals-set = no-new-privs=true',
      ),
    ),
    section('Options', ...optionEntries('emperor')),
    section('Files', item(code('/etc/tsjail/emperor.ini'), 'Where it is looked for.')),
    section('See also', 'tsjail(1), tsjail\\-vassal(5)'),
  ]);
}

export function vassalPage(stamp: Stamp): string {
  const head = {
    name: 'tsjail-vassal',
    section: 5,
    manual: MANUAL,
    summary: 'a file that describes a command and its jail',
  } as const;
  return page(head, stamp, [
    section(
      'Description',
      paragraphs(
        'A vassal is a file `NAME.ini` in a directory that the daemon watches, with a section [vassal] and at least a `command`. Dot files, *~, *.swp, *.tmp and directories are ignored.',
        'The command stays in the foreground: its end is the end of the jail, and it is started again.',
      ),
      example(
        '[vassal]',
        'command = /srv/web/server --port 8080',
        'clone = fs,net,ipc,uts,pid',
        'hostname = web',
        'uid = www-data',
        'memory-max = 512M',
      ),
    ),
    section(
      'Lines',
      paragraphs(
        'One line, one setting: `key = value`. The first `=` splits; quotes, `;` and `#` further on are part of the value. A comment is a line that begins with `;` or `#`. In keys `-` and `_` are the same. Of an option that is given twice the last one counts, but for those that may be repeated. An option without a value is a flag: true.',
        'An unknown key is an error. Keys of your own begin with x-, or are used by a placeholder of the same file.',
        'Times are written 500ms, 10s, 3m, 1h. A relative path is relative to the directory of the file.',
      ),
      subsection('Placeholders', ...rows(PLACEHOLDER_WORDS)),
      subsection(
        'Magic variables',
        ...rows(MAGIC_WORDS, (letter) => `%${letter}`),
        '.PP',
        'The capitals of those that are about a file are about the file of the vassal itself, also in an included one.',
      ),
      subsection('Directives', ...rows(DIRECTIVES)),
    ),
    section('Options', ...optionEntries('vassal')),
    section('Namespaces', ...rows(NAMESPACE_WORDS)),
    section(
      'Hooks',
      paragraphs(
        'A hook is written `hook-PHASE = ACTION:ARGUMENTS`. Those of a phase are done in the order of their lines, then come `mount-PHASE`, `umount-PHASE` and `exec-PHASE`. A `!` before the action hides its arguments.',
      ),
      subsection(
        'Phases',
        ...Object.entries(PHASE_WORDS).map(([name, { when, as, where, fails }]) =>
          item(code(name), text(capital(`${when}; as ${as}, ${where}. A failure ends ${fails}.`))),
        ),
      ),
      subsection(
        'Actions',
        ...Object.entries(ACTION_WORDS).map(([name, { takes, help }]) =>
          item(`${code(`${name}:`)}${text(takes)}`, text(capital(`${help}.`))),
        ),
      ),
    ),
    section('See also', 'tsjail(1), tsjail.ini(5), namespaces(7), capabilities(7), user_namespaces(7)'),
  ]);
}

function rows(words: Readonly<Record<string, string>>, name = (key: string) => key): string[] {
  return Object.entries(words).map(([key, help]) => item(code(name(key)), text(capital(`${help}.`))));
}
