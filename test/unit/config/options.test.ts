import { expect, test } from 'vitest';
import { Values } from '../../../src/config/options/read.ts';
import { notThereYet } from '../../../src/config/options/uwsgi.ts';
import {
  DIRECTIVES,
  keysOf,
  LIMIT_OPTIONS,
  OPTION_NAMES,
  OPTIONS,
  type Option,
  optionOf,
} from '../../../src/config/options.ts';
import { RESOURCES } from '../../../src/config/resources.ts';
import { host } from './helpers.ts';

const rows: readonly (readonly [string, Option])[] = Object.entries(OPTIONS);

test('no key has two meanings', () => {
  for (const scope of ['vassal', 'emperor'] as const) {
    const mine = rows.filter(
      ([, { scope: own, forAll = false }]) => own === scope || (forAll && scope === 'emperor'),
    );
    const keys = [
      ...mine.flatMap(([name, { aliases = [] }]) => [name, ...aliases]),
      ...Object.keys(DIRECTIVES),
    ];
    expect(keys.sort()).toEqual([...new Set(keys)].sort());
    expect(keysOf(scope).sort()).toEqual(keys.sort());
  }
});

test('keys are written with `-`, helps are one line without a full stop', () => {
  for (const [name, { help, aliases = [] }] of rows) {
    for (const key of [name, ...aliases]) expect(key).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(help).toMatch(/^\S.*[^.\s]$/);
  }
});

/** Options whose default is what the parser uses where there is no value. */
const WITH_DEFAULT = {
  umask: 0o22,
  init: true,
  'no-initgroups': false,
  'namespace-net': false,
  'keep-old-root': false,
  proc: { mount: 'auto' },
  dev: 'host',
  'read-only': false,
  refork: false,
  'refork-as-root': false,
  'refork-post-jail': false,
  restart: 'always',
  'stable-after': 10_000,
  'start-limit': 0,
  'start-timeout': 90_000,
  ready: { kind: 'exec' },
  'stop-signal': 15,
  reload: { kind: 'restart' },
  'chmod-socket': 0o666,
  listen: 4096,
  'on-demand': false,
  'idle-timeout': 0,
  log: { kind: 'emperor' },
  'log-max-size': 10 * 1024 ** 2,
  'log-keep': 5,
  'log-date': false,
  'log-rate-limit': undefined,
  'cgroup-dir-mode': 0o700,
  'hook-timeout': 60_000,
  'emperor-freq': 30_000,
  'emperor-nofollow': false,
  'emperor-tyrant': false,
  'emperor-tyrant-nofollow': false,
  'emperor-tyrant-initgroups': false,
  'emperor-spare-networks': 4,
  'emperor-throttle': 100,
  'emperor-max-throttle': 180_000,
  'emperor-no-blacklist': false,
  'emperor-curse-tolerance': 10_000,
  'stats-http': false,
  'emperor-wait-for-command': false,
  'emperor-pipe': false,
  'emperor-wrapper': { words: ['uwsgi'], shellWord: undefined },
  'emperor-magic-exec': false,
  'emperor-required-heartbeat': 30_000,
  'emperor-graceful-shutdown': false,
} as const;

test('defaults of the table can be read', () => {
  const values = new Values(host());
  for (const [name, value] of Object.entries(WITH_DEFAULT)) {
    expect(values.value(name as keyof typeof WITH_DEFAULT)).toEqual(value);
  }
});

test('every other default is words for people', () => {
  const others = rows.filter(
    ([name, option]) => option.default !== undefined && !Object.hasOwn(WITH_DEFAULT, name),
  );
  expect(others.map(([name]) => name)).toEqual([
    'chdir',
    'gid',
    'cap',
    'no-new-privs',
    'profile',
    'seccomp',
    'clone',
    'uid-map',
    'gid-map',
    'restart-delay',
    'max-restart-delay',
    'stop-timeout',
    'chown-socket',
    'limit-nofile',
    'emperor-use-clone',
    'emperor-cap',
  ]);
});

test('a limit for every resource', () => {
  expect(LIMIT_OPTIONS.map((name) => name.slice('limit-'.length)).sort()).toEqual(
    Object.keys(RESOURCES).sort(),
  );
});

test('aliases lead to their option, in their own scope only', () => {
  expect(optionOf('reload-mercy', 'vassal')).toBe('stop-timeout');
  expect(optionOf('max-fd', 'vassal')).toBe('limit-nofile');
  expect(optionOf('vassal-set', 'emperor')).toBe('vassals-set');
  expect(optionOf('command', 'emperor')).toBeUndefined();
  expect(optionOf('constructor', 'vassal')).toBeUndefined();
});

test('what is not there yet is no option, and its nearest is one', () => {
  for (const scope of ['vassal', 'emperor'] as const) {
    for (const name of OPTION_NAMES.filter((each) => OPTIONS[each].scope === scope)) {
      expect(notThereYet(name, scope), name).toBeUndefined();
    }
  }
  for (const key of ['unshare', 'no-new-privs', 'pids-max', 'cwd', 'logto']) {
    const nearest = notThereYet(key, 'vassal')?.nearest;
    if (nearest) expect(keysOf('vassal')).toContain(nearest);
  }
  expect(notThereYet('if-env', 'vassal')).toBeUndefined();
  expect(notThereYet('processes', 'emperor')).toEqual({ nearest: null });
  expect(notThereYet('constructor', 'vassal')).toBeUndefined();
});
