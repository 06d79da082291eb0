// Tyrant mode and the dialect: lines that blocks and macros make are whose they were, and nothing is looked for on a tenant's behalf.
import { describe, expect, test } from 'vitest';
import type { HostFacts } from '../../../src/config/host.ts';
import type { Whose } from '../../../src/config/tenant.ts';
import { NO_DEFAULTS, parseVassal, type VassalDefaults } from '../../../src/config/vassal.ts';
import { config, type Files, host, type Surroundings, WEB, wrong } from './helpers.ts';

const AT = { file: '/etc/tsjail/emperor.ini', line: 9, column: 1 };
const FACTS: Partial<HostFacts> = {
  subIdsOf: () => ({ uid: [], gid: [] }),
  env: { PATH: '/bin', SECRET: 's3cret' },
};
const BIND = 'not-for-tenants: `bind` of a tenant needs `user`';
const LOOKS = 'in tyrant mode the daemon looks for no tenant';

/** Of a file of anna's, under a daemon whose config has these lines for all vassals. */
function annas(
  set: readonly string[] = [],
  files: Files = {},
  include: readonly string[] = [],
): Surroundings {
  const said = (value: string) => ({ value, at: AT });
  return {
    files,
    facts: FACTS,
    defaults: {
      tyrant: { nofollow: false, initgroups: false },
      set: ['clone=fs', ...set].map(said),
      include: include.map(said),
    },
    input: { owner: { uid: 1000, gid: 1000 } },
  };
}

/** All that is asked of the file system, and for whom. */
function asked(lines: readonly string[], surroundings: Surroundings): string[] {
  const seen = new Set<string>();
  const known = host(FACTS, surroundings.files);
  const answers = {
    file: (path: string, whose: Whose) => {
      seen.add(`${whose} ${path}`);
      return known.file(path, whose);
    },
    look: (path: string) => {
      seen.add(`look ${path}`);
      return known.look(path);
    },
    glob: (pattern: string) => {
      seen.add(`glob ${pattern}`);
      return known.glob(pattern);
    },
  };
  const defaults: VassalDefaults = { ...NO_DEFAULTS, ...surroundings.defaults };
  const text = ['[vassal]', ...lines, 'command = /bin/true'].join('\n');
  const input = { name: 'web', path: WEB, directory: '/etc/tsjail/vassals', text, ...surroundings.input };
  parseVassal(input, defaults, { ...known, ...answers });
  return [...seen].sort();
}

describe("a tenant's lines stay his", () => {
  test.each([
    ['in a loop', ['for = /etc', 'bind = %(_):/x', 'end']],
    ['that a condition lets through', ['if-env = PATH', 'bind = /etc:/x', 'end']],
    ['behind `else`', ['if-env = NONE', 'else', 'bind = /etc:/x', 'end']],
    ['by `set`', ['set = bind=/etc:/x']],
    ['by a macro', ['declare-option = x-b=bind=$1:/x', 'x-b = /etc']],
    [
      'by a macro in a macro',
      ['declare-option = x-a=x-b=$1', 'declare-option = x-b=bind=$1:/x', 'x-a = /etc'],
    ],
    ['in a file that a loop includes', ['for = f', 'include = /%(_)', 'end']],
  ])('%s', (_, lines) => {
    expect(wrong(lines, annas([], { '/f': '[vassal]\nbind = /etc:/x' })).join('\n')).toContain(BIND);
  });
});

describe("the daemon's lines", () => {
  test('stay its own in blocks and macros', () => {
    const all = [
      '[vassal]',
      'for = /etc /usr',
      'bind = %(_):/x%(_)',
      'end',
      'declare-option = x-bind=bind=/srv/$1:/$1',
      'x-bind = %N',
    ];
    expect(wrong([], annas([], { '/all': all.join('\n') }, ['/all']))).toEqual([]);
  });

  test.each([
    [
      'of a macro that is given what a tenant says',
      ['declare-option = x-bind=bind=/srv/$1:/x', 'x-bind = %(x-t)'],
    ],
    [
      'of a macro with something of a tenant in it',
      ['declare-option = x-bind=bind=/srv/%(x-t):/$1', 'x-bind = x'],
    ],
    ['of a loop over a path of his', ['for = %D', 'bind = %(_):/x', 'end']],
    ['of a loop over names that he may have given', ['for-glob = /srv/*', 'bind = %(_):/x', 'end']],
    ['of a loop over a file that is read for him', ['for-readline = /srv/%N', 'bind = %(_):/x', 'end']],
    ['in a condition that found what he says', ['if-opt = x-t', 'bind = %(_):/x', 'end']],
  ])('become his: %s', (_, lines) => {
    const files = { '/all': ['[vassal]', ...lines].join('\n'), '/srv/a': '', '/srv/web': '/etc' };
    expect(wrong(['x-t = /etc'], annas([], files, ['/all'])).join('\n')).toContain(BIND);
  });

  test('whose key he has a say in are his', () => {
    const surroundings = annas([], { '/all': '[vassal]\n%C = /etc:/x' }, ['/all']);
    const input = { ...surroundings.input, path: '/home/bind/web.ini' };
    expect(wrong([], { ...surroundings, input })[0]).toContain(
      'not-for-tenants: `%C` of a tenant needs `user`',
    );
  });

  test('a loop over a file of its own stays its own', () => {
    const files = { '/all': '[vassal]\nfor-readline = /list\nbind = %(_):/x\nend', '/list': '/etc\n' };
    expect(wrong([], annas([], files, ['/all']))).toEqual([]);
  });

  test('use no macro that a tenant has declared', () => {
    const files = { '/all': '[vassal]\ndeclare-option = x-limit=memory-max=$1\nx-limit = 1G' };
    expect(wrong(['declare-option = x-limit=x-nothing=$1'], annas([], files, ['/all'])).join('\n')).toContain(
      "`x-limit` is declared by a tenant and by the daemon's own config",
    );
    const mine = { '/all': '[vassal]\nx-b = /etc' };
    expect(wrong(['declare-option = x-b=bind=$1:/x'], annas([], mine, ['/all'])).join('\n')).toContain(BIND);
  });

  test('a path is no way to their environment', () => {
    const files = { '/all': '[vassal]\nfor = %D\nenv = A=%(_)\nend' };
    const surroundings = annas([], files, ['/all']);
    const path = '/home/$(SECRET)/web.ini';
    const { env } = config([], { ...surroundings, input: { ...surroundings.input, path } });
    expect(env.get('A')?.value).toBe('/home/$(SECRET)/');
  });
});

describe("the daemon's environment", () => {
  test.each([
    ['if-env = SECRET', undefined],
    ['if-env = SECRET=s3cret', undefined],
    ['if-not-env = SECRET', '1'],
    ['if-env = PATH', '1'],
  ])('a tenant asks for it: %s', (line, value) => {
    expect(config([line, 'env = A=1', 'end'], annas()).env.get('A')?.value).toBe(value);
  });

  test('the daemon asks for it', () => {
    const files = { '/all': '[vassal]\nif-env = SECRET\nenv = A=%(_)\nend' };
    expect(config([], annas([], files, ['/all'])).env.get('A')?.value).toBe('s3cret');
  });

  test.each([
    ['in a loop', ['for = $(SECRET)', 'env = A=%(_)', 'end'], '$(SECRET)'],
    ['in a macro', ['declare-option = x-e=env=A=$1$(SECRET:-no)', 'x-e = 1'], '1no'],
  ])('is not to be had %s', (_, lines, value) => {
    expect(config(lines, annas()).env.get('A')?.value).toBe(value);
  });
});

describe('nothing is looked for on behalf of a tenant', () => {
  const LINES = ['if-exists = /r', 'if-file = /r', 'if-dir = /r', 'if-not-exists = /r', 'for-glob = /r/*'];

  test.each(LINES)('%s', (line) => {
    const [first = ''] = wrong([line, 'env = A=1', 'end'], annas([], { '/r': '' }));
    expect(first).toContain(`not-for-tenants: ${LOOKS}`);
    expect(asked([line, 'end'], annas())).toEqual([]);
  });

  test.each(LINES)('nor along a path that he has a say in: %s', (line) => {
    const files = { '/all': `[vassal]\n${line.replace('/r', '/%n')}\nend` };
    expect(wrong([], annas([], files, ['/all']))[0]).toContain(LOOKS);
    expect(asked([], annas([], files, ['/all']))).toEqual(['daemon /all']);
  });

  test("but for the daemon's own lines", () => {
    const files = { '/all': `[vassal]\n${LINES.flatMap((line) => [line, 'end']).join('\n')}`, '/r': '' };
    expect(asked([], annas([], files, ['/all']))).toEqual(['daemon /all', 'glob /r/*', 'look /r']);
  });

  test.each(['i', 'I'])('no inode: %%%s', (letter) => {
    expect(wrong([`env = A=%${letter}`], annas())[0]).toContain('nobody is told the inode');
    expect(asked([`env = A=%${letter}`], annas())).toEqual([]);
  });
});

describe('whose rights a file is read with', () => {
  test('the lines of a file: the tenant’s for his loop, the daemon’s for its own', () => {
    const lines = ['for-readline = /l', 'env = A=%(_)', 'end'];
    expect(asked(lines, annas([], { '/l': 'x' }))).toEqual(['tenant /l']);
    const files = { '/all': `[vassal]\n${lines.join('\n')}\nfor-readline = /%N\nend`, '/l': 'x' };
    expect(asked([], annas([], files, ['/all']))).toEqual(['daemon /all', 'daemon /l', 'tenant /web']);
  });

  test('what a loop or a macro puts together is the tenant’s to read', () => {
    const all = [
      ...['for = /a', 'env-file = %(_)', 'include = /i%(_)', 'end'],
      ...[
        'declare-option = x-e=env-file=$1',
        'x-e = /e/%N',
        'x-e = /f',
        'declare-option = x-g=env-file=/g/%N/$1',
        'x-g = 1',
      ],
    ];
    const files = { '/all': `[vassal]\n${all.join('\n')}` };
    expect(asked([], annas([], files, ['/all']))).toEqual(
      ['daemon /all', 'daemon /f', 'tenant /a', 'tenant /e/web', 'tenant /g/web/1', 'tenant /i/a'].sort(),
    );
  });

  test("a macro of a tenant's reads as he does", () => {
    expect(asked(['declare-option = x-e=env-file=$1', 'x-e = /e'], annas())).toEqual(['tenant /e']);
  });

  test('the name of an inherited file', () => {
    const files = { '/all': '[vassal]\nset-ph = x-d=/d\ninherit = %(x-d)/x' };
    expect(asked([], annas([], files, ['/all']))).toEqual(['daemon /all', 'tenant /d/x']);
  });
});

test('a list of the daemon’s holds in blocks and macros of a tenant', () => {
  const surroundings = annas(['blacklist=bind']);
  for (const lines of [
    ['for = a', 'bind = /etc:/x', 'end'],
    ['declare-option = x-b=bind=$1:/x', 'x-b = /etc'],
    ['end-blacklist'],
  ])
    expect(wrong(lines, surroundings).join('\n')).toMatch(
      /forbidden-key: `[a-z-]+` (is forbidden|cannot change)/,
    );
});
