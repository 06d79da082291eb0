// Placeholders and magic variables in words, for `tsjail explain` and the man pages.

export const PLACEHOLDER_WORDS: Readonly<Record<string, string>> = {
  '%(KEY)': 'the value of another key, wherever it stands; of repeated ones the first',
  '%(A + B)': 'a sum of keys and integers, left to right, words apart: + - * / ++ --',
  '%(_)': 'in a block: the word, number, path or line that it is at',
  '$(NAME)': "a variable of the daemon's environment; text that is no variable stays",
  '$(NAME:-TEXT)': 'the same, or the text when it is not set or empty; with - alone when it is not set',
  '@(FILE)': 'the text of a file without one newline at its end; relative to the file with the line',
};

/** Each by its letter; the capital of those that are about a file is about the vassal's own, also in an included one. */
export const MAGIC_WORDS: Readonly<Record<string, string>> = {
  n: 'name of the file without extension',
  s: 'name of the file',
  e: 'extension of the file',
  d: 'directory of the file, with a slash at the end',
  c: 'name of the directory of the file',
  p: 'path of the file',
  o: 'name of the file as it was given',
  x: 'section that is read',
  j: 'a hash of the path of the file',
  i: 'inode of the file',
  '0': 'first directory of the path of the file; %1 is the next, and so on to %9',
  v: 'where the vassal starts: the watched directory',
  V: 'version of tsjail',
  h: 'host name',
  k: 'number of processors',
  u: 'uid of the daemon (in tyrant mode: of the tenant)',
  U: 'user of the daemon (in tyrant mode: the tenant)',
  g: 'gid of the daemon (in tyrant mode: of the tenant)',
  G: 'group of the daemon (in tyrant mode: of the tenant)',
  t: 'time in seconds since 1970',
  T: 'time in microseconds since 1970',
  '[': 'ESC, for colours in what is printed',
  '%': 'a percent sign',
};

const OF_FILES = 'nsedcpoxji';

/** Of `%n`, `%N`, `%3`; undefined: there is no such variable. */
export function magicWords(letter: string): string | undefined {
  if (Object.hasOwn(MAGIC_WORDS, letter)) return MAGIC_WORDS[letter];
  if (/^[1-9]$/.test(letter)) return `directory number ${letter} of the path of the file, counted from 0`;
  const lower = letter.toLowerCase();
  if (!OF_FILES.includes(lower)) return undefined;
  return `${MAGIC_WORDS[lower]}; that of the vassal's own file, also in an included one`;
}
