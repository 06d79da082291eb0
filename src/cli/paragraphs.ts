// Text in lines that fit a terminal of 80 columns.
import { widthOf } from './cells.ts';

const WIDTH = 80;

/** The words of `text` in lines; all but the first one begin with `indent`. */
export function fill(text: string, indent = '', width = WIDTH): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    const room = width - (lines.length === 0 ? 0 : indent.length);
    if (line !== '' && widthOf(longer) > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((each, index) => (index === 0 ? each : indent + each));
}

/** Names on the left, what they mean on the right; a name that is too long has a line of its own. */
export function listOf(rows: readonly (readonly [string, string])[], nameWidth: number): string[] {
  const margin = ' '.repeat(nameWidth + 4);
  return rows.flatMap(([name, text]) => {
    const lines = fill(text, '', WIDTH - margin.length).map((line) => margin + line);
    const head = `  ${name}`;
    if (widthOf(name) > nameWidth) return [head, ...lines];
    return [head.padEnd(margin.length) + (lines[0] ?? '').slice(margin.length), ...lines.slice(1)];
  });
}
