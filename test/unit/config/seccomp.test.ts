// The option `seccomp`: words, and profiles of others in JSON.
import { describe, expect, test } from 'vitest';
import { Bad } from '../../../src/config/problems/bad.ts';
import { readProfile } from '../../../src/config/seccomp/oci.ts';
import { ACTIONS, failing } from '../../../src/config/seccomp/profile.ts';
import { config, parse, shown } from './helpers.ts';

const WHOM = { machine: 'x64', has: [] } as const;

function profile(json: unknown) {
  return readProfile(JSON.stringify(json), WHOM);
}

function wrong(json: unknown): string {
  const read = profile(json);
  return read instanceof Bad ? read.message : 'nothing';
}

describe('a profile in JSON', () => {
  test('as Docker has it: machines, capabilities, arguments', () => {
    const read = profile({
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 13,
      archMap: [],
      syscalls: [
        { names: ['read', 'fstat64'], action: 'SCMP_ACT_ALLOW', args: null, includes: { minKernel: '4.8' } },
        { names: ['mount'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_ADMIN'] } },
        { names: ['arch_prctl'], action: 'SCMP_ACT_ALLOW', includes: { arches: ['amd64', 'x32'] } },
        { names: ['breakpoint'], action: 'SCMP_ACT_ALLOW', includes: { arches: ['arm64'] } },
        { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38, excludes: { caps: ['CAP_SYS_ADMIN'] } },
        {
          names: ['personality'],
          action: 'SCMP_ACT_ALLOW',
          args: [{ index: 0, value: 4294967295, op: 'SCMP_CMP_EQ' }],
        },
      ],
    });
    expect(read).toEqual({
      otherwise: failing(13),
      unknown: failing(38),
      flags: 0,
      rules: [
        { names: ['read', 'fstat64'], action: ACTIONS.ALLOW, conditions: [] },
        { names: ['arch_prctl'], action: ACTIONS.ALLOW, conditions: [] },
        { names: ['clone3'], action: failing(38), conditions: [] },
        {
          names: ['personality'],
          action: ACTIONS.ALLOW,
          conditions: [{ index: 0, operator: 'EQ', value: 0xffff_ffffn, other: 0n }],
        },
      ],
    });
  });

  test('several conditions on one argument are alternatives', () => {
    const arg = (value: number) => ({ index: 1, value, op: 'SCMP_CMP_EQ' });
    const read = profile({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['ioctl'], action: 'SCMP_ACT_ERRNO', args: [arg(1), arg(2)] }],
    });
    expect(read).toMatchObject({ rules: [{ conditions: [{ value: 1n }] }, { conditions: [{ value: 2n }] }] });
  });

  test('within a whole config of a container', () => {
    const seccomp = { defaultAction: 'SCMP_ACT_LOG', flags: ['SECCOMP_FILTER_FLAG_LOG'] };
    expect(profile({ linux: { seccomp } })).toMatchObject({ otherwise: ACTIONS.LOG, flags: 2, rules: [] });
  });

  test.each([
    [[], 'the profile is no object'],
    [{}, 'defaultAction: nothing is no action'],
    [{ defaultAction: 'SCMP_ACT_ALOW' }, 'did you mean "SCMP_ACT_ALLOW"?'],
    [{ defaultAction: 'SCMP_ACT_NOTIFY' }, 'nobody listens for SCMP_ACT_NOTIFY'],
    [{ defaultAction: 'constructor' }, '"constructor" is no action'],
    [{ defaultAction: 'SCMP_ACT_ALLOW', syscalls: {} }, 'syscalls is no list'],
    [rule({ names: ['opennat'] }), 'syscalls[0].names[0]: no system call is called "opennat"'],
    [rule({ names: 'open' }), 'syscalls[0].names is no list'],
    [
      rule({ names: ['open'], args: [{ index: 6, value: 0, op: 'SCMP_CMP_EQ' }] }),
      'args[0].index: 6 is no number',
    ],
    [rule({ names: ['open'], args: [{ index: 0, value: -1, op: 'SCMP_CMP_EQ' }] }), 'args[0].value: -1'],
    [
      rule({ names: ['open'], args: [{ index: 0, value: 1, op: 'EQUAL' }] }),
      'args[0].op: "EQUAL" is none of',
    ],
    [rule({ names: ['open'], errnoRet: 5000 }), 'syscalls[0].errnoRet: 5000 is no number from 0 to 4095'],
  ])('%j', (json, message) => expect(wrong(json)).toContain(message));

  test('no JSON', () =>
    expect(readProfile('{', WHOM)).toMatchObject({ message: expect.stringContaining('no JSON') }));
});

function rule(fields: Readonly<Record<string, unknown>>) {
  return { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ action: 'SCMP_ACT_ERRNO', ...fields }] };
}

describe('the option', () => {
  test.each(['seccomp = none', ''])('without a filter: "%s"', (line) => {
    expect(config([line]).filter).toBeUndefined();
  });

  test('who is no root gets no namespaces, and root what his capabilities are for', () => {
    const denied = (lines: string[]) =>
      config(lines).filter?.value.rules.filter(
        ({ names, action }) => names.includes('unshare') && action !== ACTIONS.ALLOW,
      );
    expect(denied(['seccomp = default', 'uid = anna'])).toHaveLength(1);
    expect(denied(['seccomp = default'])).toHaveLength(0);
    expect(denied(['seccomp = default', 'cap = chown'])).toHaveLength(1);
    expect(denied(['seccomp = default', 'cap-drop = sys_admin'])).toHaveLength(1);
    expect(denied(['seccomp = strict'])).toHaveLength(1);
  });

  test('the same profile is made once', () => {
    const [one, other] = [config(['seccomp = default']), config(['seccomp = default'])];
    expect(one.filter?.value).toBe(other.filter?.value);
  });

  test('a file, which is watched with the config', () => {
    const surroundings = { files: { '/p.json': '{"defaultAction":"SCMP_ACT_KIL"}' } };
    const text = '[vassal]\ncommand = true\nseccomp = /p.json';
    const parsed = parse(text, surroundings);
    expect(parsed.files).toContain('/p.json');
    expect(shown(parsed.problems)).toEqual([
      expect.stringContaining(
        '/p.json: defaultAction: "SCMP_ACT_KIL" is no action; did you mean "SCMP_ACT_KILL"?',
      ),
    ]);
    expect(shown(parse('[vassal]\ncommand = true\nseccomp = /none.json', surroundings).problems)).toEqual([
      expect.stringContaining('cannot read /none.json'),
    ]);
  });

  test('a slip', () => {
    expect(shown(parse('[vassal]\ncommand = true\nseccomp = defualt').problems)).toEqual([
      '3:11-18 bad-value: `defualt` is none of none, default, strict, nor a file (/PATH or NAME.json); did you mean `default`?',
    ]);
  });
});
