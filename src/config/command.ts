// What a vassal runs, whichever key says it.

import type { Words } from './dialect/words.ts';
import type { Given, Values } from './options/read.ts';
import { COMMAND_LINE, type Located } from './origin.ts';
import type { Problems, Span } from './problems/problems.ts';
import { keySpan, valueSpan } from './problems/report.ts';

const KEYS = ['command', 'unprivileged-binary-patch-arg', 'unprivileged-binary-patch'] as const;

/** `given` is that of the command line, which wins; `nowhere` is what to point at when there is none. */
export function commandOf(
  values: Values,
  given: Located<readonly string[]> | undefined,
  nowhere: Span,
  problems: Problems,
): Located<readonly string[]> | undefined {
  if (given) return fromWords(given, problems);
  const all = KEYS.flatMap((key) => values.all(key)).sort((a, b) => a.index - b.index);
  const last = all.at(-1);
  if (last === undefined) {
    const hint = nowhere.at.file === COMMAND_LINE ? ' (`-- COMMAND…` or `--command=…`)' : '';
    // A misspelt key says it better.
    if (!values.isBad(...KEYS) && !problems.suggested('command'))
      problems.error('missing-command', `no \`command\`: what shall run?${hint}`, nowhere);
    return undefined;
  }
  warnOfOthers(all, last, problems);
  const { words, shellWord } = last.value;
  if (shellWord !== undefined) {
    const isComment = shellWord === '#';
    const why = isComment ? 'comments are lines of their own' : 'no shell runs the command';
    const message = `\`${shellWord}\` is a word like any other here: ${why}`;
    const suggestion = isComment ? undefined : 'sh -c "…"';
    problems.warning('shell-syntax', message, valueSpan(last.item.entry), suggestion);
  }
  const [only = ''] = words;
  const { value: written } = last.item.entry;
  if (words.length === 1 && /^["'].*\s.*["']$/s.test(written) && last.item.entry.key === 'command')
    problems.warning(
      'one-word',
      'with the quotes it is one word, the program',
      valueSpan(last.item.entry),
      only,
    );
  return { value: words, at: last.at };
}

function fromWords(
  given: Located<readonly string[]>,
  problems: Problems,
): Located<readonly string[]> | undefined {
  if (!given.value[0]) problems.error('bad-value', 'the command is empty', { at: given.at });
  else if (given.value.some((word) => word.includes('\0')))
    problems.error('bad-value', 'a NUL byte in the command', { at: given.at });
  return given;
}

/** Two names for one thing in one file: the reader of the table sees only two of the same name. */
function warnOfOthers(all: readonly Given<Words>[], last: Given<Words>, problems: Problems): void {
  const { entry } = last.item;
  for (const { item } of all) {
    const same = item.entry.key === entry.key || item.entry.at.file !== entry.at.file;
    if (same || entry.at.file === COMMAND_LINE) continue;
    const message = `line ${entry.at.line} has \`${entry.written}\`: that one counts`;
    problems.warning('repeated-key', message, keySpan(item.entry));
  }
}
