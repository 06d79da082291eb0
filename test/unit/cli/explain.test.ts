// `tsjail explain`, and the words that it is made of.
import { describe, expect, test } from 'vitest';
import { ACTIONS, readHook } from '../../../src/config/hooks/actions.ts';
import { OUTER_PHASES, PHASES } from '../../../src/config/hooks/phases.ts';
import { OPTION_NAMES, OPTIONS } from '../../../src/config/options.ts';
import { Bad } from '../../../src/config/problems/bad.ts';
import { TYPES, type TypeName } from '../../../src/config/values.ts';
import { ACTION_WORDS, PHASE_WORDS } from '../../../src/config/words/hooks.ts';
import { optionTopic, topicsOf, topicWords } from '../../../src/config/words/topics.ts';
import { TYPE_WORDS } from '../../../src/config/words/types.ts';
import { host } from '../config/helpers.ts';
import { tsjail } from './harness.ts';

const HOST = host();

describe('the words', () => {
  test.each(OPTION_NAMES)('%s: its example is right', (name) => {
    const { example } = optionTopic(name);
    const { type, range }: { type: TypeName; range?: readonly [number, number] } = OPTIONS[name];
    const text = example.slice(name.length + 3);
    const read = TYPES[type].read as (text: string, context: object) => unknown;
    expect(read(text, { host: HOST, base: '/etc/tsjail/vassals', range, name })).not.toBeInstanceOf(Bad);
  });

  test.each(Object.keys(ACTIONS))('the action %s: its example is right', (name) => {
    const { example } = ACTION_WORDS[name as keyof typeof ACTION_WORDS];
    expect(readHook(`${name}:${example}`)).not.toBeInstanceOf(Bad);
  });

  test('every type, action and phase has words', () => {
    expect(Object.keys(TYPE_WORDS).sort()).toEqual(Object.keys(TYPES).sort());
    expect(Object.keys(ACTION_WORDS).sort()).toEqual(Object.keys(ACTIONS).sort());
    for (const phase of [...PHASES, ...OUTER_PHASES]) expect(PHASE_WORDS[phase].when).not.toBe('');
  });

  test('whatever is offered is explained, in 80 columns', async () => {
    for (const word of topicWords()) expect(topicsOf(word), word).not.toEqual([]);
    const { out } = await tsjail(['explain', ...topicWords()]);
    const long = out
      .split('\n')
      .filter((line) => line.length > 80 && !line.includes('example') && !/^\S/.test(line));
    expect(long).toEqual([]);
  });
});

describe('explain', () => {
  test('an option: all that there is to know', async () => {
    expect(await tsjail(['explain', 'restart'])).toEqual({
      code: 0,
      err: '',
      out: [
        'restart = always|on-failure|never',
        '  Whether a command that ended is started again.',
        '  values     always, on-failure or never',
        '  default    always',
        '  given      once; of several the last one counts',
        '  section    [vassal]',
        '  flag       tsjail run --restart=always|on-failure|never',
        '  when       for as long as the vassal is there',
        '  rights     anybody',
        '  example    restart = on-failure',
        '  see        restart-delay, max-restart-delay, stable-after, start-limit, cron',
        '',
      ].join('\n'),
    });
  });

  test.each([
    [['--clone'], /^clone = NAME,…\n/],
    [['--clone=fs,net'], /^clone = NAME,…\n/],
    [['limit_nofile'], /^limit-nofile = /],
    [['MAX-FD'], /`max-fd` is another name of `limit-nofile`/],
    [['emperor-tyrant'], /rights +root\n/],
    [['hook-as-vassal'], /section +\[vassal\] or, for all vassals, \[emperor\]/],
    [['wait_for_socket'], /^wait_for_socket:\/PATH\|@NAME/m],
    [['creat'], /^create:FILE\n/],
    [['pre-jail'], /phase of hooks: after setns and cgroup.*\n[\s\S]*options +hook-pre-jail, mount-pre-jail/],
    [['%n'], /^%n\n {2}Name of the file without extension\./],
    [['%N'], /that of the vassal's own file/],
    [['%7'], /directory number 7/i],
    [['%(port)'], /^%\(KEY\)\n/],
    [['%(port + 1)'], /^%\(A \+ B\)\n/],
    [['$(HOME)'], /^\$\(NAME\)\n/],
    [['@(key)'], /^@\(FILE\)\n/],
    [['mnt'], /^fs\n {2}A namespace: the mount table/],
    [['if-env'], /^if-env = …\n/],
    [['emperor-broodlord'], /`emperor-broodlord` is left out: only a server itself knows/],
    [['module'], /^module \(uWSGI\)\n {2}`module` is an option of uWSGI itself/],
    [['master'], /`master` is an option of uWSGI itself/],
  ])('%j', async (words, wanted) => {
    const { code, out, err } = await tsjail(['explain', ...words]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(wanted);
  });

  test('a word that is several things: all of them', async () => {
    const { out } = await tsjail(['explain', 'hostname']);
    expect(out).toMatch(/^hostname = NAME\n[\s\S]*\n\nhostname:NAME\n/);
  });

  test('one that nobody knows: a suggestion, and the others all the same', async () => {
    expect(await tsjail(['explain', 'hostnme', 'umask'])).toEqual({
      code: 1,
      out: expect.stringMatching(/^umask = OCTAL\n/),
      err: 'tsjail: nothing is called `hostnme`; did you mean `hostname`?\n',
    });
    const about = await tsjail(['explain', 'memory', 'journal', 'a(b']);
    expect(about.err.split('\n')).toEqual([
      'tsjail: nothing is called `memory`; it has to do with memory-max, memory-high',
      expect.stringMatching(/^tsjail: nothing is called `journal`; it has to do with .*\blog\b/),
      expect.stringMatching(/^tsjail: nothing is called `a\(b`; `man tsjail-vassal`/),
      '',
    ]);
    expect((await tsjail(['explain', 'ls'])).err).toBe('tsjail: `ls` is a command: tsjail help ls\n');
    expect((await tsjail(['explain'])).code).toBe(2);
  });

  test('for programs', async () => {
    const { out } = await tsjail(['explain', 'stop-timeout', '%n', '--json']);
    const [option, magic] = JSON.parse(out) as object[];
    expect(option).toMatchObject({ kind: 'option', name: 'stop-timeout', aliases: ['reload-mercy'] });
    expect(magic).toMatchObject({ kind: 'placeholder', name: '%n' });
  });
});
