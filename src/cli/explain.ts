// `tsjail explain`: what an option is, or whatever else a config may hold.

import { answerText } from '../config/options/answers.ts';
import { foreignKey } from '../config/options/foreign.ts';
import { MOST } from '../config/options/option.ts';
import { nearest } from '../config/problems/nearest.ts';
import { optionsAbout } from '../config/words/search.ts';
import type { OptionTopic, Topic } from '../config/words/topics.ts';
import { topicsOf, topicWords } from '../config/words/topics.ts';
import { shown } from './cells.ts';
import type { Call } from './command.ts';
import { COMMANDS } from './commands.ts';
import { EXIT } from './errors.ts';
import { printJson } from './json.ts';
import { fill } from './paragraphs.ts';
import type { Style } from './style.ts';

const LABEL_WIDTH = 9;
const WIDTH = 80;
const MOST_RELATED = 8;

export async function explain({ operands, options, io, out }: Call): Promise<number> {
  const asked = operands.map(({ value }) => ({ value, topics: topicsOf(value) }));
  const unknown = asked.filter(({ topics }) => topics.length === 0);
  const topics = asked.flatMap((each) => each.topics);
  if (options.json) printJson(io.out, topics);
  else io.out.write(topics.map((topic) => `${page(topic, out)}\n`).join('\n'));
  for (const { value } of unknown) io.err.write(`tsjail: ${notKnown(value)}\n`);
  return unknown.length > 0 ? EXIT.failed : EXIT.done;
}

function notKnown(word: string): string {
  if (COMMANDS.some(({ name }) => name === word)) return `\`${word}\` is a command: tsjail help ${word}`;
  const key = word.replace(/^--/, '').toLowerCase().replaceAll('_', '-');
  return `nothing is called \`${shown(word)}\`${hintFor(key)}`;
}

function hintFor(key: string): string {
  const foreign = foreignKey(key);
  const about = foreign === undefined ? optionsAbout(key) : [];
  const meant = foreign ?? (about.length > 0 ? undefined : nearest(key, topicWords()));
  if (meant !== undefined) return `; did you mean \`${meant}\`?`;
  if (about.length === 0) return '; `man tsjail-vassal` and docs/options.md have all of them';
  const more = about.length > MOST_RELATED ? ' and others' : '';
  return `; it has to do with ${about.slice(0, MOST_RELATED).join(', ')}${more}`;
}

type Row = readonly [label: string, text: string | undefined];

function page(topic: Topic, style: Style): string {
  const { head, help, rows } = PAGES[topic.kind](topic as never);
  const lines = rows.flatMap(([label, text]) =>
    text === undefined || text === '' ? [] : row(label, text, style),
  );
  return [
    style.paint('strong', head),
    ...fill(sentence(help), '', WIDTH - 2).map((line) => `  ${line}`),
    ...lines,
  ].join('\n');
}

function row(label: string, text: string, style: Style): string[] {
  const indent = ' '.repeat(LABEL_WIDTH + 4);
  const isExample = label === 'example';
  const lines = isExample ? [text] : fill(text, '', WIDTH - indent.length);
  const head = `  ${style.paint('quiet', label)}${' '.repeat(LABEL_WIDTH + 2 - label.length)}`;
  return lines.map((line, index) => (index === 0 ? head : indent) + line);
}

interface Page {
  readonly head: string;
  readonly help: string;
  readonly rows: readonly Row[];
}

const PAGES: { readonly [K in Topic['kind']]: (topic: Extract<Topic, { kind: K }>) => Page } = {
  option: optionPage,
  directive: ({ name, help, bare }) => ({
    head: `${name}${bare ? '' : ' = …'}`,
    help,
    rows: [
      ['kind', 'a line that the parser itself acts on, in every config'],
      ['see', 'docs/dialect.md'],
    ],
  }),
  action: ({ name, takes, help, example }) => ({
    head: `${name}:${takes}`,
    help,
    rows: [
      ['kind', 'an action of hooks'],
      ['example', example],
      ['see', 'hook-as-root, hook-timeout'],
    ],
  }),
  phase: ({ name, when, as, where, fails, options }) => ({
    head: name,
    help: `a phase of hooks: ${when}`,
    rows: [
      ['as', `${as}, ${where}`],
      ['failure', `a hook that fails ends ${fails}`],
      ['options', options.join(', ')],
    ],
  }),
  placeholder: ({ name, help }) => ({
    head: name,
    help,
    rows: [
      ['kind', 'a placeholder in values'],
      ['see', 'docs/dialect.md'],
    ],
  }),
  namespace: ({ name, help }) => ({
    head: name,
    help: `a namespace: ${help}`,
    rows: [
      ['example', `clone = ${name}`],
      ['see', 'clone, unshare'],
    ],
  }),
  uwsgi: ({ name, answer }) => ({
    head: `${name} (uWSGI)`,
    help: `\`${name}\` ${answerText(answer)}`,
    rows: [['see', answer.nearest ?? 'docs/uwsgi.md']],
  }),
};

function optionPage(topic: OptionTopic): Page {
  const { name, alias, syntax, help, range, scope, forAll } = topic;
  const section = scope === 'vassal' ? '[vassal]' : "[emperor] of the daemon's own file";
  const flag = scope === 'vassal' ? 'run' : 'emperor';
  return {
    head: `${name}${syntax && ` = ${syntax}`}`,
    help: alias === undefined ? help : `\`${alias}\` is another name of \`${name}\`: ${help}`,
    rows: [
      ['values', `${topic.values}${range === undefined ? '' : `; ${rangeText(range)}`}`],
      ['default', topic.default ?? 'not set'],
      ['given', topic.repeatable ? 'as often as is wanted' : 'once; of several the last one counts'],
      ['section', `${section}${forAll ? ' or, for all vassals, [emperor]' : ''}`],
      ['flag', `tsjail ${flag} --${name}${syntax && `=${syntax}`}`],
      ['when', topic.moment],
      ['rights', topic.rights],
      ['also', topic.aliases.join(', ')],
      ['example', topic.example],
      ['see', topic.see.join(', ')],
    ],
  };
}

function rangeText([least, most]: readonly [number, number]): string {
  return most === MOST ? `at least ${least}` : `${least} to ${most}`;
}

function sentence(text: string): string {
  const first = /^[a-z]/.test(text) ? `${text[0]?.toUpperCase()}${text.slice(1)}` : text;
  return `${first}.`;
}
