// Profiles made programs: each call is treated as the profile says, whatever its number, machine and arguments.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CAPABILITIES } from '../../../src/config/identity/capabilities.ts';
import { builtInProfile, strangers } from '../../../src/config/seccomp/built-in.ts';
import {
  ACTIONS,
  type Condition,
  failing,
  OPERATORS,
  type Profile,
  type Rule,
} from '../../../src/config/seccomp/profile.ts';
import { SYSCALLS } from '../../../src/config/seccomp/syscalls.ts';
import { compileProfile } from '../../../src/plan/seccomp/compile.ts';
import { runFilter } from '../../helpers/packet-filter.ts';

const X64 = 0xc000_003e;
const I386 = 0x4000_0003;
const X32 = 0x4000_0000;
const EPERM = failing(1);
const ENOSYS = failing(38);
const MASK = 2n ** 64n - 1n;

function verdict(profile: Profile, name: string, args: readonly (number | bigint)[] = []): number {
  const number = SYSCALLS.x64.get(name) ?? -1;
  return runFilter(compileProfile(profile, 'x64'), { machine: X64, number, args: args.map(BigInt) });
}

function capabilities(...names: string[]) {
  return CAPABILITIES.filter(({ name }) => names.includes(name));
}

describe('the default one', () => {
  const profile = builtInProfile('default', []);

  test.each(['read', 'execve', 'fork', 'ptrace', 'socket', 'futex', 'landlock_restrict_self', 'mseal'])(
    '%s goes',
    (name) => expect(verdict(profile, name)).toBe(ACTIONS.ALLOW),
  );

  test.each([
    ['mount', EPERM],
    ['unshare', EPERM],
    ['keyctl', EPERM],
    ['bpf', EPERM],
    ['kexec_load', EPERM],
    ['clone3', ENOSYS],
    ['io_uring_setup', ENOSYS],
  ])('%s does not', (name, action) => expect(verdict(profile, name)).toBe(action));

  test('clone makes threads, and no namespaces', () => {
    expect(verdict(profile, 'clone', [0x3d_0f00])).toBe(ACTIONS.ALLOW);
    for (const flag of [0x0002_0000, 0x0200_0000, 0x1000_0000, 0x4000_0000])
      expect(verdict(profile, 'clone', [flag | 17])).toBe(EPERM);
  });

  test('TIOCSTI is seen whatever the upper half is', () => {
    expect(verdict(profile, 'ioctl', [0, 0x5412])).toBe(EPERM);
    expect(verdict(profile, 'ioctl', [0, 0x7_0000_5412n])).toBe(EPERM);
    expect(verdict(profile, 'ioctl', [0, 0x5413])).toBe(ACTIONS.ALLOW);
  });

  test('other machines’ calls, and numbers of the future', () => {
    const program = compileProfile(profile, 'x64');
    expect(runFilter(program, { machine: I386, number: 0, args: [] })).toBe(ACTIONS.KILL_PROCESS);
    expect(runFilter(program, { machine: X64, number: X32, args: [] })).toBe(ENOSYS);
    expect(runFilter(program, { machine: X64, number: 400, args: [] })).toBe(ENOSYS);
    expect(runFilter(program, { machine: X64, number: 5000, args: [] })).toBe(ENOSYS);
  });

  test('who has the capability may ask the kernel', () => {
    expect(verdict(builtInProfile('default', capabilities('sys_admin')), 'mount')).toBe(ACTIONS.ALLOW);
    expect(verdict(builtInProfile('default', 'all'), 'clone3')).toBe(ACTIONS.ALLOW);
    expect(verdict(builtInProfile('default', 'all'), 'keyctl')).toBe(EPERM);
    expect(verdict(builtInProfile('strict', 'all'), 'mount')).toBe(EPERM);
  });
});

test('strict allows nothing that default denies', () => {
  const [strict, normal] = [builtInProfile('strict', []), builtInProfile('default', [])];
  for (const name of SYSCALLS.x64.keys())
    if (verdict(normal, name) !== ACTIONS.ALLOW) expect(verdict(strict, name), name).not.toBe(ACTIONS.ALLOW);
  expect(verdict(strict, 'ptrace')).toBe(EPERM);
});

test('every name in the tables is a call’s', () => {
  expect(strangers().filter((name) => name !== 'create_module' && name !== 'uselib')).toEqual([]);
});

test('the programs are short: some ten steps for a call', () => {
  for (const machine of ['x64', 'arm64'] as const)
    expect(compileProfile(builtInProfile('default', []), machine).length / 8).toBeLessThan(220);
});

describe('a program does what its profile says', () => {
  const word = fc.oneof(
    fc.bigInt({ min: 0n, max: MASK }),
    fc.constantFrom(0n, 1n, 5n, 2n ** 32n, 2n ** 32n + 5n, MASK),
  );
  const condition = fc.record<Condition>({
    index: fc.nat(5),
    operator: fc.constantFrom(...OPERATORS),
    value: word,
    other: word,
  });
  const names = [...SYSCALLS.x64.keys()];
  const action = fc.constantFrom(ACTIONS.ALLOW, EPERM, ENOSYS, ACTIONS.LOG, ACTIONS.KILL_PROCESS);
  const rule = fc.record<Rule>({
    names: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 60 }),
    action,
    conditions: fc.array(condition, { maxLength: 3 }),
  });
  const profile = fc.record<Profile>({
    otherwise: action,
    unknown: action,
    rules: fc.array(rule, { maxLength: 12 }),
    flags: fc.constant(0),
  });
  const call = fc.record({
    name: fc.constantFrom(...names),
    args: fc.array(word, { minLength: 6, maxLength: 6 }),
  });

  test('for any call', () => {
    fc.assert(
      fc.property(profile, fc.array(call, { minLength: 20, maxLength: 20 }), (made, calls) => {
        for (const { name, args } of calls)
          expect(verdict(made, name, args)).toBe(expected(made, name, args));
      }),
      { numRuns: 60 },
    );
  });
});

function expected({ rules, otherwise }: Profile, name: string, args: readonly bigint[]): number {
  const about = rules.filter(({ names }) => names.includes(name));
  const [conditional, plain] = [true, false].map((is) =>
    about.filter(({ conditions }) => conditions.length > 0 === is),
  );
  const fitting = conditional?.find(({ conditions }) => conditions.every((each) => holds(each, args)));
  return (fitting ?? plain?.[0])?.action ?? otherwise;
}

function holds({ index, operator, value, other }: Condition, args: readonly bigint[]): boolean {
  const arg = args[index] ?? 0n;
  const compared: Readonly<Record<Condition['operator'], boolean>> = {
    EQ: arg === value,
    NE: arg !== value,
    LT: arg < value,
    LE: arg <= value,
    GT: arg > value,
    GE: arg >= value,
    MASKED_EQ: (arg & value) === other,
  };
  return compared[operator];
}
