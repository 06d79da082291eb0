// What a vassal's command tells of itself (sd_notify(3)): what is shown of it, and what its life is told.
import { getSystemErrorMap } from 'node:util';
import type { Notice } from '../jail/notice.ts';
import { oneLine } from '../output/escape.ts';
import type { LifeEvent, TimerName } from './state.ts';

export interface SignHandlers {
  dispatch(event: LifeEvent): void;
  /** Those of them that run are over no sooner than in so many milliseconds. */
  extend(timers: readonly TimerName[], ms: number): void;
}

export interface SignsRecord {
  readonly status: string;
  readonly errno: number | null;
  readonly reloading: boolean;
}

const EXTENDED: readonly TimerName[] = ['start', 'stop', 'beat'];

export class Signs {
  readonly #handlers: SignHandlers;
  #status = '';
  #errno: number | null = null;
  #reloading = false;

  constructor(handlers: SignHandlers) {
    this.#handlers = handlers;
  }

  /** In one line, free of controls; null: it has said nothing. */
  get text(): string | null {
    const errno = this.#errno === null || this.#errno === 0 ? '' : errorName(this.#errno);
    const status = oneLine(this.#status) || (this.#reloading ? 'reloading' : '');
    return [status, errno && `(${errno})`].filter(Boolean).join(' ') || null;
  }

  get record(): SignsRecord {
    return { status: this.#status, errno: this.#errno, reloading: this.#reloading };
  }

  resume({ status, errno, reloading }: SignsRecord): void {
    this.#status = status;
    this.#errno = errno;
    this.#reloading = reloading;
  }

  /** Another run has said nothing yet. */
  clear(): void {
    this.#status = '';
    this.#errno = null;
    this.#reloading = false;
  }

  hear(notice: Notice): void {
    this.#status = notice.status ?? this.#status;
    this.#errno = notice.errno ?? this.#errno;
    this.#reloading = notice.reloading || (this.#reloading && !notice.ready);
    const { dispatch, extend } = this.#handlers;
    if (notice.beat) dispatch({ type: 'beat' });
    if (notice.stopping) dispatch({ type: 'leaving' });
    if (notice.extendMs !== null) extend(EXTENDED, notice.extendMs);
    if (notice.trigger) dispatch({ type: 'stuck' });
  }
}

function errorName(errno: number): string {
  return getSystemErrorMap().get(-errno)?.[0] ?? `errno ${errno}`;
}
