import { describe, expect, test } from 'vitest';
import { at, config, parseLines, shown, wrong } from './helpers.ts';

const env = (lines: readonly string[], surroundings?: Parameters<typeof config>[1]) =>
  Object.fromEntries([...config(lines, surroundings).env].map(([name, { value }]) => [name, value]));

describe('%(key)', () => {
  test('the first definition is what it means, wherever it stands', () => {
    expect(env(['env = A=%(x-port)', 'x-port = 1', 'x-port = 2'])).toEqual({ A: '1' });
  });

  test('but what the command line says comes before', () => {
    const flags = [{ name: 'x-port', value: '9', argument: 2 }];
    expect(env(['env = A=%(x-port)', 'x-port = 1'], { input: { flags } })).toEqual({ A: '9' });
  });

  test('values of values; what comes out is not looked at again', () => {
    const files = { '/etc/tsjail/vassals/secret': '50% $(HOME) %(x-a)\n' };
    expect(env(['x-a = %(x-b)', 'x-b = %n', 'env = A=%(x-a)', 'env = B=@(secret)'], { files })).toEqual({
      A: 'web',
      B: '50% $(HOME) %(x-a)',
    });
  });

  test('`_` is `-` there too', () => {
    expect(env(['x_my_port = 1', 'env = A=%(x-my_port)'])).toEqual({ A: '1' });
  });

  test('a key that is used this way needs no `x-`', () => {
    expect(wrong(['port = 80', 'env = A=%(port)'])).toEqual([]);
    expect(wrong(['port = 80', 'env = A=%(port + 1)'])).toEqual([]);
  });

  test('what the command line says refers to nothing', () => {
    const flags = [{ name: 'env', value: 'A=%(port)', argument: 2 }];
    expect(wrong(['port = 80'], { input: { flags } })).toEqual([
      '2:1-5 unknown-key: unknown key `port`; did you mean `socket`?',
    ]);
  });

  test('an option can be referred to', () => {
    expect(env(['hostname = h', 'clone = uts', 'env = A=%(hostname)'])).toEqual({ A: 'h' });
  });

  test('loops are told once, with their way', () => {
    expect(wrong(['x-a = %(x-b)', 'x-b = %(x-c)', 'x-c = %(x-a)'])).toEqual([
      '4:7-13 placeholder-loop: these keys refer to one another: x-a → x-b → x-c → x-a',
    ]);
    expect(wrong(['x-a = 1%(x-a)'])).toEqual([
      '2:8-14 placeholder-loop: these keys refer to one another: x-a → x-a',
    ]);
  });

  test('a bad value is told where it stands, not where it is used', () => {
    expect(wrong(['x-a = %(nope)', 'env = A=%(x-a)', 'env = B=%(x-a)'])).toEqual([
      '2:7-14 bad-placeholder: `%(nope)` refers to a key that is nowhere set',
    ]);
  });

  test('a chain has an end', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => `x-${i} = %(x-${i + 1})`);
    expect(wrong([...chain, 'x-20000 = 1'])[0]).toBe(
      '101:8-16 bad-placeholder: more than 100 keys refer to one another in a row',
    );
  });

  test('all values together have a bound', () => {
    const doubled = Array.from({ length: 19 }, (_, i) => `x-${i + 1} = %(x-${i})%(x-${i})`);
    const long = Array.from({ length: 100 }, (_, i) => `x-long${i} = %(x-19).`);
    expect(wrong(['x-0 = y', ...doubled, ...long])[0]).toContain('all values together grow beyond 16 MiB');
  });
});

describe('$(NAME)', () => {
  test('the daemon’s environment', () => {
    expect(env(['env = A=$(HOME)/x'])).toEqual({ A: '/root/x' });
  });

  test('what is not set stays, with a warning where it looks like a variable', () => {
    const { config: made, problems } = parseLines(['command = sh -c "echo $(NOPE) $(date)"']);
    expect(made?.command.value[2]).toBe('echo $(NOPE) $(date)');
    expect(shown(problems)).toEqual([
      '2:11-39 !unset-variable: the environment variable NOPE is not set: `$(NOPE)` stays as it is',
    ]);
  });

  test('what every object has is no variable', () => {
    expect(env(['env = A=$(constructor)$(__proto__)'])).toEqual({ A: '$(constructor)$(__proto__)' });
  });
});

describe('@(file)', () => {
  test('relative to the file that says it, one newline less', () => {
    const files = { '/etc/tsjail/vassals/a': '1\n\n', '/inc/b': '2', '/inc/i.ini': '[vassal]\nenv = B=@(b)' };
    expect(env(['env = A=@(a)', 'include = /inc/i.ini'], { files })).toEqual({ A: '1\n', B: '2' });
  });

  test('what cannot be read', () => {
    const files = {
      '/secret': { failure: 'EACCES' },
      '/big': { failure: 'larger than 1 MiB' },
      '/nul': '\0',
    };
    expect(
      wrong(
        [
          'env = A=@(none)',
          'env = A=@(/secret)',
          'env = A=@(/big)',
          'env = A=@(/nul)',
          'env = A=@(exec://ls)',
          'env = A=@()',
        ],
        { files },
      ),
    ).toEqual([
      '2:9-16 unreadable: cannot read /etc/tsjail/vassals/none: ENOENT (no such file)',
      '3:9-19 unreadable: cannot read /secret: EACCES (permission denied)',
      '4:9-16 unreadable: cannot read /big: larger than 1 MiB',
      '5:7-16 bad-value: a NUL byte came into this value',
      '6:9-21 bad-placeholder: only files can be read here, not `exec://ls`: a config that is looked at must not run anything',
      '7:9-12 bad-placeholder: `@()` names no file',
    ]);
  });

  test('what is not loaded yet is named; there is no config before', () => {
    const parsed = parseLines(['command = /bin/true', 'env = A=@(/s)'], { facts: { file: () => undefined } });
    expect(parsed).toMatchObject({
      config: undefined,
      missing: [{ ask: 'file', path: '/s' }],
      files: ['/s'],
    });
  });
});

test('every value knows its line', () => {
  expect(config(['', 'env = A=1']).env.get('A')?.at).toEqual(at(3));
});
