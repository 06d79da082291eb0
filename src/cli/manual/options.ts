// Options of configs as entries of a man page, by group.
import { MOST } from '../../config/options/option.ts';
import { type Group, OPTION_NAMES, OPTIONS, type OptionName, type Scope } from '../../config/options.ts';
import { optionTopic } from '../../config/words/topics.ts';
import { code, item, subsection, text } from './roff.ts';

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

export function optionEntries(scope: Scope): string[] {
  const mine = OPTION_NAMES.filter((name) => OPTIONS[name].scope === scope);
  const groups = (Object.keys(TITLES) as Group[]).filter((group) =>
    mine.some((name) => OPTIONS[name].group === group),
  );
  return groups.map((group) =>
    subsection(TITLES[group], ...mine.filter((name) => OPTIONS[name].group === group).map(entry)),
  );
}

function entry(name: OptionName): string {
  const { syntax, help, range, repeatable, aliases, example, ...topic } = optionTopic(name);
  const notes = [
    range && (range[1] === MOST ? `at least ${range[0]}` : `${range[0]} to ${range[1]}`),
    topic.default === undefined ? undefined : `default: ${topic.default}`,
    repeatable ? 'may be repeated' : undefined,
    aliases.length > 0 ? `also \`${aliases.join('`, `')}\`` : undefined,
    topic.forAll ? 'in the file of the daemon too, for all vassals' : undefined,
  ].filter((note) => note !== undefined);
  const said = notes.length === 0 ? [] : ['.br', text(capital(`${notes.join('; ')}.`))];
  return item(
    `${code(name)}${syntax && ` = ${text(syntax)}`}`,
    text(capital(`${help}.`)),
    ...said,
    '.br',
    `Example: ${code(example)}`,
  );
}

export function capital(sentence: string): string {
  return `${sentence[0]?.toUpperCase()}${sentence.slice(1)}`;
}
