// Small facts about text that every reader of a config needs: blanks, columns, characters that may not be shown or used.

/** What may not stand in a config line: controls but the tab, Unicode's own line ends, and what was not UTF-8. */
export const FORBIDDEN = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\ufffd]/;

/** Blank as uWSGI trims it: not what Unicode calls white space. */
export function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\r';
}

/** Where the blanks end that `text` has from `from` on. A loop, here and below, since a regular expression takes quadratic
 *  time on a long run of blanks. */
export function afterBlanks(text: string, from = 0, to = text.length): number {
  let start = from;
  while (start < to && isBlank(text[start])) start++;
  return start;
}

/** Where the blanks begin that stand before `to`. */
export function beforeBlanks(text: string, from = 0, to = text.length): number {
  let end = to;
  while (end > from && isBlank(text[end - 1])) end--;
  return end;
}

export function trimBlanks(text: string): string {
  const start = afterBlanks(text);
  return text.slice(start, beforeBlanks(text, start));
}

/** Column (from 1, in code points) of the code unit `index` of `line`. */
export function columnAt(line: string, index: number): number {
  let column = 1;
  for (let i = 0; i < index; i++) {
    if (isHighSurrogate(line.charCodeAt(i)) && isLowSurrogate(line.charCodeAt(i + 1))) i++;
    column++;
  }
  return column;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** `U+0007`. */
export function codePointName(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Without the carriage return of a file that went through Windows. */
export function visible(source: string): string {
  return source.endsWith('\r') ? source.slice(0, -1) : source;
}

/** The words between commas or blanks, with their places. */
export function listed(text: string): { word: string; from: number; to: number }[] {
  return [...text.matchAll(/[^\s,]+/g)].map((match) => ({
    word: match[0],
    from: match.index,
    to: match.index + match[0].length,
  }));
}
