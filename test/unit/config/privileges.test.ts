import { describe, expect, test } from 'vitest';
import { CAPABILITIES, type Capability } from '../../../src/config/identity/capabilities.ts';
import type { VassalDefaults } from '../../../src/config/vassal.ts';
import { ANNA, at, config, EMPEROR, emperor, shown, wrong } from './helpers.ts';

const names = (list: readonly Capability[] | 'all' | undefined) =>
  list === undefined || list === 'all' ? list : list.map(({ name }) => name).join(' ');

/** What is asked for, in words. */
function asked(lines: readonly string[], defaults: Partial<VassalDefaults> = {}) {
  const { bounding, dropped, exactly, ambient } = config(lines, { defaults }).privileges;
  const all = { bounding, dropped, exactly, ambient };
  const given = Object.entries(all).filter(([, located]) => located !== undefined);
  return Object.fromEntries(given.map(([key, located]) => [key, names(located?.value)]));
}

const limitedTo = (...wanted: string[]): Partial<VassalDefaults> => ({
  capabilities: {
    value: CAPABILITIES.filter(({ name }) => wanted.includes(name)),
    at: at(4, 1, EMPEROR),
  },
});

test('the table is that of linux/capability.h', () => {
  const byName = new Map(CAPABILITIES.map(({ name, number }) => [name, number]));
  expect(CAPABILITIES).toHaveLength(41);
  expect(byName.size).toBe(41);
  expect(byName.get('chown')).toBe(0);
  expect(byName.get('sys_admin')).toBe(21);
  expect(byName.get('syslog')).toBe(34);
  expect(byName.get('checkpoint_restore')).toBe(40);
});

describe('lists', () => {
  test.each<[readonly string[], object]>([
    [[], {}],
    [['cap = net_raw'], { bounding: 'net_raw', exactly: 'net_raw' }],
    [
      ['cap = CAP_NET_RAW, cap_kill net-admin'],
      { bounding: 'kill net_admin net_raw', exactly: 'kill net_admin net_raw' },
    ],
    [['cap = kill', 'cap = net_raw,kill'], { bounding: 'kill net_raw', exactly: 'kill net_raw' }],
    [['cap = none'], { bounding: '', exactly: '' }],
    [['cap = kill', 'cap = none', 'cap = net_raw'], { bounding: 'net_raw', exactly: 'net_raw' }],
    [['cap = all'], { exactly: 'all' }],
    [['cap = kill', 'cap = ALL'], { exactly: 'all' }],
    [['cap = all', 'cap-drop = kill'], { exactly: 'all', dropped: 'kill' }],
    [['cap_drop = kill', 'cap-drop = bpf'], { dropped: 'kill bpf' }],
    [['cap-drop = kill', 'cap-drop = none'], {}],
    [['cap-drop = all'], { bounding: '' }],
    [['cap-ambient = kill'], { ambient: 'kill' }],
    [['cap-ambient = none'], {}],
    [['cap-ambient = all'], { ambient: 'all' }],
    [['cap = kill,bpf', 'cap-ambient = bpf'], { bounding: 'kill bpf', exactly: 'kill bpf', ambient: 'bpf' }],
  ])('%j', (lines, expected) => {
    expect(asked(lines)).toEqual(expected);
  });

  test('the last line is the one that asked', () => {
    expect(config(['cap = kill', 'cap = bpf']).privileges.exactly?.at).toEqual(at(3));
  });

  test.each([
    ['cap = net_rwa', '2:7-14 bad-value: unknown capability `net_rwa`; did you mean `net_raw`?'],
    [
      'cap = kill, CAP_SYSADMIN',
      '2:13-25 bad-value: unknown capability `CAP_SYSADMIN`; did you mean `sys_admin`?',
    ],
    ['cap-drop = constructor', '2:12-23 bad-value: unknown capability `constructor`'],
    ['cap = kill, all', '2:13-16 bad-value: `all` stands alone'],
    ['cap-ambient = none kill', '2:15-19 bad-value: `none` stands alone'],
    ['cap = ,', '2:7-8 bad-value: no capability: names such as net_bind_service, or all, or none'],
    ['cap =', '2:1-4 missing-value: `cap` needs a value'],
  ])('%s is wrong', (line, problem) => {
    expect(wrong([line])).toEqual([problem]);
  });

  test('what this kernel does not know', () => {
    const facts = { lastCapability: 38 };
    expect(wrong(['cap = kill,bpf'], { facts })).toEqual([
      '2:12-15 bad-value: this kernel has no bpf: Linux has it since 5.8',
    ]);
    expect(wrong(['cap = perfmon', 'cap-drop = all'], { facts })).toEqual([
      '2:7-14 contradiction: `cap-drop` drops perfmon',
    ]);
  });
});

describe('what contradicts', () => {
  test.each<[readonly string[], string]>([
    [
      ['cap = kill', 'cap-ambient = kill,bpf,net_raw'],
      '3:15-31 contradiction: `cap` leaves out net_raw, bpf',
    ],
    [['cap = none', 'cap-ambient = kill'], '3:15-19 contradiction: `cap` leaves out kill'],
    [['cap-drop = kill', 'cap = kill'], '3:7-11 contradiction: `cap-drop` drops kill'],
    [['cap-drop = all', 'cap-ambient = kill'], '3:15-19 contradiction: `cap-drop` drops kill'],
    [['cap = kill', 'cap = bpf', 'cap-drop = kill'], '2:7-11 contradiction: `cap-drop` drops kill'],
  ])('%j', (lines, problem) => {
    expect(wrong(lines)).toEqual([problem]);
  });

  test('what goes well together', () => {
    expect(wrong(['cap = all', 'cap-drop = kill', 'cap-ambient = all'])).toEqual([]);
    expect(wrong(['cap = none', 'cap-drop = all'])).toEqual([]);
    expect(wrong(['cap-ambient = kill', 'cap-ambient = none', 'cap = bpf'])).toEqual([]);
  });

  test('of a line that cannot be read nothing more is said', () => {
    expect(wrong(['cap = kil', 'cap-ambient = bpf'])).toHaveLength(1);
  });
});

describe('emperor-cap', () => {
  const defaults = limitedTo('kill', 'bpf');

  test('is the bounding set, which `cap` and `cap-drop` narrow', () => {
    expect(asked([], defaults)).toEqual({ bounding: 'kill bpf' });
    expect(asked(['cap = bpf'], defaults)).toEqual({ bounding: 'bpf', exactly: 'bpf' });
    expect(asked(['cap = all'], defaults)).toEqual({ bounding: 'kill bpf', exactly: 'all' });
    expect(asked(['cap-drop = bpf'], defaults)).toEqual({ bounding: 'kill bpf', dropped: 'bpf' });
    expect(asked(['cap-drop = all'], defaults)).toEqual({ bounding: '' });
  });

  test('has the say', () => {
    expect(wrong(['cap = kill,chown', 'cap-ambient = net_raw'], { defaults })).toEqual([
      '2:7-17 contradiction: `emperor-cap` leaves out chown',
      '3:15-22 contradiction: `emperor-cap` leaves out net_raw',
      '3:15-22 contradiction: `cap` leaves out net_raw',
    ]);
  });

  test.each<[readonly string[], string | undefined]>([
    [[], undefined],
    [['emperor-cap = kill', 'vassal_cap = bpf'], 'kill bpf'],
    [['vassals-cap = all'], undefined],
    [['emperor-cap = none'], ''],
  ])('in the daemon’s config: %j', (lines, expected) => {
    expect(names(emperor(lines).config?.vassalDefaults.capabilities?.value)).toBe(expected);
  });

  test('is no option of a vassal', () => {
    expect(wrong(['emperor-cap = kill'])[0]).toContain('wrong-place');
    expect(shown(emperor(['cap = kill']).problems, EMPEROR)[0]).toContain('wrong-place');
  });
});

describe('without root', () => {
  const lines = ['cap = kill', 'cap-drop = bpf', 'cap_ambient = kill'];

  test('only a new user namespace has capabilities to give', () => {
    expect(wrong(lines, { facts: ANNA })).toEqual([
      '2:7-11 needs-root: without root `cap` needs a new user namespace',
      '3:12-15 needs-root: without root `cap-drop` needs a new user namespace',
      '4:15-19 needs-root: without root `cap_ambient` needs a new user namespace',
    ]);
    expect(wrong([...lines, 'clone = fs'], { facts: ANNA })).toEqual([]);
  });

  test('so has `emperor-cap`', () => {
    const defaults = limitedTo('kill');
    expect(wrong([], { facts: ANNA, defaults })).toEqual([
      `${EMPEROR}:4:1 needs-root: \`emperor-cap\` can limit nothing without root, unless the vassal has a new user namespace`,
    ]);
    expect(wrong(['clone = pid'], { facts: ANNA, defaults })).toEqual([]);
  });

  test('no-new-privs is for everybody', () => {
    expect(config(['no-new-privs'], { facts: ANNA }).privileges.noNewPrivs?.value).toBe(true);
    expect(config(['no_new_privs = off'], { facts: ANNA }).privileges.noNewPrivs?.value).toBe(false);
  });
});
