// The code blocks of a page of docs/, and what is to be done with each: ```LANGUAGE [name=FILE] [owner=USER] [skip=REASON].
// docs in CONTRIBUTING.md.

/** Why a block is not run: nothing else counts. */
export const SKIPS: Readonly<Record<string, string>> = {
  long: 'takes minutes, or needs the network',
  stays: 'stays in the foreground',
  other: "a file of another program's",
  machine: 'changes the machine that runs it',
  place: 'needs what is there on some machines only',
};

export interface Block {
  readonly page: string;
  readonly line: number;
  readonly section: string;
  readonly language: string;
  readonly name: string | undefined;
  readonly owner: string | undefined;
  readonly skip: string | undefined;
  readonly text: string;
}

export function blocksOf(page: string, markdown: string): Block[] {
  const blocks: Block[] = [];
  let section = '';
  let open: { info: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    if (open === undefined && line.startsWith('## ')) section = line.slice(3);
    if (!line.startsWith('```')) open?.lines.push(line);
    else if (open === undefined) open = { info: line.slice(3), line: index + 1, lines: [] };
    else {
      blocks.push(blockOf(page, section, open));
      open = undefined;
    }
  }
  if (open) throw new Error(`${page}:${open.line}: a block without an end`);
  return blocks;
}

function blockOf(
  page: string,
  section: string,
  { info, line, lines }: { info: string; line: number; lines: readonly string[] },
): Block {
  const [language = '', ...words] = info.split(/\s+/).filter(Boolean);
  const given = new Map(words.map((word) => word.split(/=(.*)/s) as [string, string]));
  const get = (key: string) => given.get(key);
  const strange = [...given.keys()].filter((key) => !['name', 'owner', 'skip'].includes(key));
  if (strange.length > 0) throw new Error(`${page}:${line}: what is ${strange.join(', ')}?`);
  const text = lines.map((each) => `${each}\n`).join('');
  return { page, line, section, language, name: get('name'), owner: get('owner'), skip: get('skip'), text };
}

export interface Call {
  readonly command: string;
  /** Lines; `…` stands for anything in a line, alone in a line for any lines. */
  readonly expected: readonly string[];
}

/** `$ command`, and what it says. */
export function callsOf({ text }: Block): Call[] {
  const calls: { command: string; expected: string[] }[] = [];
  for (const line of text.trimEnd().split('\n')) {
    const last = calls.at(-1);
    if (line.startsWith('$ ')) calls.push({ command: line.slice(2), expected: [] });
    else last?.expected.push(line);
  }
  return calls;
}

/** In tables times, sizes and pids are those of the day. */
const AMOUNT = '[\\d.]+( (ms|s|min|KiB|MiB))?';

export function isLike(output: string, expected: readonly string[]): boolean {
  return new RegExp(`^${expected.map(patternOf).join('')}$`).test(narrow(output));
}

function patternOf(line: string): string {
  if (line === '…') return '(?:.*\\n)*?';
  const text = narrow(line)
    .split('…')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*');
  const isRow = text.includes('  ') && !text.includes('\\|');
  return `${isRow ? text.replace(/\d+(?:\\\.\d+)?(?: (?:ms|s|min|KiB|MiB)\b)?/g, AMOUNT) : text} *\\n`;
}

/** Columns are as wide as what is in them. */
function narrow(text: string): string {
  return text.replace(/(\S) {2,}/g, '$1  ');
}
