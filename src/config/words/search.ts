// Which options have to do with a word that is the name of none: those that have it in their names, else in what is said of them.
import { OPTION_NAMES, type OptionName } from '../options.ts';
import { optionTopic } from './topics.ts';

export function optionsAbout(word: string): string[] {
  const wanted = word.toLowerCase();
  const named = OPTION_NAMES.filter((name) => name.split('-').includes(wanted));
  if (named.length > 0 || wanted.length < 3) return named;
  const pattern = new RegExp(`(^|[^a-z])${wanted.replace(/[^a-z0-9]/g, '\\$&')}s?([^a-z]|$)`, 'i');
  return OPTION_NAMES.filter((name) => pattern.test(textOf(name)));
}

function textOf(name: OptionName): string {
  const { help, syntax, values } = optionTopic(name);
  return `${syntax} ${values} ${help}`;
}
