// What the jailer tells the Emperor on the control socket. After the start this is untrusted input: a vassal may have
// taken over its init, so anything that does not fit exactly is ignored.
import { type Notice, parseNotice } from './notice.ts';

/** How the command ended, as its init saw it (wait4(2)). */
export interface CommandExit {
  readonly code: number | null;
  readonly signal: number | null;
  readonly core: boolean;
  readonly userUsec: number;
  readonly systemUsec: number;
  readonly maxRssKib: number;
}

export interface StepFailure {
  /** Index of the step in the plan. */
  readonly step: number;
  readonly errno: number;
  readonly detail: string;
}

/** Something on a file system of the host that a jail was in need of. */
export interface MadeTarget {
  readonly kind: 'directory' | 'file';
  /** In the root that it was made in. */
  readonly path: string;
  /** Tells it from whatever else may be there by and by. */
  readonly identity: string;
}

export type JailerMessage =
  | { readonly kind: 'exec' }
  | { readonly kind: 'maps' }
  /** The jailer waits until the hooks of that phase are done. */
  | { readonly kind: 'hooks'; readonly phase: string }
  /** That step has mounted something on the host, which is the mount of that number. */
  | { readonly kind: 'mounted'; readonly step: number; readonly mount: string }
  /** That step uses a directory of the host from now on; a lock on it may have come along. */
  | { readonly kind: 'held'; readonly step: number; readonly identity: string }
  /** That step has made a mount target in the jail's root. */
  | { readonly kind: 'made'; readonly step: number; readonly target: MadeTarget }
  /** What set-up cannot go on without; null: that has come. */
  | { readonly kind: 'waiting'; readonly what: string | null }
  | { readonly kind: 'started'; readonly monotonicNs: bigint }
  | { readonly kind: 'failed'; readonly failure: StepFailure }
  | { readonly kind: 'notify'; readonly notice: Notice }
  | { readonly kind: 'exited'; readonly exit: CommandExit };

const STARTED = /^started (\d{1,19})$/;
const HOOKS = /^hooks ([a-z-]{1,40})$/;
const MOUNTED = /^mounted (\d{1,7}) (\d{1,19})$/;
const IDENTITY = String.raw`\d{1,10}:\d{1,10}:\d{1,20}:\d{1,20}\.\d{1,10}`;
const HELD = new RegExp(`^held (\\d{1,7}) (${IDENTITY})$`);
const MADE = new RegExp(`^made (\\d{1,7}) (directory|file) (${IDENTITY}) (/.+)$`, 's');
const FAILED = /^failed (\d{1,7}) (\d{1,4})(?: (.*))?$/s;
const WAITING = /^waiting(?: (.+))?$/s;
const EXITED = /^exited (\d{1,3}|-) (\d{1,2}|-) ([01]) (\d{1,15}) (\d{1,15}) (\d{1,15})$/;

/** Undefined: not a message of ours. */
export function parseMessage(text: string): JailerMessage | undefined {
  if (text === 'exec' || text === 'maps') return { kind: text };
  const started = STARTED.exec(text);
  if (started) return { kind: 'started', monotonicNs: BigInt(started[1] ?? 0) };
  const waiting = WAITING.exec(text);
  if (waiting) return { kind: 'waiting', what: waiting[1] ?? null };
  const failed = FAILED.exec(text);
  if (failed) {
    return {
      kind: 'failed',
      failure: { step: Number(failed[1]), errno: Number(failed[2]), detail: failed[3] ?? '' },
    };
  }
  const phase = HOOKS.exec(text)?.[1];
  if (phase !== undefined) return { kind: 'hooks', phase };
  const mounted = MOUNTED.exec(text);
  if (mounted) return { kind: 'mounted', step: Number(mounted[1]), mount: mounted[2] ?? '' };
  const made = MADE.exec(text) ?? HELD.exec(text);
  if (made) return madeOrHeld(made);
  const notice = parseNotice(text);
  if (notice) return { kind: 'notify', notice };
  const exited = EXITED.exec(text);
  return exited ? { kind: 'exited', exit: commandExit(exited) } : undefined;
}

function madeOrHeld([, step, word = '', identity = '', path]: RegExpExecArray): JailerMessage {
  if (path === undefined) return { kind: 'held', step: Number(step), identity: word };
  const kind = word === 'directory' ? 'directory' : 'file';
  return { kind: 'made', step: Number(step), target: { kind, path, identity } };
}

function commandExit(match: RegExpExecArray): CommandExit {
  const number = (index: number) => (match[index] === '-' ? null : Number(match[index]));
  return {
    code: number(1),
    signal: number(2),
    core: match[3] === '1',
    userUsec: Number(match[4]),
    systemUsec: Number(match[5]),
    maxRssKib: Number(match[6]),
  };
}
