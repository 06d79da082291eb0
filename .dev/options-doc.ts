// docs/options.md from the table of options. A unit test holds that the file is up to date; `npm run options-doc` writes it.
import { DIRECTIVES, type Group, OPTION_NAMES, OPTIONS, type OptionName } from '../src/config/options.ts';
import { TYPES, type TypeName } from '../src/config/values.ts';

const TITLES: Readonly<Record<Group, string>> = {
  command: 'Command',
  identity: 'Identity',
  namespaces: 'Namespaces',
  'file system': 'File system',
  hooks: 'Hooks',
  network: 'Sockets',
  life: 'Life',
  output: 'Output',
  resources: 'Resources',
  emperor: 'The daemon',
  'vassal defaults': 'What the daemon sets for all vassals',
};

const HEAD = `# Options

Written by \`npm run options-doc\` from the table that the parser uses. A vassal's options stand in the section \`[vassal]\` of its file;
those of the daemon in \`[emperor]\` of its own file, and each is a flag of \`tsjail emperor\` too. In keys, \`-\` and \`_\` are the same.
Of an option that is given twice the last one counts, but for those that may be repeated. An option without a value is a flag:
true; with one it is true, on, yes, 1, or false, off, no, 0. \`TIME\` is \`500ms\`, \`10s\`, \`3m\`, \`1h\`; a bare number counts seconds unless it says otherwise. \`WORDS\` are
quoted as in a shell. \`USER\`, \`GROUP\` and \`SIGNAL\` are names or numbers. A \`PATH\` is relative to the directory of the file.
`;

export function renderOptions(): string {
  const all = Object.keys(TITLES) as Group[];
  const groups = all.filter((group) => OPTION_NAMES.some((name) => OPTIONS[name].group === group));
  return `${[HEAD, ...groups.map(renderGroup), renderDirectives()].join('\n')}`;
}

function renderGroup(group: Group): string {
  const names = OPTION_NAMES.filter((name) => OPTIONS[name].group === group);
  return `## ${TITLES[group]}\n\n${names.map(renderOption).join('\n')}\n`;
}

function renderOption(name: OptionName): string {
  const option = OPTIONS[name];
  const notes = [
    option.range ? rangeNote(option.type, option.range) : undefined,
    option.default === undefined ? undefined : `default: ${option.default}`,
    option.repeatable ? 'may be repeated' : undefined,
    option.aliases ? `also \`${option.aliases.join('`, `')}\`` : undefined,
  ];
  const { syntax } = TYPES[option.type];
  const details = notes.filter((note) => note !== undefined).join('; ');
  return `- **\`${name}${syntax && ` = ${syntax}`}\`** ${option.help}.${details && `  \n  ${details}`}`;
}

/** The least of a time only keeps nonsense out. */
function rangeNote(type: TypeName, [least, most]: readonly [number, number]): string | undefined {
  if (type === 'seconds' || type === 'milliseconds') return undefined;
  return most === 2 ** 31 - 1 ? `at least ${least}` : `${least} to ${most}`;
}

function renderDirectives(): string {
  const lines = Object.entries(DIRECTIVES).map(([name, help]) => `- **\`${name}\`** ${help}.`);
  return `## In every file\n\n${lines.join('\n')}\n`;
}
