// How a command fails, and what is said and which exit code follows (design section 7). Nothing is printed here.
import { packagedMachines } from '../system/paths.ts';

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notRunning: 3,
  noSuchVassal: 4,
  permission: 5,
  unreachable: 7,
  /** sysexits(3), EX_SOFTWARE. */
  bug: 70,
  /** Of `run`, as of docker(1) and env(1): it was not the command that failed. */
  setUpFailed: 125,
  /** What a shell says of a program that SIGPIPE ended. */
  outputClosed: 141,
} as const;

/** An end that was to be expected: told in a sentence, without a stack. */
export class Failure extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export class UsageError extends Failure {
  constructor(message: string) {
    super(EXIT.usage, message);
  }
}

/** Whoever read our output has gone: nobody is left to tell anything. */
export class OutputClosed extends Error {}

export interface Explanation {
  readonly code: number;
  /** Lines with their newlines; empty: nothing to say. */
  readonly text: string;
}

const NOT_PERMITTED = new Set(['EACCES', 'EPERM']);
const NOT_BUILT = new Set(['MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED']);

/** `command`: the one that failed, if it was known by then. */
export function explain(error: unknown, command?: string): Explanation {
  if (error instanceof OutputClosed) return { code: EXIT.outputClosed, text: '' };
  if (error instanceof UsageError) {
    const more = command === undefined ? 'tsjail help' : `tsjail help ${command}`;
    return { code: error.code, text: `tsjail: ${error.message}\nsee \`${more}\`\n` };
  }
  if (error instanceof Failure) return { code: error.code, text: `tsjail: ${error.message}\n` };
  if (isNotBuilt(error)) {
    const [reason = ''] = error.message.split('\n', 1);
    return { code: EXIT.failed, text: `tsjail: ${reason}; ${wayToBuild()}\n` };
  }
  if (isSystemError(error)) {
    return { code: codeOf(error.code), text: `tsjail: ${error.message}\n` };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: EXIT.bug, text: `tsjail: this is a bug; please report it with these lines:\n${stack}\n` };
}

/** Of a system call that failed. */
export function codeOf(errno: string | undefined): number {
  return NOT_PERMITTED.has(errno ?? '') ? EXIT.permission : EXIT.failed;
}

function wayToBuild(): string {
  const machines = packagedMachines();
  if (machines.length === 0) return 'build it with: npm run build';
  if (machines.includes(process.arch))
    return 'this package needs glibc 2.28 or newer, and a Node that uses it';
  return `this package is for ${machines.join(' and ')}, not ${process.arch}: build tsjail from its source`;
}

/** A system call that failed, in Node or in the addon: the machine's doing, not a mistake of ours. */
function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}

function isNotBuilt(error: unknown): error is Error {
  if (!(error instanceof Error && 'code' in error && NOT_BUILT.has(String(error.code)))) return false;
  return error.message.includes('.node');
}
