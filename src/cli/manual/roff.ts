// The few macros of man(7) that our pages need, and text as roff takes it.

export interface Stamp {
  readonly version: string;
  /** YYYY-MM-DD. */
  readonly date: string;
}

export interface PageHead {
  readonly name: string;
  readonly section: 1 | 5;
  readonly manual: string;
  readonly summary: string;
}

export function page(head: PageHead, stamp: Stamp, parts: readonly string[]): string {
  const { name, section, manual, summary } = head;
  return `${[
    '.\\" Written from the tables that tsjail itself uses.',
    `.TH ${name} ${section} ${stamp.date} "tsjail ${stamp.version}" "${manual}"`,
    '.SH NAME',
    `${code(name)} \\- ${text(summary)}`,
    ...parts,
  ].join('\n')}\n`;
}

export function section(title: string, ...parts: readonly string[]): string {
  return [`.SH ${title.toUpperCase()}`, ...parts].join('\n');
}

export function subsection(title: string, ...parts: readonly string[]): string {
  return [`.SS ${title}`, ...parts].join('\n');
}

/** Paragraphs after the first one of a section. */
export function paragraphs(...all: readonly string[]): string {
  return all.map(text).join('\n.PP\n');
}

/** What is at the left margin, and what is said of it. */
export function item(head: string, ...lines: readonly string[]): string {
  return ['.TP', head, ...lines].join('\n');
}

export function example(...lines: readonly string[]): string {
  return ['.PP', '.RS 4', '.EX', ...lines.map(literal), '.EE', '.RE'].join('\n');
}

/** Bold, with hyphens that can be copied. */
export function code(word: string): string {
  return `\\fB${escaped(word).replaceAll('-', '\\-')}\\fR`;
}

/** A sentence of our tables: what is between backquotes is bold. */
export function text(sentence: string): string {
  const parts = sentence.split('`');
  const line = parts.map((part, index) => (index % 2 === 1 ? code(part) : escaped(part))).join('');
  return guarded(line);
}

function literal(line: string): string {
  return guarded(escaped(line).replaceAll('-', '\\-'));
}

function escaped(plain: string): string {
  return plain
    .replaceAll('\\', '\\e')
    .replaceAll('…', '...')
    .replaceAll('–', '\\(en')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti');
}

/** A dot or a quote at the beginning would be a macro. */
function guarded(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}
