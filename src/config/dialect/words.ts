// Splits a command into words as a shell would, without a shell: '…' literal, "…" with \" \\ \$ \` , backslash elsewhere.
import { Bad } from '../problems/bad.ts';

export interface Words {
  readonly words: readonly string[];
  /** A bare word that only a shell would understand (`|`, `&&`, `>` …). */
  readonly shellWord: string | undefined;
}

const SHELL_WORD = /^(\|\|?|&&?|;|#|\d?>>?&?\d?|<|2>&1|.+;|~(\/.*)?|.*\$(\w+|\{\w.*|\(.*)|.*`.*)$/;
const ESCAPED_IN_DOUBLE = '"\\$`';

export function splitWords(text: string): Words | Bad {
  const words: string[] = [];
  let word = '';
  let open = false;
  let quoted = false;
  let shellWord: string | undefined;
  const close = () => {
    if (!open) return;
    if (!quoted && SHELL_WORD.test(word)) shellWord ??= word;
    words.push(word);
    word = '';
    open = false;
    quoted = false;
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char === ' ' || char === '\t' || char === '\n') {
      close();
      continue;
    }
    open = true;
    if (char === "'" || char === '"') {
      const end = char === "'" ? text.indexOf("'", i + 1) : endOfDouble(text, i);
      if (end < 0) return new Bad(`unbalanced ${char}`, { code: 'unbalanced-quote', from: i });
      const inside = text.slice(i + 1, end);
      word += char === "'" ? inside : unescapeDouble(inside);
      quoted = true;
      i = end;
    } else if (char === '\\') {
      if (i + 1 === text.length)
        return new Bad('a lone \\ at the end: there are no continuation lines', {
          code: 'unbalanced-quote',
          from: i,
        });
      word += text[++i];
      quoted = true;
    } else word += char;
  }
  close();
  // Kept for as long as the vassal: a copy is just as long as it need be.
  return { words: words.slice(), shellWord };
}

function endOfDouble(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i;
  }
  return -1;
}

function unescapeDouble(inside: string): string {
  return inside.replace(/\\([\s\S])/g, (both, char: string) =>
    ESCAPED_IN_DOUBLE.includes(char) ? char : both,
  );
}
