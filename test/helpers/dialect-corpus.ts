// Makes configs that use all of the dialect in all combinations, the same ones every time: a seed is all that they come from.

/** Files by name; `app.ini` is the config. */
export type Case = Readonly<Record<string, string>>;

/** What the cases may look at. */
export const SURROUNDINGS: Case = {
  one: 'of one\n',
  two: 'no newline at the end',
  words: 'first\nsecond $x\r\n\nlast',
  'd/a.x': '',
  'd/b.x': '',
  'd/.hidden.x': '',
  'd/sub/c.x': '',
};

type Random = (below: number) => number;

/** Mulberry32. */
export function random(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const PLAIN = [
  'w',
  'a b',
  '"q r"',
  "it's",
  'x ; y',
  '# no comment',
  'k=v',
  '/p/q',
  'ü',
  'tab\there',
  '[z]',
  '1',
  '-',
  '~',
  '50%%',
];
const MAGIC = [...[...'odspencv0uUgGhkji', ...'ODSPENCJI'].map((letter) => `%${letter}`), '[%1%9]'];
const OUTSIDE = ['$(FOO)', '$(EMPTY)', '$(NOPE)', '$(HOME)/x', '@(one)', '@(two)'];
const SUMS = [
  ...['%(n + 1)', '%(n - 9)', '%(n * m)', '%(n / 2)', '%(n / 0)', '%(n m)', '%(n ++)', '%(n --)', '%(++ n)'],
  ...[
    '%(n + m * 2)',
    '%( n )',
    '%(n  +  m)',
    '%(+ n)',
    '%(n + * m)',
    '%(word + 1)',
    '%(n m + 1)',
    '%(n ++ m)',
  ],
];
const CONDITIONS = [
  ...['env = FOO', 'env = NOPE', 'env = FOO=f oo', 'env = FOO=x', 'env = EMPTY', 'env = EMPTY='],
  ...['opt = n', 'opt = nope', 'opt = n=7', 'opt = n=8', 'opt = word=a word', 'opt = late'],
  ...[
    'exists = one',
    'exists = d',
    'exists = none',
    'file = one',
    'file = d',
    'dir = d',
    'dir = %dd',
    'dir = one',
  ],
  ...['hostname = nowhere', 'hostname = %h', 'hostname-match = .', 'hostname-match = ^nowhere$'],
  ...['plugin = nosuch', 'reload', 'reload = x'],
];
const LOOPS = [
  ...[
    'for = a',
    'for = a  b c',
    'for = %n $(FOO) %(n)',
    'for = 50%% x=y',
    'for-times = 3',
    'for-times = 0',
    'for-times = 1',
  ],
  ...[
    'for-glob = d/*',
    'for-glob = d/?.x',
    'for-glob = %dd/*',
    'for-glob = d/[b-z].x',
    'for-glob = */*.x',
    'for-glob = no*e',
  ],
  ...['for-glob = d/*/*', 'for-readline = words', 'for-readline = %dwords'],
];
const ENDS = ['end', 'endif', 'end-if', 'endfor', 'end-for', 'end =', 'endif = x'];

class Maker {
  readonly #random: Random;
  #keys = 0;
  #files = 0;
  readonly files: Record<string, string> = {};
  /** Keys whose value is known by now. */
  readonly #known: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  #one<T>(list: readonly T[]): T {
    return list[this.#random(list.length)] as T;
  }

  #chance(percent: number): boolean {
    return this.#random(100) < percent;
  }

  #key(): string {
    return `${this.#one(['key', 'k-', 'Ky.', 'a_b-'])}${this.#keys++}${this.#chance(10) ? '%n' : ''}`;
  }

  #part(inBlock: boolean): string {
    const lists = [
      PLAIN,
      MAGIC,
      OUTSIDE,
      SUMS,
      ['%(n)', '%(word)', ...this.#known.map((key) => `%(${key})`)],
    ];
    return inBlock && this.#chance(50)
      ? this.#one(['%(_)', '<%(_)>', '%(_)%(_)'])
      : this.#one(this.#one(lists));
  }

  #value(inBlock = false): string {
    const parts = Array.from({ length: this.#random(4) }, () => this.#part(inBlock));
    return parts.join(this.#one([' ', '.', '|']));
  }

  #line(inBlock: boolean, isSure: boolean): string {
    if (this.#chance(5)) return this.#key();
    const key = this.#key();
    const equals = this.#one(['=', ' = ', '\t=  ', ' =']);
    const line = `${this.#one(['', '', '  ', '\t'])}${key}${equals}${this.#value(inBlock)}${this.#one(['', '', ' ', '\r'])}`;
    if (isSure && !key.includes('%')) this.#known.push(key);
    return line;
  }

  /** Lines that may stand anywhere. */
  #simple(inBlock: boolean, isSure: boolean): string[] {
    const kind = this.#random(12);
    if (kind === 0) return [this.#one(['', ' ; comment %(x', '#', ';[x]', '\t'])];
    if (kind === 1) return [`set = ${this.#key()}=${this.#value(inBlock)}`];
    if (kind === 2)
      return [`${this.#one(['set-ph', 'set-placeholder'])} = ${this.#key()}=${this.#one(PLAIN)}`];
    if (kind === 3) return [`print = ${this.#one(['said', 'n is %(n)', '%n', '$(FOO)'])}`];
    return [this.#line(inBlock, isSure)];
  }

  #block(depth: number): string[] {
    const isLoop = this.#chance(50);
    const head = isLoop ? this.#one(LOOPS) : `if-${this.#chance(40) ? 'not-' : ''}${this.#one(CONDITIONS)}`;
    // Of what is not there, uWSGI leaves `%(_)`, which is then a key that is nowhere set.
    const found = isLoop || !/^if-(not-|reload)/.test(head);
    const body = Array.from({ length: this.#random(4) }, () => this.#simple(found, false)).flat();
    if (depth < 2 && this.#chance(20)) body.push(`include = ${this.#file(depth + 1, false)}`);
    if (isLoop && head === 'for-times = 3' && this.#chance(50))
      body.push('include = inc-%(_).ini', this.#numbered());
    return [head, ...body.filter((line) => line !== ''), this.#one(ENDS)];
  }

  #numbered(): string {
    for (const number of [1, 2, 3]) this.files[`inc-${number}.ini`] = `[uwsgi]\nnumbered = ${number} %s\n`;
    return '';
  }

  #file(depth: number, isSure: boolean): string {
    const name = `inc${this.#files++}.ini`;
    const inside = Array.from({ length: 1 + this.#random(3) }, () => this.#simple(false, isSure)).flat();
    const more = depth < 2 && this.#chance(20) ? [`include = ${this.#file(depth + 1, isSure)}`] : [];
    this.files[name] = ['[uwsgi]', ...inside, ...more].join('\n');
    return name;
  }

  /** In inherited files there is magic alone, and uWSGI has it that what they print is not looked at. */
  #heir(): string {
    const name = `heir${this.#files++}.ini`;
    const lines = Array.from(
      { length: 1 + this.#random(3) },
      () => `${this.#key()} = ${this.#one([...PLAIN, ...MAGIC, '$(FOO)', '@(one)'])}`,
    );
    this.files[name] = ['[uwsgi]', ...lines].join('\n');
    return name;
  }

  #lists(): string[] {
    const key = this.#key().replace('%n', '');
    const allowed = this.#chance(80);
    const use = `${allowed ? key : 'other'} = 1`;
    if (this.#chance(50)) return [`whitelist = end-whitelist ${key}`, use, 'end-whitelist'];
    return [`blacklist = x ${allowed ? 'y' : 'OTHER'}`, use, 'end-blacklist', 'x = 2'];
  }

  #macro(): string[] {
    const name = `macro${this.#keys++}`;
    return [
      `declare-option = ${name}=print=$1-%n;print=<$1>`,
      `${name} = ${this.#one(['w', 'x=y', '%s', '/p'])}`,
      name,
    ];
  }

  /** What makes both refuse. */
  #wrong(): string[] {
    return this.#one([
      ['for = a', 'if-env = FOO', 'x = 1', 'end', 'end'],
      ['if-env = FOO', 'for-times = 1', 'x = 1', 'end', 'end'],
      ['exit'],
      ['exit = 3'],
      ['include = none.ini'],
      ['missing = @(none)'],
      ['set = nothing'],
      ['blacklist = a b', 'b = 1'],
      ['whitelist = a b', 'c = 1'],
      ['if-env = FOO', 'exit', 'end'],
      ['for = a b', 'include = none.ini', 'end'],
    ]);
  }

  make(): Case {
    const lines = ['[uwsgi]', 'n = 7', 'm = 3', 'word = a word'];
    const count = 2 + this.#random(8);
    for (let i = 0; i < count; i++) {
      const kind = this.#random(20);
      if (kind < 8) lines.push(...this.#simple(false, true));
      else if (kind < 14) lines.push(...this.#block(0));
      else if (kind === 14) lines.push(`include = ${this.#file(0, true)}`);
      else if (kind === 15) lines.push(`inherit = ${this.#heir()}`);
      else if (kind === 16) lines.push(...this.#lists());
      else if (kind === 17) lines.push(...this.#macro());
      else lines.push('[other]', 'not = mine', 'for = x', '[uwsgi]');
    }
    if (this.#chance(8)) lines.splice(4 + this.#random(lines.length - 4), 0, ...this.#wrong());
    this.files['app.ini'] = lines.filter((line) => line !== '').join('\n') + this.#one(['', '\n', '\n\n']);
    return this.files;
  }
}

export function corpus(count: number, seed: number): Case[] {
  return Array.from({ length: count }, (_, index) => new Maker(random(seed + index)).make());
}
