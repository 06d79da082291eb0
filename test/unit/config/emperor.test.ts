import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../../src/config/dialect/flags.ts';
import { parseEmperor } from '../../../src/config/emperor.ts';
import { NO_UWSGI_DEFAULTS } from '../../../src/config/uwsgi/defaults.ts';
import { at, config, EMPEROR, emperor, host, shown } from './helpers.ts';

const flags = (words: string) => readCommandLine(words.split(' '), 'emperor').flags;
const problems = (lines: readonly string[], words = '') =>
  shown(emperor(lines, words === '' ? [] : flags(words)).problems, EMPEROR);

test('without a file and flags: all defaults', () => {
  expect(parseEmperor(undefined, [], host())).toEqual({
    config: {
      sources: [],
      freqMs: 30_000,
      pidfile: undefined,
      nofollow: false,
      spareNetworks: 4,
      vassalDefaults: {
        namespaces: undefined,
        restartDelayMs: 100,
        maxRestartDelayMs: 180_000,
        stopTimeoutMs: 10_000,
        set: [],
        includeBefore: [],
        include: [],
        inheritBefore: [],
        inherit: [],
        uwsgi: NO_UWSGI_DEFAULTS,
      },
    },
    problems: [],
    missing: [],
  });
});

test('every option, with its line', () => {
  const { config, problems: none } = emperor([
    'emperor = vassals',
    'emperor = glob:///srv/*/tsjail.ini',
    'emperor-freq = 3',
    'emperor-pidfile = tsjail.pid',
    'emperor-nofollow',
    'emperor-use-clone = fs,net',
    'emperor-use-clone = pid',
    'emperor-throttle = 1000',
    'emperor-max-throttle = 60000',
    'emperor-curse-tolerance = 3',
    'vassals-set = env=NAME=%%n',
    'vassal-set = umask=077',
    'vassals-include-before = ib.ini',
    'vassals-include = %%n.ini:x',
    'vassals-inherit-before = /hb.ini',
    'vassals-inherit = /h.ini',
    'emperor-spare-networks = 2',
  ]);
  const line = (value: string, number: number) => ({ value, at: at(number, 1, EMPEROR) });
  expect(none).toEqual([]);
  expect(config).toEqual({
    sources: ['/etc/tsjail/vassals', 'glob:///srv/*/tsjail.ini'],
    freqMs: 3000,
    pidfile: '/etc/tsjail/tsjail.pid',
    nofollow: true,
    spareNetworks: 2,
    vassalDefaults: {
      namespaces: { value: new Set(['fs', 'net', 'pid']), at: at(8, 1, EMPEROR) },
      restartDelayMs: 1000,
      maxRestartDelayMs: 60_000,
      stopTimeoutMs: 3000,
      set: [line('env=NAME=%n', 12), line('umask=077', 13)],
      includeBefore: [line('/etc/tsjail/ib.ini', 14)],
      include: [line('/etc/tsjail/%n.ini:x', 15)],
      inheritBefore: [line('/hb.ini', 16)],
      inherit: [line('/h.ini', 17)],
      uwsgi: { ...NO_UWSGI_DEFAULTS, stopTimeoutMs: 3000 },
    },
  });
});

describe('flags', () => {
  test('win over the file; what may be repeated adds up', () => {
    const { config } = emperor(
      ['emperor = /a', 'emperor-freq = 3', 'emperor-use-clone = fs'],
      flags('--emperor b --emperor-freq=5 --emperor_use_clone=pid --emperor-nofollow'),
    );
    expect(config).toMatchObject({ sources: ['/a', '/cwd/b'], freqMs: 5000, nofollow: true });
    expect(config?.vassalDefaults.namespaces?.value).toEqual(new Set(['fs', 'pid']));
  });

  test('`none` takes back what the file says', () => {
    const { config } = emperor(['emperor-use-clone = fs'], flags('--emperor-use-clone=none'));
    expect(config?.vassalDefaults.namespaces?.value.size).toBe(0);
  });

  test('are taken as they are', () => {
    const { config } = emperor([], flags('--vassals-set=env=NAME=%n'));
    expect(config?.vassalDefaults.set[0]?.value).toBe('env=NAME=%n');
  });

  test('what is wrong with them names the argument', () => {
    expect(problems([], '--emperor-frq=3 --uid=1 --emperor-freq=x')).toEqual([
      '<command line>:1:1 unknown-key: unknown key `--emperor-frq`; did you mean `--emperor-freq`?',
      '<command line>:1:2 wrong-place: `--uid` is an option of a vassal (for all of them: `vassals-set`)',
      '<command line>:1:3 bad-value: `x` is not a time: seconds, or with ms, s, m, h',
    ]);
  });
});

describe('throttle', () => {
  const delays = (lines: readonly string[]) => {
    const defaults = emperor(lines).config?.vassalDefaults;
    return [defaults?.restartDelayMs, defaults?.maxRestartDelayMs];
  };

  test('the one that is not given makes room for the other', () => {
    expect(delays(['emperor-throttle = 5m'])).toEqual([300_000, 300_000]);
    expect(delays(['emperor-max-throttle = 50'])).toEqual([50, 50]);
  });

  test('no blacklist, no delay', () => {
    expect(delays(['emperor-no-blacklist', 'emperor-throttle = 1000'])).toEqual([0, 180_000]);
    expect(delays(['emperor-no-blacklist = no'])).toEqual([100, 180_000]);
  });

  test('the same is no contradiction', () => {
    expect(delays(['emperor-throttle = 1000', 'emperor-max-throttle = 1000'])).toEqual([1000, 1000]);
  });

  test('a contradiction', () => {
    expect(problems(['emperor-throttle = 2000', 'emperor-max-throttle = 1000'])).toEqual([
      '3:24-28 contradiction: `emperor-throttle` is longer than `emperor-max-throttle`',
    ]);
  });
});

describe('what is wrong', () => {
  test.each([
    ['emperor-freq = 0', '2:16-17 bad-value: 0 is too short: at least 100 ms'],
    ['emperor = zmq://x', '2:11-18 bad-value: no monitor for `zmq://`: there are dir:// and glob://'],
    ['emperor =', '2:1-8 missing-value: `emperor` needs a value'],
    ['emperor-tyrant-nofollow', '2:1-24 needs-tyrant: `emperor-tyrant-nofollow` is for `emperor-tyrant`'],
    ['command = x', '2:1-8 wrong-place: `command` is an option of a vassal (for all of them: `vassals-set`)'],
    [
      'master = true',
      '2:1-7 !needless: `master` changes nothing: the daemon has no master: whatever supervises services restarts it',
    ],
    [
      'emperor-broodlord = 3',
      '2:1-18 not-supported: `emperor-broodlord` is left out: only a server itself knows that it is overloaded: let it start more workers in its own jail',
    ],
    [
      'emperor_use_fork_server = /run/base',
      '2:1-24 not-supported: `emperor_use_fork_server` is left out: what another process forks gets no namespaces, cgroup or limits of its own; the nearest is `emperor-use-clone`',
    ],
    ['pidfile = x', '2:1-8 not-supported: `pidfile` is not there yet; the nearest is `emperor-pidfile`'],
    [
      'processes = 4',
      '2:1-10 not-supported: `processes` is an option of uWSGI itself: files with a section [uwsgi] are run by it',
    ],
    ['nope = x', '2:1-5 unknown-key: unknown key `nope`'],
    ['vassals-set = x', '2:15-16 bad-value: `x` is not KEY=VALUE'],
    [
      'vassals-set = emperor-freq=3',
      '2:15-29 wrong-place: `emperor-freq` is an option of the daemon, not of a vassal',
    ],
    [
      'vassals-set = comand=x',
      '2:15-23 !unknown-key: vassals have no option `comand`; did you mean `command`?',
    ],
  ])('%s', (line, problem) => {
    expect(problems([line])).toEqual([problem]);
  });

  test('with errors there is no config, with warnings there is', () => {
    expect(emperor(['nope = x']).config).toBeUndefined();
    expect(emperor(['vassals-set = comand=x']).config).toBeDefined();
  });
});

describe('sections', () => {
  const parse = (text: string) => parseEmperor({ path: EMPEROR, text }, [], host());

  test('[uwsgi] too, and both in their order', () => {
    expect(parse('[uwsgi]\nemperor = /a\n[emperor]\nemperor = /b').config?.sources).toEqual(['/a', '/b']);
  });

  test('`%x` is that of the line, `%X` the first one of ours', () => {
    expect(parse('[x-a]\n[uwsgi]\nemperor = /%x/%X').config?.sources).toEqual(['/uwsgi/uwsgi']);
    const both = '[emperor]\n[uwsgi]\nemperor = /%x/%X';
    expect(parse(both).config?.sources).toEqual(['/uwsgi/emperor']);
  });

  test('one that is for vassals, and one that is misspelt', () => {
    expect(shown(parse('[vassal]\n[emperer]').problems, EMPEROR)).toEqual([
      "1:1-9 wrong-place: [vassal] is for a vassal's own file; for all of them there is `vassals-include`",
      '2:1-10 unknown-section: unknown section [emperer]; did you mean `[emperor]`?',
    ]);
  });

  test('one that its vassals include is theirs', () => {
    expect(parse(`[emperor]\nvassals-include = ${EMPEROR}:common\n[common]\numask = 077`).problems).toEqual(
      [],
    );
  });

  test('an empty file is no fault', () => {
    expect(parse('').config).toBeDefined();
  });
});

test('placeholders and includes work as in a vassal', () => {
  const files = { '/etc/tsjail/more.ini': '[emperor]\nemperor = %(root)/b' };
  const { config, problems: none } = emperor(
    ['root = $(HOME)', 'emperor = %d%n', 'include = more.ini'],
    [],
    files,
  );
  expect(none).toEqual([]);
  expect(config?.sources).toEqual(['/etc/tsjail/emperor', '/root/b']);
});

test('what is inherited comes after the file, but flags win', () => {
  const files = { '/i.ini': '[emperor]\nemperor-freq = 5', '/cwd/j.ini': '[emperor]\nemperor-freq = 7' };
  const freq = (words: readonly string[]) =>
    emperor(['inherit = /i.ini', 'emperor-freq = 3'], words.flatMap(flags), files).config?.freqMs;
  expect(freq([])).toBe(5000);
  expect(freq(['--emperor-freq=6'])).toBe(6000);
  expect(freq(['--inherit=j.ini'])).toBe(7000);
});

test('without a file the command line comes first', () => {
  const files = { '/a.ini': '[emperor]\nnope = 1' };
  const { problems: told } = parseEmperor(undefined, flags('--include=/a.ini --nope'), host({}, files));
  expect(told.map(({ file }) => file)).toEqual(['<command line>', '/a.ini']);
});

test('what is not loaded yet is named', () => {
  const parsed = parseEmperor(
    { path: EMPEROR, text: '[emperor]\ninclude = /x' },
    [],
    host({ file: () => undefined }),
  );
  expect(parsed).toMatchObject({
    config: undefined,
    missing: [{ ask: 'file', path: '/x' }],
    problems: [{ code: 'unreadable' }],
  });
});

describe('hooks', () => {
  const hooks = (...lines: string[]) => emperor(lines).config?.vassalDefaults.hooks;

  test('of the daemon, and for every vassal', () => {
    const own = emperor([
      'hook-emperor-start = exec:x',
      'hook-as-vassal = print:y',
      'exec-as-emperor = z',
    ]).config;
    expect([...(own?.hooks?.actions?.keys() ?? [])]).toEqual(['as-vassal', 'emperor-start', 'as-emperor']);
    expect(hooks('hook-timeout = 3')?.timeoutMs).toBe(3000);
    expect(hooks('emperor-freq = 3')).toBeUndefined();
  });

  test('what is the vassal’s alone is not for the daemon', () => {
    expect(problems(['hook-as-root = exec:x'])).toEqual([
      '2:1-13 wrong-place: `hook-as-root` is an option of a vassal (for all of them: `vassals-set`)',
    ]);
  });

  test('come before those of the vassal, which may have another timeout', () => {
    const forAll = hooks('hook-as-vassal = print:all', 'vassals-start-hook = /bin/x -v', 'hook-timeout = 3');
    const defaults = { hooks: forAll };
    const own = config(['hook-as-vassal = print:own'], { defaults, input: { name: "it's" } }).hooks;
    expect(own.timeoutMs).toBe(3000);
    const chains = [...(own.actions ?? [])].map(([phase, chain]) => [
      phase,
      chain.map(({ value }) => value.args[0]),
    ]);
    expect(chains).toEqual([
      ['vassals-start-hook', ["/bin/x -v 'it'\\''s'"]],
      ['as-vassal', ['all', 'own']],
    ]);
    expect(config(['hook-timeout = 5'], { defaults }).hooks.timeoutMs).toBe(5000);
  });
});

test('what vassals that are uWSGI itself get', () => {
  const { config, problems: none } = emperor([
    'emperor-wrapper = /opt/uwsgi',
    'emperor-wrapper-override = uwsgi-a',
    'emperor-wrapper-override = uwsgi-b',
    'emperor-wrapper-fallback = uwsgi-c',
    'emperor-magic-exec',
    'emperor-extra-extension = .yml',
    'emperor-extra-ext = lua',
    'emperor-required-heartbeat = 4',
    'emperor-graceful-shutdown = true',
  ]);
  expect(none).toEqual([]);
  expect(config?.vassalDefaults.uwsgi).toEqual({
    program: '/opt/uwsgi',
    before: ['uwsgi-a', 'uwsgi-b'],
    after: ['uwsgi-c'],
    magicExec: true,
    extensions: ['yml', 'lua'],
    heartbeatMs: 4000,
    stopTimeoutMs: 60_000,
    gracefulStop: true,
  });
  expect(problems(['emperor-extra-extension = .ini', 'emperor-extra-extension = a/b'])).toEqual([
    '2:27-31 bad-value: `.ini` is one already',
    '3:27-30 bad-value: `a/b` is not the end of a file name such as .yml',
  ]);
});
