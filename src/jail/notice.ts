// What the init passes on of what its command said by sd_notify(3). Untrusted, as every message after the start.

export interface Notice {
  readonly ready: boolean;
  /** WATCHDOG=1. */
  readonly beat: boolean;
  /** WATCHDOG=trigger: it knows itself that it is stuck. */
  readonly trigger: boolean;
  readonly stopping: boolean;
  readonly reloading: boolean;
  readonly extendMs: number | null;
  readonly errno: number | null;
  /** Anything at all: to be escaped. Empty: there is none any more. */
  readonly status: string | null;
}

const NOTICE = /^notify (-|[rbtsl]{1,5}) (-|\d{1,11}) (-|\d{1,4})(?: =([^\0]{0,400}))?$/s;
/** The init cuts by bytes: the last letter may be half of one. */
const CUT_LETTER = /\uFFFD$/;

/** Undefined: that is no such message. */
export function parseNotice(text: string): Notice | undefined {
  const [, flags, extension, errno, status] = NOTICE.exec(text) ?? [];
  if (flags === undefined) return undefined;
  return {
    ready: flags.includes('r'),
    beat: flags.includes('b'),
    trigger: flags.includes('t'),
    stopping: flags.includes('s'),
    reloading: flags.includes('l'),
    extendMs: extension === undefined || extension === '-' ? null : Math.ceil(Number(extension) / 1000),
    errno: errno === undefined || errno === '-' ? null : Number(errno),
    status: status === undefined ? null : status.replace(CUT_LETTER, ''),
  };
}
