import { describe, expect, test } from 'vitest';
import { emperor, parse, shown, WEB } from './helpers.ts';

const TEXT = `[emperor]
tier = %(gold) = yes
tier = second
my_key =  spaced out
other = no
[vassal]
command = sleep 1
`;

function attributes(text: string, ...lines: string[]) {
  const daemon = emperor(lines);
  expect(shown(daemon.problems)).toEqual([]);
  const { config, problems } = parse(text, { defaults: daemon.config?.vassalDefaults ?? {} });
  const given = [...(config?.attributes ?? [])].map(([key, { value }]) => [key, value]);
  return { config, problems: shown(problems), given: Object.fromEntries(given) };
}

describe('attributes', () => {
  test('are what the section says, as it stands there; the first of a key counts', () => {
    const { given, problems } = attributes(
      TEXT,
      'emperor-collect-attr = tier',
      'emperor-collect-attribute = my_key',
      'emperor-collect-attr = absent',
    );
    expect(problems).toEqual([]);
    expect(given).toEqual({ tier: '%(gold) = yes', my_key: 'spaced out' });
  });

  test('have a line', () => {
    const { config } = attributes(TEXT, 'emperor-collect-attr = my_key');
    expect(config?.attributes.get('my_key')?.at).toEqual({ file: WEB, line: 4, column: 1 });
  });

  test('are no names of things that every object has', () => {
    const text = TEXT.replace('other', '__proto__');
    const { given } = attributes(text, 'emperor-collect-attr = __proto__', 'emperor-collect-attr = toString');
    expect(Object.keys(given)).toEqual(['__proto__']);
  });

  test('have no place in a file when none are collected', () => {
    const { problems } = attributes(TEXT);
    expect(problems).toEqual([
      "1:1-10 wrong-place: [emperor] is for the daemon's own config; a vassal has [vassal], or attributes where the daemon has `emperor-collect-attr`",
    ]);
  });

  test('do not stand for a vassal', () => {
    const { problems } = attributes('[emperor]\ntier = a\n', 'emperor-collect-attr = tier');
    expect(problems.join()).toContain('no section [vassal]');
  });

  test('with a bad key', () => {
    const { problems } = emperor(['emperor-collect-attr = a b']);
    expect(shown(problems).join()).toContain('`a b` is not the name of a key');
  });
});

describe('the directory of a vassal', () => {
  const text = (...lines: string[]) =>
    `[emperor]\nhome = ../srv/web\n[vassal]\ncommand = x\n${lines.join('\n')}`;

  test('is that of the attribute, from its file on', () => {
    const { config, given } = attributes(text(), 'emperor-chdir-attr = home');
    expect(config?.chdir).toEqual({
      value: '/etc/tsjail/srv/web',
      at: { file: WEB, line: 2, column: 1 },
    });
    expect(given).toEqual({ home: '../srv/web' });
  });

  test('is its own where it names one', () => {
    expect(attributes(text('chdir = /tmp'), 'emperor-chdir-attr = home').config?.chdir?.value).toBe('/tmp');
  });

  test('is what it was without the attribute', () => {
    expect(attributes(text(), 'emperor-chdir-attr = house').config?.chdir).toBeUndefined();
  });
});

test('the program of a file for uWSGI is that of its attribute, where it has it', () => {
  const text = '[uwsgi]\nmodule = app\n[emperor]\nbinary = /opt/uwsgi\n';
  const program = (wanted: string) =>
    attributes(text, `emperor-wrapper-attr = ${wanted}`).config?.command.value[0];
  expect(program('binary')).toBe('/opt/uwsgi');
  expect(program('other')).toBe('uwsgi');
});
