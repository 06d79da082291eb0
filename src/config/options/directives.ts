// Keys that the parser itself acts on (docs/dialect.md).
export const DIRECTIVES: Readonly<Record<string, string>> = {
  include:
    'reads a file (PATH[:SECTION]) at this place; a relative path is relative to the file that has the line',
  inherit: 'reads a file after all others; of placeholders it has magic variables alone',
  set: 'KEY=VALUE: the same as the line KEY = VALUE',
  'set-placeholder': 'KEY=VALUE for use as %(KEY) only (also `set-ph`)',
  for: 'the lines down to `endfor` once for each of these words, which is %(_) in them',
  'for-glob': 'the same for each path that matches a pattern',
  'for-times': 'the same for each number from 1 to this one',
  'for-readline': 'the same for each line of a file',
  'if-env': 'NAME[=VALUE]: the lines down to `endif` only if the environment has it; %(_) is its value',
  'if-opt': 'KEY[=VALUE]: only if a line above has that key; %(_) is its value',
  'if-exists': 'only if something that can be read is at this path, which is %(_)',
  'if-file': 'only if a regular file is at this path',
  'if-dir': 'only if a directory is at this path (also `if-directory`)',
  'if-hostname': 'only on the host of this name',
  'if-hostname-match': 'only on hosts whose name matches this regular expression',
  'if-plugin': 'never: there are no plugins',
  'if-reload': 'never: every start is a new one',
  'if-not-env': 'the opposite of `if-env`',
  'if-not-opt': 'the opposite of `if-opt`',
  'if-not-exists': 'the opposite of `if-exists`',
  'if-not-file': 'the opposite of `if-file`',
  'if-not-dir': 'the opposite of `if-dir`',
  'if-not-hostname': 'the opposite of `if-hostname`',
  'if-not-hostname-match': 'the opposite of `if-hostname-match`',
  'if-not-plugin': 'always',
  'if-not-reload': 'always',
  else: 'the lines down to `endif` only if none of those above in the block counted',
  endif: 'ends a block (also `end`, `end-if`)',
  endfor: 'ends a block (also `end-for`)',
  'declare-option':
    'NAME=KEY=VALUE;…: a key of your own that stands for others; $1 to $9 are the words of its value',
  blacklist: 'keys that may not be used from here on',
  'end-blacklist': 'they may again',
  whitelist: 'the only keys that may be used from here on',
  'end-whitelist': 'all may again',
  print: 'says something when the config is read (also `iprint`)',
  exit: 'makes the config one that cannot be started',
};

/** Those that stand alone. */
export const BARE_DIRECTIVES: ReadonlySet<string> = new Set([
  ...['else', 'end', 'endif', 'end-if', 'endfor', 'end-for', 'end-blacklist', 'end-whitelist', 'exit'],
  ...['if-reload', 'if-not-reload'],
]);
