import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NO_CGROUP_SETTINGS } from '../../../src/config/cgroup/settings.ts';
import { parseEmperor } from '../../../src/config/emperor.ts';
import { HOSTS_ROOT } from '../../../src/config/root/settings.ts';
import { NO_DEFAULTS } from '../../../src/config/vassal.ts';
import { vassalConfig } from '../../helpers/vassal-config.ts';
import { ANNA, at, config, EMPEROR, host, parse, parseLines, shown, WEB } from './helpers.ts';

describe('a config', () => {
  test('of nothing but a command has every default', () => {
    expect(parseLines(['command = /bin/sleep 100']).config).toEqual(
      vassalConfig({
        command: { value: ['/bin/sleep', '100'], at: at(2) },
        given: [{ option: 'command', text: '/bin/sleep 100', at: at(2) }],
        // What nobody gave points at the section.
        umask: { value: 0o22, at: at(1) },
        init: { value: true, at: at(1) },
        log: { value: { kind: 'emperor' }, at: at(1) },
        namespaces: { value: new Set(), at: at(1) },
      }),
    );
  });

  test('of every option has what it says, with the line that says it', () => {
    const text = `[vassal]
command = /srv/web --port %(port)
chdir = /srv
env = A=1
unenv = LANG
umask = 077
uid = www-data
add-gid = adm
clone = fs,net,ipc
clone = uts,pid,user
uid-map = 0:100000:1000
gid-map = 0:200000:1000
hostname = %n.example
init = no
restart = on-failure
restart-delay = 2
max-restart-delay = 1m
stable-after = 0
start-limit = 5
start-timeout = 3
stop-signal = INT
stop-timeout = 500ms
reload = signal:HUP
log = file:log
prio = 5
oom-score-adj = 500
limit-nofile = 100:200
limit-as = 512
port = 80
log-max-size = 64K
log-keep = 2
log-date = yes
log-rate-limit = 100/s
profile = open
`;
    const { config: made, problems } = parse(text);
    expect(shown(problems)).toEqual([]);
    expect(made?.given?.map(({ option, at: { line } }) => `${line} ${option}`)).toEqual(
      expect.arrayContaining(['2 command', '4 env', '10 clone', '25 prio']),
    );
    expect({ ...made, given: undefined }).toEqual({
      name: 'web',
      file: WEB,
      profile: 'open',
      profileReason: 'the config says so',
      landlock: [],
      directory: '/etc/tsjail/vassals',
      command: { value: ['/srv/web', '--port', '80'], at: at(2) },
      chdir: { value: '/srv', at: at(3) },
      env: new Map([['A', { value: '1', at: at(4) }]]),
      unenv: [{ value: 'LANG', at: at(5) }],
      umask: { value: 0o77, at: at(6) },
      user: {
        value: { uid: 33, name: 'www-data', gid: 33, home: '/var/www', shell: '/usr/sbin/nologin' },
        at: at(7),
      },
      gid: { value: 33, at: at(7) },
      groups: [33, 110, 4],
      namespaces: { value: new Set(['fs', 'net', 'ipc', 'uts', 'pid', 'user']), at: at(10) },
      uidMap: [{ value: { inside: 0, outside: 100_000, count: 1000 }, at: at(11) }],
      gidMap: [{ value: { inside: 0, outside: 200_000, count: 1000 }, at: at(12) }],
      unshare: undefined,
      unshare2: undefined,
      refork: { postJail: undefined, asRoot: undefined, last: undefined },
      hostname: { value: 'web.example', at: at(13) },
      domainname: undefined,
      init: { value: false, at: at(14) },
      restart: 'on-failure',
      restartDelayMs: 2000,
      maxRestartDelayMs: 60_000,
      stableAfterMs: 0,
      startLimit: 5,
      startTimeoutMs: 3000,
      stopSignal: 2,
      stopTimeoutMs: 500,
      reload: { kind: 'signal', signal: 1 },
      after: [],
      instances: undefined,
      cron: undefined,
      sockets: [],
      onDemand: false,
      idleTimeoutMs: 0,
      ready: { kind: 'exec' },
      heartbeatMs: 0,
      emperorPipe: false,
      uwsgi: undefined,
      log: { value: { kind: 'file', path: '/etc/tsjail/vassals/log' }, at: at(24) },
      prio: { value: 5, at: at(25) },
      oomScoreAdj: { value: 500, at: at(26) },
      limits: new Map([
        ['nofile', { value: { soft: 100, hard: 200 }, at: at(27) }],
        ['as', { value: { soft: 512 * 1024 ** 2, hard: 512 * 1024 ** 2 }, at: at(28) }],
      ]),
      logManner: { maxSize: 65_536, keep: 2, date: true, rate: { lines: 100, ms: 1000 } },
      mapHelpers: [],
      setns: { join: [], serve: undefined },
      root: HOSTS_ROOT,
      hooks: {},
      privileges: {
        bounding: undefined,
        dropped: undefined,
        exactly: undefined,
        ambient: undefined,
        noNewPrivs: undefined,
      },
      cgroup: NO_CGROUP_SETTINGS,
      attributes: new Map(),
    });
  });

  test('NO_DEFAULTS are those of a daemon without a config', () => {
    expect(parseEmperor(undefined, [], host()).config?.vassalDefaults).toEqual(NO_DEFAULTS);
  });

  test('parsing twice gives the same, and changes nothing that was given', () => {
    const given = Object.freeze({
      ...NO_DEFAULTS,
      set: Object.freeze([{ value: 'umask=077', at: at(3, 1, EMPEROR) }]),
    });
    const once = parseLines(['command = a', 'nope = 1'], { defaults: given });
    expect(parseLines(['command = a', 'nope = 1'], { defaults: given })).toEqual(once);
  });
});

describe('environment', () => {
  const files = {
    '/etc/tsjail/vassals/e': 'A=file\nB=file',
    '/inc/i.ini': '[vassal]\nenv-file = e',
    '/inc/e': 'A=inc',
  };
  const env = (lines: readonly string[]) =>
    Object.fromEntries([...config(lines, { files }).env].map(([name, { value }]) => [name, value]));

  test('of `env` and `env-file` the later one wins', () => {
    expect(env(['env = A=1', 'env-file = e', 'env = B=2'])).toEqual({ A: 'file', B: '2' });
    expect(env(['env-file = e', 'include = /inc/i.ini'])).toEqual({ A: 'inc', B: 'file' });
  });

  test('a value knows its line in the env-file', () => {
    expect(config(['env-file = e'], { files }).env.get('B')?.at).toEqual(at(2, 1, '/etc/tsjail/vassals/e'));
  });

  test('what is wrong with an env-file is told there, or where it is named', () => {
    const bad = { '/e': 'A=1\nB' };
    const lines = ['command = a', 'env-file = /e', 'env-file = /none'];
    expect(shown(parseLines(lines, { files: bad }).problems)).toEqual([
      '4:12-17 unreadable: cannot read /none: ENOENT (no such file)',
      '/e:2:1-2 bad-env-file: this line is not NAME=VALUE',
    ]);
  });
});

describe('sections', () => {
  const problems = (text: string) => shown(parse(text).problems);

  test('[uwsgi] with a binary patch is read as [vassal]', () => {
    const { config: made, problems: none } = parse(
      '[uwsgi]\nunprivileged-binary-patch-arg = ps aux\nuid = anna\nset = gid=adm',
    );
    expect(shown(none)).toEqual([]);
    expect(made).toMatchObject({ command: { value: ['ps', 'aux'] }, user: { value: { uid: 1000 } } });
  });

  test('the patch may come by an include, a `set`, or from the daemon', () => {
    const files = { '/p.ini': '[uwsgi]\nprivileged_binary_patch = /bin/x' };
    expect(parse('[uwsgi]\ninclude = /p.ini', { files }).config?.command.value).toEqual(['/bin/x']);
    expect(parse('[uwsgi]\nset = unprivileged-binary-patch=/bin/x').config?.command.value).toEqual([
      '/bin/x',
    ]);
    const set = [{ value: 'unprivileged-binary-patch=/bin/x', at: at(2, 1, EMPEROR) }];
    expect(parse('[uwsgi]\n', { defaults: { set } }).config?.command.value).toEqual(['/bin/x']);
  });

  test('both sections count, in their order', () => {
    const text = '[uwsgi]\nunprivileged-binary-patch = /bin/x\nenv = A=1\n[vassal]\nenv = A=2';
    expect(parse(text).config?.env.get('A')?.value).toBe('2');
  });

  test('[emperor] is for the daemon', () => {
    const problem =
      "wrong-place: [emperor] is for the daemon's own config; a vassal has [vassal], or attributes where the daemon has `emperor-collect-attr`";
    expect(problems('[emperor]\nemperor = x')).toEqual([`1:1-10 ${problem}`]);
    expect(problems('[vassal]\ncommand = a\n[emperor]')).toEqual([`3:1-10 ${problem}`]);
  });

  test('none: an error at the start', () => {
    expect(problems('')).toEqual(['1:1 no-section: no section [vassal]']);
    expect(problems('; nothing\n\n')).toEqual(['1:1 no-section: no section [vassal]']);
    expect(problems('command = a')).toEqual(['1:1 no-section: this line stands before the first [section]']);
    expect(problems('[x-mine]')).toEqual(['1:1 no-section: no section [vassal]']);
  });

  test('a misspelt one has a suggestion, and is not silently left out', () => {
    expect(problems('[vasal]\ncommand = a')).toEqual([
      '1:1-8 unknown-section: unknown section [vasal]; did you mean `[vassal]`?',
    ]);
    expect(problems('[ vassal ]')).toEqual([
      '1:1-11 unknown-section: unknown section [ vassal ]; did you mean `[vassal]`?',
    ]);
    expect(problems('[vassal]\ncommand = a\n[extra]\nb = 1')).toEqual([
      '3:1-8 unknown-section: unknown section [extra]',
    ]);
  });

  test('free ones and those that are included by name are fine', () => {
    expect(
      problems(
        '[vassal]\ncommand = a\ninclude = :mine\ninherit = web.ini:heir\n[mine]\n[heir]\n[x-notes]\nanything',
      ),
    ).toEqual([]);
  });

  test('`%x` is the section', () => {
    expect(parse('[uwsgi]\nunprivileged-binary-patch-arg = a %x').config?.command.value).toEqual([
      'a',
      'uwsgi',
    ]);
  });
});

test('a name that cannot be one', () => {
  expect(shown(parseLines(['command = a'], { input: { name: '.x' } }).problems)).toEqual([
    '1:1 bad-name: the name of a vassal does not begin with a dot',
  ]);
});

test('all problems of a file at once, in the order of its lines', () => {
  const text = `[vassal]
comand = /bin/true
uid = nobdy
clone = fs,utz
hostname = h
stop-signal = TRM
limit-nofile = many
umask = 9
restart = sometimes
env = A
prio = 20
start-timeout = 0
emperor-freq = 3
hook-pre-app = exec:x
env = B=%(nope)
env = C=@(none)
include = none.ini
k = \u0001
[extra]
`;
  expect(parse(text).config).toBeUndefined();
  expect(shown(parse(text).problems)).toEqual([
    '2:1-7 unknown-key: unknown key `comand`; did you mean `command`?',
    '3:7-12 unknown-user: unknown user `nobdy`',
    '4:12-15 bad-value: unknown namespace `utz` (there are fs, net, ipc, uts, pid, user, cgroup, time); did you mean `uts`?',
    '6:15-18 bad-value: unknown signal `TRM`; did you mean `TERM`?',
    '7:16-20 bad-value: `many` is not a limit: a whole number, or unlimited',
    '8:9-10 bad-value: `9` is not an octal mask such as 022',
    '9:11-20 bad-value: `sometimes` is none of always, on-failure, never',
    '10:7-8 bad-value: `A` is not NAME=value',
    '11:8-10 bad-value: 20 is not between -20 and 19',
    '12:17-18 bad-value: 0 is too short: at least 1 ms',
    "13:1-13 wrong-place: `emperor-freq` is an option of the daemon's own config",
    '14:1-13 not-supported: `hook-pre-app` is left out: it happens inside the processes of uWSGI, which alone can do it; the nearest is `hook-as-user`',
    '15:9-16 bad-placeholder: `%(nope)` refers to a key that is nowhere set',
    '16:9-16 unreadable: cannot read /etc/tsjail/vassals/none: ENOENT (no such file)',
    '17:11-19 unreadable: cannot read /etc/tsjail/vassals/none.ini: ENOENT (no such file)',
    '18:5-6 control-character: control character U+0001',
    '19:1-8 unknown-section: unknown section [extra]',
  ]);
});

test('the examples are right', () => {
  const directory = new URL('../../../vassals.example/', import.meta.url);
  for (const name of readdirSync(directory).filter((each) => each.endsWith('.ini'))) {
    const text = readFileSync(new URL(name, directory), 'utf8');
    for (const facts of [
      { env: { TSJAIL_EXAMPLE_RUN: '/run' } },
      { ...ANNA, env: { TSJAIL_EXAMPLE_RUN: '/run' } },
    ]) {
      expect(shown(parse(text, { facts }).problems), name).toEqual([]);
    }
  }
});

test('what nobody says of output and reforks is the default of the table, and one for all', () => {
  const [silent, other, spoken] = ['', '', 'log = emperor\nrefork = false\n'].map(
    (lines) => parse(`[vassal]\ncommand = true\nclone = fs,pid\n${lines}`).config,
  );
  expect(spoken?.logManner).toEqual(silent?.logManner);
  expect(spoken?.refork).toEqual(silent?.refork);
  expect(spoken?.logManner).not.toBe(silent?.logManner);
  expect(other?.logManner).toBe(silent?.logManner);
  expect(other?.namespaces.value).toBe(silent?.namespaces.value);
  expect([...(other?.namespaces.value ?? [])]).toEqual(['fs', 'pid']);
});
