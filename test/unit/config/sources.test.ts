import { describe, expect, test } from 'vitest';
import type { VassalDefaults } from '../../../src/config/vassal.ts';
import { at, config, EMPEROR, type Files, parse, parseLines, shown, WEB, wrong } from './helpers.ts';

const template = (value: string, line = 2) => ({ value, at: at(line, 1, EMPEROR) });
const names = (lines: readonly string[], files: Files, defaults?: Partial<VassalDefaults>) =>
  [...config(lines, { files, ...(defaults ? { defaults } : {}) }).env].map(
    ([name, { value }]) => `${name}=${value}`,
  );

describe('include', () => {
  test('lands at its place: later lines win', () => {
    const files = { '/etc/tsjail/vassals/c.inc': '[vassal]\nenv = A=inc\nenv = B=inc' };
    expect(names(['env = A=1', 'include = c.inc', 'env = B=2'], files)).toEqual(['A=inc', 'B=2']);
  });

  test('relative to the file that says it, also from an included one', () => {
    const files = { '/a/one.ini': '[vassal]\ninclude = two.ini', '/a/two.ini': '[vassal]\nenv = A=%n-%N-%x' };
    expect(names(['include = ../../../a/one.ini'], files)).toEqual(['A=two-web-vassal']);
  });

  test('a section by name, of another file and of this one', () => {
    const files = { '/c.ini': '[vassal]\nenv = A=no\n[x-s]\nenv = A=yes\n[s]\nenv = B=yes' };
    expect(names(['include = /c.ini:x-s', 'include = /c.ini:s'], files)).toEqual(['A=yes', 'B=yes']);
    const text = '[vassal]\ncommand = a\ninclude = :mine\n[mine]\nenv = A=1';
    expect([...(parse(text).config?.env.keys() ?? [])]).toEqual(['A']);
  });

  test('of an included file, [vassal] is preferred to [uwsgi]', () => {
    const files = {
      '/c.ini': '[uwsgi]\nenv = A=uwsgi\n[vassal]\nenv = A=vassal',
      '/u.ini': '[uwsgi]\nenv = B=uwsgi',
    };
    expect(names(['include = /c.ini', 'include = /u.ini'], files)).toEqual(['A=vassal', 'B=uwsgi']);
  });

  test('magic and environment in the name, a colon in a directory', () => {
    const files = { '/root/web.ini': '[vassal]\nenv = A=1', '/a:b/c.ini': '[vassal]\nenv = B=1' };
    expect(names(['include = $(HOME)/%n.ini', 'include = /a:b/c.ini'], files)).toEqual(['A=1', 'B=1']);
  });

  test('problems of an included file have its name', () => {
    const files = { '/c.ini': '[vassal]\n\nnope = 1\nuid = nobdy' };
    expect(wrong(['include = /c.ini', 'nope2 = 1'], { files })).toEqual([
      '3:1-6 unknown-key: unknown key `nope2`',
      '/c.ini:3:1-5 unknown-key: unknown key `nope`',
      '/c.ini:4:7-12 unknown-user: unknown user `nobdy`',
    ]);
  });

  test('a file that is included twice is scanned, and its faults told, once', () => {
    const files = { '/c.ini': '[vassal]\nx-a = \u0001' };
    expect(wrong(['include = /c.ini', 'include = /c.ini'], { files })).toHaveLength(1);
  });

  test.each([
    [
      'include = none.ini',
      '2:11-19 unreadable: cannot read /etc/tsjail/vassals/none.ini: ENOENT (no such file)',
    ],
    ['include =', '2:1-8 bad-include: `include` needs a file'],
    [
      'include = http://x/',
      '2:11-20 bad-include: only files can be read here, not `http://x/`: a start must not wait for the network',
    ],
    [
      'include = "c.ini"',
      '2:11-18 bad-include: quotes are part of a value here: leave them out; did you mean `c.ini`?',
    ],
    ['include = %(x)', '2:11-15 bad-placeholder: files are read before the keys are known: no `%(…)` here'],
    [
      'include = a%zb',
      '2:12-14 bad-placeholder: `%z` is no magic variable; a percent sign is written `%%`; did you mean `%%z`?',
    ],
    ['include = @(x)', '2:11-15 bad-placeholder: no `@(…)` here'],
    ['include = /c.ini:other', '2:11-23 no-section: /c.ini has no section [other]; did you mean `other1`?'],
    ['include = /d.ini', '2:11-17 no-section: /d.ini has no section [vassal]; did you mean `vasal`?'],
    ['inherit = /none', '2:11-16 unreadable: cannot read /none: ENOENT (no such file)'],
  ])('%s', (line, problem) => {
    const files = { '/c.ini': '[vassal]\n[other1]', '/d.ini': '[vasal]' };
    expect(wrong([line], { files })).toEqual([problem]);
  });
});

describe('loops and bounds', () => {
  test('a file that includes itself', () => {
    expect(wrong(['include = web.ini'])).toEqual([
      `2:11-18 include-loop: this include is a loop: ${WEB} → ${WEB}`,
    ]);
  });

  test('through others, and through sections', () => {
    const files = { '/a.ini': '[vassal]\ninclude = /b.ini', '/b.ini': '[vassal]\ninclude = /a.ini' };
    expect(wrong(['include = /a.ini'], { files })).toEqual([
      '/b.ini:2:11-17 include-loop: this include is a loop: /a.ini → /b.ini → /a.ini',
    ]);
    const text = '[vassal]\ninclude = :a\n[a]\ninclude = :b\n[b]\ninclude = :a';
    expect(shown(parse(text).problems)).toContain(
      `6:11-13 include-loop: this include is a loop: ${WEB}:a → ${WEB}:b → ${WEB}:a`,
    );
  });

  test('a loop of `inherit`', () => {
    const files = { '/a.ini': '[vassal]\ninherit = /a.ini' };
    expect(wrong(['inherit = /a.ini'], { files })).toEqual([
      '/a.ini:2:11-17 include-loop: this include is a loop: /a.ini → /a.ini',
    ]);
  });

  test('the same file twice side by side is no loop', () => {
    const files = { '/a.ini': '[vassal]\nenv = A=1' };
    expect(wrong(['include = /a.ini', 'include = /a.ini'], { files })).toEqual([]);
  });

  test('depth', () => {
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`/${i}.ini`, `[vassal]\ninclude = /${i + 1}.ini`]),
    );
    expect(wrong(['include = /0.ini'], { files })).toEqual([
      '/14.ini:2:11-18 include-depth: more than 16 files include one another',
    ]);
  });

  test('number: each includes the next one twice', () => {
    const files = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [
        `/${i}.ini`,
        `[vassal]\ninclude = /${i + 1}.ini\ninclude = /${i + 1}.ini`,
      ]),
    );
    expect(wrong(['include = /0.ini'], { files: { ...files, '/12.ini': '[vassal]' } }).join()).toContain(
      'more than 256 includes',
    );
  });

  test('256 includes are not too many', () => {
    const includes = (count: number) => Array.from({ length: count }, () => 'include = /a.ini');
    const files = { '/a.ini': '[vassal]' };
    expect(wrong(includes(256), { files })).toEqual([]);
    expect(wrong(includes(257), { files })).toEqual(['258:11-17 bad-include: more than 256 includes']);
  });

  test('lines in all', () => {
    const files = { '/a.ini': `[vassal]\n${'x-a=1\n'.repeat(60_000)}` };
    expect(wrong(['include = /a.ini', 'include = /a.ini'], { files })).toEqual([
      '3:11-17 bad-include: more than 100000 lines in all',
    ]);
  });
});

describe('set', () => {
  test('is the line that it holds, with problems at its parts', () => {
    expect(config(['set = umask = 077']).umask.value).toBe(0o77);
    expect(wrong(['set = uid = nobdy', 'set=nope=1', 'set = a', 'set = =a', 'set = set=a=b'])).toEqual([
      '2:13-18 unknown-user: unknown user `nobdy`',
      '3:5-9 unknown-key: unknown key `nope`',
      '4:7-8 bad-value: `set` takes key=value',
      '5:7-9 bad-value: `set` takes key=value',
      '6:7-14 bad-value: `set` takes key=value',
    ]);
  });

  test('can be a directive', () => {
    const files = { '/a.ini': '[vassal]\nenv = A=1' };
    expect(names(['set = include=/a.ini'], files)).toEqual(['A=1']);
  });

  test('set-placeholder makes a key that is no option', () => {
    expect(names(['set-ph = port=1', 'set_placeholder = host = h', 'env = A=%(host):%(port)'], {})).toEqual([
      'A=h:1',
    ]);
    expect(wrong(['set-ph = unused=1'])).toEqual([]);
    expect(wrong(['set-ph = uid=1'])).toEqual([
      '2:10-13 bad-placeholder: `uid` is an option: it cannot be a placeholder',
    ]);
  });
});

describe('what the daemon gives', () => {
  const files = {
    '/inherit-before.ini': '[vassal]\nenv = A=inherit-before',
    '/include-before.ini': '[vassal]\nenv = A=include-before',
    '/inherit.ini': '[vassal]\nenv = A=inherit',
    '/include.ini': '[vassal]\nenv = A=include',
    '/own.ini': '[vassal]\nenv = A=own-inherit',
  };
  const origins = (lines: readonly string[], defaults: Partial<VassalDefaults>) =>
    names(lines, files, defaults)[0];

  test('order: include-before, set, the vassal, include, then all that inherits in turn', () => {
    const inheritBefore = [template('/inherit-before.ini')];
    const includeBefore = [template('/include-before.ini')];
    const set = [template('env=A=set')];
    const include = [template('/include.ini')];
    const inherit = [template('/inherit.ini')];
    const own = ['env = A=own', 'inherit = /own.ini'];
    expect(origins([], { includeBefore })).toBe('A=include-before');
    expect(origins([], { includeBefore, set })).toBe('A=set');
    expect(origins(['env = A=own'], { includeBefore, set })).toBe('A=own');
    expect(origins(['env = A=own'], { includeBefore, set, include })).toBe('A=include');
    expect(origins(['env = A=own'], { include, inheritBefore })).toBe('A=inherit-before');
    expect(origins(own, { include, inheritBefore })).toBe('A=own-inherit');
    expect(origins(own, { include, inheritBefore, inherit })).toBe('A=inherit');
  });

  test('flags come after all of it', () => {
    const flags = [{ name: 'umask', value: '077', argument: 3 }];
    const set = [template('umask=027')];
    expect(config([], { defaults: { set }, input: { flags } }).umask.value).toBe(0o77);
    const files = { '/i.ini': '[vassal]\numask = 007' };
    expect(config(['inherit = /i.ini'], { files, input: { flags } }).umask.value).toBe(0o77);
    const inherit = [{ name: 'inherit', value: '/i.ini', argument: 4 }];
    expect(config([], { files, input: { flags: [...inherit, ...flags] } }).umask.value).toBe(0o7);
    expect(config([], { defaults: { set } }).umask).toEqual({ value: 0o27, at: at(2, 1, EMPEROR) });
  });

  test('placeholders in templates are those of the vassal', () => {
    const defaults = { set: [template('env=NAME=%n')], include: [template('/%N.ini')] };
    expect(names([], { '/web.ini': '[vassal]\nenv = B=1' }, defaults)).toEqual(['NAME=web', 'B=1']);
  });

  test('a key of `vassals-set` that is no option is for those that use it', () => {
    const set = [template('port=80')];
    expect(wrong([], { defaults: { set } })).toEqual([]);
    expect(names(['env = A=%(port)'], {}, { set })).toEqual(['A=80']);
  });

  test('what is wrong with it is told of the daemon’s line', () => {
    const defaults = { set: [template('uid=nobdy', 7)], include: [template('/none', 8)] };
    expect(wrong([], { defaults })).toEqual([
      `${EMPEROR}:7:1 unknown-user: unknown user \`nobdy\``,
      `${EMPEROR}:8:1 unreadable: cannot read /none: ENOENT (no such file)`,
    ]);
  });
});

test('all files that it is made of are named, also those that cannot be read', () => {
  const files = { '/a.ini': '[vassal]\nenv-file = e', '/e': 'A=1', '/s': 's' };
  const parsed = parseLines(['include = /a.ini', 'env = B=@(/s)', 'env-file = /none', 'include = web.ini'], {
    files,
  });
  expect([...parsed.files].sort()).toEqual(['/a.ini', '/e', '/none', '/s']);
});

test('includes are asked for one after the other, until nothing is missing', () => {
  const stored: Files = { '/a.ini': '[vassal]\ninclude = /b.ini', '/b.ini': '[vassal]\ncommand = a' };
  const known = new Map<string, { text: string }>();
  const asked: string[] = [];
  for (let parsed = parseLines(['include = /a.ini']); ; ) {
    parsed = parseLines(['include = /a.ini'], { facts: { file: (path) => known.get(path) } });
    if (parsed.missing.length === 0) {
      expect(parsed.config?.command.value).toEqual(['a']);
      break;
    }
    expect(parsed.config).toBeUndefined();
    const paths = parsed.missing.map(({ path }) => path);
    asked.push(...paths);
    for (const path of paths) known.set(path, { text: String(stored[path]) });
  }
  expect(asked).toEqual(['/a.ini', '/b.ini']);
});
