// docs/uwsgi.md: a guide that is written by hand, then what every option of uWSGI is here, from the tables that the parser uses.
// A unit test holds that the file is up to date; `npm run options-doc` writes it.
import { readFileSync } from 'node:fs';
import { normalKey } from '../src/config/dialect/lines.ts';
import { answerText, answerTo } from '../src/config/options/answers.ts';
import { OPTIONS, optionOf } from '../src/config/options.ts';
import { optionsIn, UWSGI_GROUPS, type UwsgiGroup } from './uwsgi-options.ts';

const GUIDE = new URL('uwsgi-guide.md', import.meta.url);

export function renderUwsgi(): string {
  return [readFileSync(GUIDE, 'utf8'), ...UWSGI_GROUPS.map(renderGroup)].join('\n');
}

function renderGroup(group: UwsgiGroup): string {
  const rows = optionsIn(group).map(({ name, isNew }) => {
    return `| \`${name}\`${isNew ? ' ²' : ''} | ${cell(name, group)} |`;
  });
  return [`### ${group.title}`, '', '| option | here |', '|---|---|', ...rows, ''].join('\n');
}

function cell(name: string, { scope }: UwsgiGroup): string {
  const key = normalKey(name);
  const option = optionOf(key, scope);
  if (option === undefined) {
    const answer = answerTo(key, scope);
    return answer ? escaped(answerText(answer)) : 'unknown';
  }
  const { help } = OPTIONS[option];
  return escaped(option === key ? help : `\`${option}\`: ${help}`);
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}
