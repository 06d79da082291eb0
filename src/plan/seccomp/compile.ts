// A profile as a program for seccomp(2): the machine first, then the number of the call in a tree of ranges (a program that
// asks for one number after the other takes each call ten times as long), then its arguments.
import type { Condition, Profile, Rule } from '../../config/seccomp/profile.ts';
import { ACTIONS, failing } from '../../config/seccomp/profile.ts';
import { type Machine, SYSCALLS } from '../../config/seccomp/syscalls.ts';
import { Assembler, type Place } from './assembler.ts';

/** struct seccomp_data */
const NUMBER = 0;
const MACHINE = 4;
const FIRST_ARGUMENT = 16;
const ARGUMENT = 8;
const UPPER_HALF = 4;

/** AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64 */
const MACHINES: Readonly<Record<Machine, number>> = { x64: 0xc000_003e, arm64: 0xc000_00b7 };
/** __X32_SYSCALL_BIT: the same calls under other numbers. */
const X32 = 0x4000_0000;
const ENOSYS = failing(38);

/** Numbers from `first` on that are treated alike. */
interface Range {
  readonly first: number;
  readonly rules: readonly Rule[];
  /** Where no rule holds. */
  readonly otherwise: number;
}

const COMPILED = new WeakMap<Profile, Map<Machine, Buffer>>();

/** Throws RangeError when it is too much for the kernel. */
export function compileProfile(profile: Profile, machine: Machine): Buffer {
  const known = COMPILED.get(profile) ?? new Map<Machine, Buffer>();
  COMPILED.set(profile, known);
  const program = known.get(machine) ?? compile(profile, machine);
  known.set(machine, program);
  return program;
}

function compile(profile: Profile, machine: Machine): Buffer {
  const assembler = new Assembler();
  const leaves = new Map<string, Place>();
  const leafOf = (range: Range) => {
    const key = JSON.stringify([range.rules.map(printed), range.otherwise]);
    const leaf = leaves.get(key) ?? leafFor(assembler, range);
    leaves.set(key, leaf);
    return leaf;
  };
  const tree = treeOf(assembler, rangesOf(profile, machine), leafOf);
  const foreign = assembler.return(ACTIONS.KILL_PROCESS);
  const x32 = assembler.return(ENOSYS);
  const numbers = machine === 'x64' ? assembler.test('atLeast', X32, x32, tree) : tree;
  const number = assembler.load(NUMBER, numbers);
  assembler.load(MACHINE, assembler.test('equal', MACHINES[machine], number, foreign));
  return assembler.program();
}

function printed({ action, conditions }: Rule): unknown {
  return [
    action,
    conditions.map(({ index, operator, value, other }) => [index, operator, `${value}`, `${other}`]),
  ];
}

function rangesOf(profile: Profile, machine: Machine): Range[] {
  const numbers = SYSCALLS[machine];
  const byName = rulesByName(profile);
  const ranges: Range[] = [];
  const add = (first: number, rules: readonly Rule[], otherwise: number) => {
    const last = ranges.at(-1);
    const isSame = last && last.rules === rules && last.otherwise === otherwise;
    if (!isSame) ranges.push({ first, rules, otherwise });
  };
  let next = 0;
  for (const [name, number] of [...numbers].sort(([, a], [, b]) => a - b)) {
    if (number > next) add(next, NO_RULES, profile.unknown);
    add(number, byName.get(name) ?? NO_RULES, profile.otherwise);
    next = number + 1;
  }
  add(next, NO_RULES, profile.unknown);
  return ranges;
}

const NO_RULES: readonly Rule[] = [];

/** Those that count, in their order; calls of the same group have the very same list. */
function rulesByName({ rules }: Profile): Map<string, readonly Rule[]> {
  const named = new Map<string, Rule[]>();
  for (const rule of rules)
    for (const name of new Set(rule.names)) named.set(name, [...(named.get(name) ?? []), rule]);
  const shared = new Map<string, readonly Rule[]>();
  const ordered = [...named].map(([name, all]) => {
    const conditional = all.filter(({ conditions }) => conditions.length > 0);
    const counting = [...conditional, ...all.filter(({ conditions }) => conditions.length === 0).slice(0, 1)];
    const key = JSON.stringify(counting.map(printed));
    const list = shared.get(key) ?? counting;
    shared.set(key, list);
    return [name, list] as const;
  });
  return new Map(ordered);
}

function treeOf(assembler: Assembler, ranges: readonly Range[], leafOf: (range: Range) => Place): Place {
  const [only] = ranges;
  if (only === undefined) throw new RangeError('no numbers');
  if (ranges.length === 1) return leafOf(only);
  const middle = ranges.length >> 1;
  const upper = treeOf(assembler, ranges.slice(middle), leafOf);
  const lower = treeOf(assembler, ranges.slice(0, middle), leafOf);
  return assembler.test('atLeast', ranges[middle]?.first ?? 0, upper, lower);
}

function leafFor(assembler: Assembler, { rules, otherwise }: Range): Place {
  return rules.reduceRight(
    (next, { action, conditions }) => conditionsFor(assembler, conditions, assembler.return(action), next),
    assembler.return(otherwise),
  );
}

function conditionsFor(assembler: Assembler, conditions: readonly Condition[], yes: Place, no: Place): Place {
  return conditions.reduceRight((then, condition) => testFor(assembler, condition, then, no), yes);
}

/** Of 64 bits, which the program sees as two halves. */
function testFor(assembler: Assembler, condition: Condition, yes: Place, no: Place): Place {
  const { index, operator, value, other } = condition;
  switch (operator) {
    case 'EQ':
      return equal(assembler, index, value, ALL, yes, no);
    case 'NE':
      return equal(assembler, index, value, ALL, no, yes);
    case 'MASKED_EQ':
      return equal(assembler, index, other, value, yes, no);
    case 'GT':
      return greater(assembler, index, value, 'greater', yes, no);
    case 'GE':
      return greater(assembler, index, value, 'atLeast', yes, no);
    case 'LE':
      return greater(assembler, index, value, 'greater', no, yes);
    case 'LT':
      return greater(assembler, index, value, 'atLeast', no, yes);
  }
}

const HALF = 0xffff_ffffn;
const ALL = 0xffff_ffff_ffff_ffffn;

function lower(value: bigint): number {
  return Number(value & HALF);
}

function upper(value: bigint): number {
  return Number((value >> 32n) & HALF);
}

function offsetOf(index: number): number {
  return FIRST_ARGUMENT + index * ARGUMENT;
}

function equal(
  assembler: Assembler,
  index: number,
  value: bigint,
  mask: bigint,
  yes: Place,
  no: Place,
): Place {
  const low = half(assembler, offsetOf(index), lower(value), lower(mask), yes, no);
  return half(assembler, offsetOf(index) + UPPER_HALF, upper(value), upper(mask), low, no);
}

function half(
  assembler: Assembler,
  offset: number,
  value: number,
  mask: number,
  yes: Place,
  no: Place,
): Place {
  if (mask === 0) return value === 0 ? yes : no;
  const test = assembler.test('equal', value, yes, no);
  const masked = mask === 0xffff_ffff ? test : assembler.and(mask, test);
  return assembler.load(offset, masked);
}

function greater(
  assembler: Assembler,
  index: number,
  value: bigint,
  test: 'greater' | 'atLeast',
  yes: Place,
  no: Place,
): Place {
  const low = assembler.load(offsetOf(index), assembler.test(test, lower(value), yes, no));
  const same = assembler.test('equal', upper(value), low, no);
  const high = assembler.test('greater', upper(value), yes, same);
  return assembler.load(offsetOf(index) + UPPER_HALF, high);
}
