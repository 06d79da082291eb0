// Lines of an env-file: NAME=VALUE, comments (`#`, `;`), an optional `export`, quotes around the value taken off.

import type { Located, Origin } from '../origin.ts';
import { Bad } from '../problems/bad.ts';
import type { Problems } from '../problems/problems.ts';
import { readVariable } from '../readers.ts';
import { afterBlanks, beforeBlanks, columnAt, FORBIDDEN, trimBlanks, visible } from './text.ts';
import { unquote } from './unquote.ts';

export function readEnvFile(
  text: string,
  file: string,
  problems: Problems,
): (readonly [string, Located<string>])[] {
  const found: (readonly [string, Located<string>])[] = [];
  const lines = (text.startsWith('\ufeff') ? text.slice(1) : text).split('\n');
  for (const [index, source] of lines.entries()) {
    const start = afterBlanks(source);
    const end = beforeBlanks(source, start);
    if (start === end || source[start] === '#' || source[start] === ';') continue;
    const at: Origin = { file, line: index + 1, column: columnAt(source, start) };
    const variable = readLine(source.slice(start, end));
    if (variable instanceof Bad) {
      problems.error('bad-env-file', variable.message, {
        at,
        endColumn: columnAt(source, end),
        source: visible(source),
      });
    } else found.push([variable[0], { value: variable[1], at }]);
  }
  return found;
}

function readLine(line: string): readonly [string, string] | Bad {
  if (FORBIDDEN.test(line)) return new Bad('control characters, or not UTF-8');
  const text = line.replace(/^export[ \t]+/, '');
  const split = text.indexOf('=');
  if (split < 0) return new Bad('this line is not NAME=VALUE');
  const name = readVariable(trimBlanks(text.slice(0, split)));
  if (name instanceof Bad) return name;
  const raw = trimBlanks(text.slice(split + 1));
  const value = unquote(raw) ?? raw;
  return value.includes('\0') ? new Bad('a value cannot hold a NUL') : [name, value];
}
