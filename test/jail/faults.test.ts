// Every system call of a start, from the clone on, may fail, each with any error: then the start fails at that step with that
// error and with the config's line that the step comes from, or goes on another way to the very same jail; and in either case
// nothing is left of it.
import { chmodSync, chownSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Plan, type Step, step } from '../../src/plan/step.ts';
import {
  type Call,
  callNames,
  type Hit,
  hostNamespaces,
  selfPath,
  theFaults,
  useFaults,
} from '../helpers/faults.ts';
import { held, settled } from '../helpers/held.ts';
import { configOf } from '../helpers/ini-jail.ts';
import { type JailEnd, planOf, runJail, startJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { namesBelow, smallRoot } from '../helpers/small-root.ts';
import { until } from '../helpers/until.ts';

/** All of them with each error, or else a part of them with one each. */
const ALL = process.env.TSJAIL_FAULTS === 'all';
const ERRORS = ['EPERM', 'ENOSYS', 'ENOMEM', 'ENOSPC'] as const;
/** Every so many-th call, in the short form. */
const STRIDE = 5;
const HANG_MS = 10_000;
const ID = 100_000;
const TOLD_LINE = /^(\/[^ ]*\.ini:\d+):\d+: /;

useFaults();

const KINDS = {
  'a full jail': ['clone = fs,net,ipc,uts,pid,cgroup', 'hostname = inner'],
  'without a pid namespace': ['clone = fs'],
  'in a user namespace': ['clone = user,fs,net,ipc,uts,pid'],
  'without an init': ['clone = fs,pid', 'init = false'],
  'with reforks': ['clone = fs', 'unshare = pid', 'refork-as-root = true', 'refork-post-jail = true'],
};

const MORE = [
  'bind-ro = /etc:/new/deep/etc',
  'bind = /etc/hostname:/new/file',
  'tmpfs = /run/other',
  'overlay = /etc:/run/etc',
  'dev = minimal',
  'mask = /etc/secret',
  'read-only = true',
  'hook-pre-jail = exec:true',
  'hook-as-root = mkdir:/run/other/hook',
  'hook-as-root = wait_for_dir:/run/other/hook',
  'uid = 33',
  'gid = 33',
  'limit-nofile = 100',
  'prio = 3',
  'umask = 027',
  'oom-score-adj = 500',
  'landlock-ro = /',
  'landlock-rw = /run',
  'chdir = /etc',
];

/** Not to be had without an init. */
const LATER = ['hook-as-user-atexit = print:end', 'ready = notify'];

interface Subject {
  readonly path: string;
  readonly plan: Plan;
  /** The line of the config that each mark stands for, as it is to be told; empty: of none. */
  readonly lines: readonly string[];
}

/** Before each step goes one that marks it for the tracer, which so knows better than the jailer which step a call is of.
 *  What the jailer does later is told by its number of steps, and has one mark. */
function marked(plan: Plan): Pick<Subject, 'plan' | 'lines'> {
  const steps: Step[] = [];
  const lines = [''];
  let isLater = false;
  for (const each of plan.steps) {
    if (!isLater) {
      steps.push(step('umask', [lines.length.toString(8)]));
      lines.push(each.at ? `${each.at.file}:${each.at.line}` : '');
    }
    steps.push(each);
    if (each.name === 'hook-later' || each.name === 'hook-done') isLater = each.name === 'hook-later';
  }
  return { plan: { ...plan, steps }, lines };
}

function subject(lines: readonly string[]): Subject {
  const { path } = smallRoot();
  for (const name of ['dev', 'run', 'etc']) mkdirSync(join(path, name), { recursive: true });
  copyFileSync(selfPath(), join(path, 'self'));
  chmodSync(join(path, 'self'), 0o755);
  if (lines.some((line) => line.includes('user')))
    for (const name of ['.', 'run', 'dev', 'etc']) chownSync(join(path, name), ID, ID);
  const more = lines.some((line) => line.startsWith('init')) ? MORE : [...MORE, ...LATER];
  const config = configOf([...lines, `namespace = ${path}`, ...more, 'command = /self']);
  const command = { value: ['/self', ...hostNamespaces()], at: config.command.at };
  return { path, ...marked(planOf({ ...config, command })) };
}

/** Without what is another one each time. */
function comparable(output: string): string {
  return output.replace(/\btest\d+/g, 'test').replace(/lowerdir=[^,]*/g, 'lowerdir');
}

/** Not the tenth of a series: signals, capabilities, devices. */
function worthwhile(calls: readonly Call[]): Call[] {
  const series = new Map<string, { number: number; length: number }>();
  return calls.filter(({ process, number }) => {
    const last = series.get(process);
    const length = last?.number === number ? last.length + 1 : 1;
    series.set(process, { number, length });
    return length <= 3;
  });
}

interface Fault {
  readonly call: Call;
  readonly name: string;
  readonly error: (typeof ERRORS)[number];
}

/** The first of its kind in its process, in an order that is the same each time: loops turn as often as the machine has it. */
function firsts<T extends { readonly call: Call; readonly name: string }>(calls: readonly T[]): T[] {
  const found = new Map<string, T>();
  for (const each of calls) {
    const key = `${each.call.process} ${each.name}`;
    if (!found.has(key)) found.set(key, each);
  }
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each);
}

function faultsOf(calls: readonly Call[], names: ReadonlyMap<number, string>): Fault[] {
  const named = worthwhile(calls)
    .map((call) => ({ call, name: names.get(call.number) ?? `call ${call.number}` }))
    .filter(({ name }) => !SURE.has(name));
  if (ALL) return named.flatMap((each) => ERRORS.map((error) => ({ ...each, error })));
  return firsts(named).flatMap((each, index) => {
    const error = ERRORS[index % ERRORS.length];
    return error && index % STRIDE === 0 ? [{ ...each, error }] : [];
  });
}

/** What differs, in few lines. */
function difference(plain: string, output: string): string {
  const [before, after] = [plain.split('\n'), output.split('\n')];
  const gone = before.filter((line) => !after.includes(line)).map((line) => `-${line}`);
  const come = after.filter((line) => !before.includes(line)).map((line) => `+${line}`);
  return [...gone, ...come].slice(0, 6).join(' | ');
}

/** Where another jail is what is meant: devices that may not be made are the host's own, by a bind; an init that cannot keep
 *  CAP_KILL over its change of ids does without. */
const ANOTHER_WAY: Readonly<Record<string, RegExp>> = {
  mknodat: /^\+ .* \/dev\/\w+ /,
  // As on a kernel without it: the command runs, and is told.
  landlock_create_ruleset: /^\+tsjail: this kernel has no Landlock/,
  // Of a hook that prints.
  write: /^-(end)?$/,
  prctl: /^-CapPrm:\s*0*20 \| -CapEff:\s*0*20$/,
};

/** Of them the kernel says that they are always successful; a descriptor is closed whatever close(2) says. */
const SURE = new Set(['getpid', 'geteuid', 'umask', 'close']);

/** Empty: as it is to be. */
function wrongIn(end: JailEnd, plain: string, { name, error }: Pick<Fault, 'name' | 'error'>): string {
  const told = name === 'mmap' ? /ENOMEM/ : new RegExp(error);
  if (end.said !== undefined)
    return told.test(end.said) || end.said.includes(error) ? '' : `said: ${end.said}`;
  const output = comparable(end.output);
  if (end.command?.code !== 0) return `ended ${JSON.stringify(end.command)}, told nothing`;
  const differs = output === plain ? '' : difference(plain, output);
  return differs === '' || ANOTHER_WAY[name]?.test(differs) ? '' : `another jail: ${differs}`;
}

/** Empty: the line that is told is that of the step whose call has failed. */
function wrongLineIn({ said }: JailEnd, lines: readonly string[], hit: Hit | undefined): string {
  if (said === undefined || hit === undefined) return '';
  const told = TOLD_LINE.exec(said)?.[1] ?? '';
  const line = lines[hit.mark];
  return told === line ? '' : `the line is ${line || 'none'}, but it said: ${said}`;
}

interface Run {
  /** Undefined: it had to be killed. */
  readonly end: JailEnd | undefined;
  /** What is left, and told with its reason, is for an administrator to see to. */
  readonly complaints: readonly string[];
}

async function runOne(plan: Plan): Promise<Run> {
  const jail = startJail({}, { plan });
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    jail.process.kill();
  }, HANG_MS);
  const end = await jail.end;
  clearTimeout(timer);
  return { end: hung ? undefined : end, complaints: jail.complaints };
}

describeRoot('each call of a start that fails', () => {
  test.each(Object.entries(KINDS))(
    '%s',
    async (_kind, lines) => {
      const { path, plan, lines: places } = subject(lines);
      const first = await runJail({}, { plan });
      expect([first.said, first.command?.code]).toEqual([undefined, 0]);
      const plain = comparable(first.output);
      // Whatever is made once is there from now on.
      await runJail({}, { plan });
      const names = namesBelow(path);
      const faults = await theFaults();
      const wrong: string[] = [];
      let before = await settled(path);
      await faults.order('once - 0 0');
      await runJail({}, { plan });
      before = await settled(path);
      const { calls } = await faults.tell();
      const callsByNumber = callNames();
      for (const fault of faultsOf(calls, callsByNumber)) {
        const { call, name, error } = fault;
        await faults.order(`once ${call.process} ${call.nth} ${constants.errno[error]}`);
        const { end, complaints } = await runOne(plan);
        const { hit } = await faults.tell();
        // It need not be the same call each time: who waits may be woken once more or less.
        const failed = hit ? (callsByNumber.get(hit.number) ?? name) : name;
        const what = end === undefined ? 'it hangs' : wrongIn(end, plain, { error, name: failed });
        const say = (text: string) => wrong.push(`${call.process}#${call.nth} ${failed} ${error}: ${text}`);
        if (what !== '') say(what);
        const line = end && wrongLineIn(end, places, hit);
        if (line) say(line);
        await until('nothing left', () => held(path) === before, 3000).catch(() => {
          say(`left: ${difference(before, held(path))}`);
          before = held(path);
        });
        const left = namesBelow(path).filter((each) => !names.includes(each));
        // What is refused is not ours to remove.
        const told = complaints.some((each) => each.includes(error)) || error === 'EPERM';
        if (left.length > 0 && !told) say(`left: ${left.join(' ')}`);
        for (const each of left) rmSync(join(path, each), { recursive: true, force: true });
      }
      expect(wrong.join('\n')).toBe('');
    },
    ALL ? 3_600_000 : 120_000,
  );
});
