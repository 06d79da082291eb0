export const PLACES: Readonly<Record<'machine' | 'clean-root' | 'gate', string>>;

export interface Block {
  readonly page: string;
  readonly line: number;
  readonly section: string;
  readonly language: string;
  readonly text: string;
  readonly name: string | undefined;
  readonly owner: string | undefined;
  /** Whose file it is, and who checks it: test/helpers/docs/others.ts. */
  readonly of: string | undefined;
  /** Where it is run, unless it is in a world of test/e2e/docs.test.ts. */
  readonly in: string | undefined;
  /** Its last command stays in the foreground until the section ends, and says this before. */
  readonly stays: string | undefined;
}

export interface Call {
  readonly command: string;
  /** Lines; `…` stands for anything in a line, alone in a line for any lines. */
  readonly expected: readonly string[];
}

export function blocksOf(page: string, markdown: string): Block[];
export function callsOf(block: Pick<Block, 'text'>): Call[];
export function isLike(output: string, expected: readonly string[]): boolean;
