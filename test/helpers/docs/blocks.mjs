// The code blocks of a page of docs/, and what is to be done with each: ```LANGUAGE [name=FILE] [owner=USER] [of=PROGRAM] [in=PLACE]
// [stays=WORDS]. docs in CONTRIBUTING.md. Plain JavaScript: test/vm/docs.mjs runs where nothing else is.

/** Who runs the blocks that change a machine: nobody else does. */
export const PLACES = {
  machine: 'test/vm/docs.mjs',
  'clean-root': 'test/packages/docs.test.ts',
  gate: '.ci/run',
};

const KEYS = ['name', 'owner', 'of', 'in', 'stays'];

export function blocksOf(page, markdown) {
  const blocks = [];
  let section = '';
  let open;
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

function blockOf(page, section, { info, line, lines }) {
  const [language = '', ...words] = info.split(/\s+/).filter(Boolean);
  const given = new Map(words.map((word) => word.split(/=(.*)/s)));
  const strange = [...given.keys()].filter((key) => !KEYS.includes(key));
  if (strange.length > 0) throw new Error(`${page}:${line}: what is ${strange.join(', ')}?`);
  const text = lines.map((each) => `${each}\n`).join('');
  const known = Object.fromEntries(KEYS.map((key) => [key, given.get(key)]));
  return { page, line, section, language, text, ...known };
}

/** `$ command`, and what it says. */
export function callsOf({ text }) {
  const calls = [];
  for (const line of text.trimEnd().split('\n')) {
    const last = calls.at(-1);
    if (line.startsWith('$ ')) calls.push({ command: line.slice(2), expected: [] });
    else last?.expected.push(line);
  }
  return calls;
}

/** In tables times, sizes and pids are those of the day. */
const AMOUNT = '[\\d.]+( (ms|s|min|KiB|MiB))?';

export function isLike(output, expected) {
  return new RegExp(`^${expected.map(patternOf).join('')}$`).test(narrow(output));
}

function patternOf(line) {
  if (line === '…') return '(?:.*\\n)*?';
  const text = narrow(line)
    .split('…')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*');
  const isRow = text.includes('  ') && !text.includes('\\|');
  return `${isRow ? text.replace(/\d+(?:\\\.\d+)?(?: (?:ms|s|min|KiB|MiB)\b)?/g, AMOUNT) : text} *\\n`;
}

/** Columns are as wide as what is in them. */
function narrow(text) {
  return text.replace(/(\S) {2,}/g, '$1  ');
}
