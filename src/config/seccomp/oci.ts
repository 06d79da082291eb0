// Profiles as the OCI runtime specification and Docker have them: JSON (config-linux.md, "seccomp"; moby's profiles/seccomp).
import type { Capability } from '../identity/capabilities.ts';
import { Bad } from '../problems/bad.ts';
import { nearest } from '../problems/nearest.ts';
import { ACTIONS, type Condition, failing, OPERATORS, type Profile, type Rule } from './profile.ts';
import { isSyscall, type Machine, SYSCALLS } from './syscalls.ts';

const EPERM = 1;
const ENOSYS = 38;
const MOST_ERRNO = 4095;
const ARGUMENTS = 6;

const ARCHES: Readonly<Record<Machine, readonly string[]>> = {
  x64: ['SCMP_ARCH_X86_64', 'amd64'],
  arm64: ['SCMP_ARCH_AARCH64', 'arm64'],
};
/** What a listener of seccomp_unotify(2) is for, and there is none. */
const NOTIFY = 'SCMP_ACT_NOTIFY';
/** TSYNC means nothing to a process of one thread. */
const FLAGS: Readonly<Record<string, number>> = {
  SECCOMP_FILTER_FLAG_TSYNC: 0,
  SECCOMP_FILTER_FLAG_LOG: 2,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 4,
};
const NAMES: Readonly<Record<string, number>> = {
  SCMP_ACT_KILL: ACTIONS.KILL_THREAD,
  SCMP_ACT_KILL_THREAD: ACTIONS.KILL_THREAD,
  SCMP_ACT_KILL_PROCESS: ACTIONS.KILL_PROCESS,
  SCMP_ACT_TRAP: ACTIONS.TRAP,
  SCMP_ACT_ERRNO: ACTIONS.ERRNO,
  SCMP_ACT_TRACE: ACTIONS.TRACE,
  SCMP_ACT_LOG: ACTIONS.LOG,
  SCMP_ACT_ALLOW: ACTIONS.ALLOW,
};

/** Whom a profile is for: Docker's has rules for some machines and capabilities only. */
export interface ProfileFor {
  readonly machine: Machine;
  readonly has: readonly Capability[] | 'all';
}

/** What is wrong is told with where it stands in the JSON, `syscalls[3].action`. */
export function readProfile(text: string, whom: ProfileFor): Profile | Bad {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return new Bad(`no JSON: ${(error as Error).message}`);
  }
  try {
    return profileIn(objectAt(json, 'the profile'), whom);
  } catch (error) {
    if (error instanceof Wrong) return new Bad(error.message);
    throw error;
  }
}

class Wrong extends Error {}

type Json = Readonly<Record<string, unknown>>;

/** A whole OCI config has it below `linux`. */
function profileIn(json: Json, whom: ProfileFor): Profile {
  const within = isObject(json.linux) && isObject(json.linux.seccomp) ? json.linux.seccomp : json;
  const errno = numberAt(within.defaultErrnoRet ?? EPERM, 'defaultErrnoRet', MOST_ERRNO);
  const otherwise = actionOf(within.defaultAction, errno, 'defaultAction');
  const rules = listAt(within.syscalls ?? [], 'syscalls').flatMap((rule, index) =>
    rulesIn(objectAt(rule, `syscalls[${index}]`), `syscalls[${index}]`, whom),
  );
  const flags = listAt(within.flags ?? [], 'flags').map((flag, index) => flagOf(flag, `flags[${index}]`));
  return {
    otherwise,
    // A C library tries new calls and goes back to the old ones; EPERM would be the end of it.
    unknown: (otherwise & ~0xffff) === ACTIONS.ERRNO ? failing(ENOSYS) : otherwise,
    rules,
    flags: flags.reduce((sum, flag) => sum | flag, 0),
  };
}

function rulesIn(json: Json, at: string, whom: ProfileFor): Rule[] {
  const given = json.names ?? (json.name === undefined ? undefined : [json.name]);
  const names = listAt(given, `${at}.names`).map((name, index) => nameOf(name, `${at}.names[${index}]`));
  const errno = numberAt(json.errnoRet ?? EPERM, `${at}.errnoRet`, MOST_ERRNO);
  const action = actionOf(json.action, errno, `${at}.action`);
  const args = listAt(json.args ?? [], `${at}.args`).map((arg, index) =>
    conditionIn(objectAt(arg, `${at}.args[${index}]`), `${at}.args[${index}]`),
  );
  if (!isMeant(json, at, whom)) return [];
  // As runc: several about one argument are alternatives.
  const isRepeated = new Set(args.map(({ index }) => index)).size < args.length;
  if (isRepeated) return args.map((condition) => ({ names, action, conditions: [condition] }));
  return [{ names, action, conditions: args }];
}

function isMeant(json: Json, at: string, { machine, has }: ProfileFor): boolean {
  const includes = objectAt(json.includes ?? {}, `${at}.includes`);
  const excludes = objectAt(json.excludes ?? {}, `${at}.excludes`);
  const holds = (cap: unknown) =>
    has === 'all' || has.some(({ name }) => `CAP_${name.toUpperCase()}` === cap);
  const runs = (arches: readonly unknown[]) => arches.some((arch) => ARCHES[machine].includes(String(arch)));
  const list = (from: Json, key: string, where: string) => listAt(from[key] ?? [], `${at}.${where}.${key}`);
  const caps = list(includes, 'caps', 'includes');
  const arches = list(includes, 'arches', 'includes');
  if (!caps.every(holds)) return false;
  if (arches.length > 0 && !runs(arches)) return false;
  return !list(excludes, 'caps', 'excludes').some(holds) && !runs(list(excludes, 'arches', 'excludes'));
}

function conditionIn(json: Json, at: string): Condition {
  const index = numberAt(json.index, `${at}.index`, ARGUMENTS - 1);
  const op = String(json.op ?? '').replace(/^SCMP_CMP_/, '');
  const operator = OPERATORS.find((each) => each === op);
  if (operator === undefined)
    throw new Wrong(`${at}.op: ${shown(json.op)} is none of SCMP_CMP_${OPERATORS.join(', ')}`);
  return {
    index,
    operator,
    value: bigAt(json.value ?? 0, `${at}.value`),
    other: bigAt(json.valueTwo ?? 0, `${at}.valueTwo`),
  };
}

function actionOf(name: unknown, errno: number, at: string): number {
  if (name === NOTIFY) throw new Wrong(`${at}: nobody listens for ${NOTIFY} here`);
  const action = typeof name === 'string' && Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (action === undefined)
    throw new Wrong(`${at}: ${shown(name)} is no action${meant(name, Object.keys(NAMES))}`);
  return action === ACTIONS.ERRNO || action === ACTIONS.TRACE ? action | errno : action;
}

/** Profiles name calls of other machines too, and of newer kernels: but one that nobody knows is a slip. */
function nameOf(name: unknown, at: string): string {
  if (typeof name !== 'string' || name === '') throw new Wrong(`${at}: ${shown(name)} is no name`);
  if (isSyscall(name) || OF_OTHER_MACHINES.test(name)) return name;
  throw new Wrong(`${at}: no system call is called ${shown(name)}${meant(name, [...SYSCALLS.x64.keys()])}`);
}

/** Calls of 32 bits, of s390, and the like. */
const OF_OTHER_MACHINES =
  /^(?:.*(?:32|64|_time64)|_llseek|_newselect|arm_.*|breakpoint|cacheflush|set_tls|get_tls|usr.*|s390_.*|socketcall|ipc|signal|sigaction|sigpending|sigprocmask|sigreturn|sigsuspend|stime|mmap2|nice|oldfstat|oldlstat|oldstat|oldolduname|olduname|readdir|recv|send|select|sgetmask|ssetmask|sync_file_range2|timerfd|ugetrlimit|umount|waitpid|bdflush|break|ftime|gtty|idle|lock|mpx|prof|profil|stty|ulimit|vm86|vm86old|multiplexer|pciconfig_.*|riscv_.*|rtas|spu_.*|subpage_prot|switch_endian|swapcontext|sys_debug_setcontext|or1k_atomic|sram_.*|kern_features|memory_ordering|utrap_install|getdomainname|gethostname|exec_with_loader|osf_.*|perfctr|semget_.*)$/;

function flagOf(flag: unknown, at: string): number {
  const value = typeof flag === 'string' && Object.hasOwn(FLAGS, flag) ? FLAGS[flag] : undefined;
  if (value === undefined)
    throw new Wrong(`${at}: ${shown(flag)} is no flag${meant(flag, Object.keys(FLAGS))}`);
  return value;
}

function isObject(json: unknown): json is Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function objectAt(json: unknown, at: string): Json {
  if (isObject(json)) return json;
  throw new Wrong(`${at} is no object`);
}

function listAt(json: unknown, at: string): readonly unknown[] {
  if (Array.isArray(json)) return json;
  // Go writes an empty list as null.
  if (json === null) return [];
  throw new Wrong(`${at} is no list`);
}

function numberAt(json: unknown, at: string, most: number): number {
  if (typeof json === 'number' && Number.isInteger(json) && json >= 0 && json <= most) return json;
  throw new Wrong(`${at}: ${shown(json)} is no number from 0 to ${most}`);
}

function bigAt(json: unknown, at: string): bigint {
  if (typeof json === 'number' && Number.isSafeInteger(json) && json >= 0) return BigInt(json);
  // 2^64 - 1 and the like, which JSON.parse() rounds up.
  if (typeof json === 'number' && json > 2 ** 63 && json <= 2 ** 64) return 2n ** 64n - 1n;
  throw new Wrong(`${at}: ${shown(json)} is no number of 64 bits`);
}

function shown(json: unknown): string {
  return json === undefined ? 'nothing' : JSON.stringify(json).slice(0, 60);
}

function meant(name: unknown, names: readonly string[]): string {
  const found = typeof name === 'string' ? nearest(name, names) : undefined;
  return found === undefined ? '' : `; did you mean ${JSON.stringify(found)}?`;
}
