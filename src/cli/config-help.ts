// The options of a config as flags, for the help of commands that take them. To know all of them takes a while to load.
import { OPTION_NAMES, OPTIONS, type Option, type Scope } from '../config/options.ts';
import { TYPES } from '../config/values.ts';
import { listOf } from './paragraphs.ts';

const FLAG_WIDTH = 28;

/** Lines, below a title. */
export function configFlags(scope: Scope): string[] {
  const names = OPTION_NAMES.filter((name) => OPTIONS[name].scope === scope);
  const rows = names.map((name): [string, string] => {
    const option: Option = OPTIONS[name];
    const { syntax } = TYPES[option.type];
    const preset = option.default === undefined ? '' : ` (${option.default})`;
    return [`--${name}${syntax && `=${syntax}`}`, `${option.help}${preset}`];
  });
  const title = scope === 'emperor' ? "options of the daemon's config:" : "options of a vassal's config:";
  return [title, ...listOf(rows, FLAG_WIDTH)];
}
