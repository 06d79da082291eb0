// What the jailer tells the Emperor on the control socket. After the start this is untrusted input: a vassal may have
// taken over its init, so anything that does not fit exactly is ignored.

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

export type JailerMessage =
  | { readonly kind: 'exec' }
  | { readonly kind: 'maps' }
  /** The jailer waits until the hooks of that phase are done. */
  | { readonly kind: 'hooks'; readonly phase: string }
  /** That step has mounted something on the host, which is the mount of that number. */
  | { readonly kind: 'mounted'; readonly step: number; readonly mount: string }
  /** What set-up cannot go on without; null: that has come. */
  | { readonly kind: 'waiting'; readonly what: string | null }
  | { readonly kind: 'started'; readonly monotonicNs: bigint }
  | { readonly kind: 'failed'; readonly failure: StepFailure }
  | { readonly kind: 'exited'; readonly exit: CommandExit };

const STARTED = /^started (\d{1,19})$/;
const HOOKS = /^hooks ([a-z-]{1,40})$/;
const MOUNTED = /^mounted (\d{1,7}) (\d{1,19})$/;
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
  const exited = EXITED.exec(text);
  return exited ? { kind: 'exited', exit: commandExit(exited) } : undefined;
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
