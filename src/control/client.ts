// The command line's side of the control socket.
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import {
  ACTION_FAILED,
  AFTER_HEADER,
  type DaemonVersion,
  NEXT_OF_LIST,
  PATHS,
  type Refusal,
  type RefusalCode,
} from './protocol.ts';

export type ControlFailure = 'unreachable' | 'permission' | 'no-such-vassal' | 'refused' | 'replaced';

export class ControlError extends Error {
  readonly kind: ControlFailure;

  constructor(kind: ControlFailure, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** errno of connect(2) → what it means; all others are `unreachable`. */
const FAILURES: Readonly<Record<string, (path: string) => ControlError>> = {
  ENOENT: notRunning,
  ECONNREFUSED: notRunning,
  EACCES: (path) => new ControlError('permission', `${path}: permission denied (are you root?)`),
  EPERM: (path) => new ControlError('permission', `${path}: permission denied (are you root?)`),
};

/** The old code needs so long until it is gone; who asks then waits in the socket for the new one. */
const REPLACED_MS = 100;
const ATTEMPTS = 3;
/** The new code needs so long with thousands of vassals on a slow machine, and more than that only if it never comes up. */
export const REPLACED_PATIENCE_MS = 60_000;

function notRunning(path: string): ControlError {
  const mend = 'start one with tsjail emperor, or name its socket with --control';
  return new ControlError('unreachable', `no tsjail listens on ${path}: ${mend}`);
}

export class ControlClient {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** One that the daemon had accepted and not read when its program was replaced is hung up on: it is asked again. */
  async get<T>(path: string): Promise<T> {
    for (let left = ATTEMPTS; ; left--) {
      try {
        return (await this.#call('GET', path)) as T;
      } catch (error) {
        if (left <= 1 || !isReset(error)) throw error;
      }
      await pause(REPLACED_MS);
    }
  }

  /** An action that failed is an answer too. */
  async post<T>(path: string): Promise<T> {
    return (await this.#call('POST', path)) as T;
  }

  /** The same; a daemon whose program is replaced meanwhile is asked `again` instead, as soon as its new code answers. */
  async postOn<T>(path: string, again: string, patienceMs = REPLACED_PATIENCE_MS): Promise<T> {
    let endsAt: number | undefined;
    for (let at = path; ; at = again) {
      try {
        return await this.post<T>(at);
      } catch (error) {
        if (!(error instanceof ControlError && error.kind === 'replaced')) throw error;
      }
      endsAt ??= performance.now() + patienceMs;
      await pause(REPLACED_MS);
      // What is asked for may take its time; that somebody is there may not.
      await this.replaced(endsAt);
    }
  }

  /** Who answers after a re-exec, the new code or still the old one. Throws when nobody does until `endsAt`. */
  async replaced(endsAt: number): Promise<DaemonVersion> {
    for (let left = endsAt - performance.now(); left > 0; left = endsAt - performance.now()) {
      try {
        const response = await this.#send('GET', PATHS.version, AbortSignal.timeout(Math.ceil(left)));
        return (await readJson(response)) as DaemonVersion;
      } catch (error) {
        // Whom the old code had accepted and not answered yet is hung up on.
        if (!isReset(error)) throw isTimeout(error) ? this.#silent() : error;
      }
      await pause(REPLACED_MS);
    }
    throw this.#silent();
  }

  #silent(): ControlError {
    const what = 'its program was replaced, and the new one does not answer';
    return new ControlError(
      'unreachable',
      `${this.#path}: ${what}: see the daemon's log; vassals are left alone`,
    );
  }

  /** Calls `begun` when there is a stream, with the way to end it and the number of the last event before, and `heard` for each event of it; resolves when the daemon ends the stream. */
  async follow(
    path: string,
    heard: (event: string, data: unknown) => void,
    begun: (end: () => void, after: number | undefined) => void = () => {},
  ): Promise<void> {
    const response = await this.#send('GET', path);
    if (response.statusCode !== 200) throw refusalOf(await readJson(response));
    const { [AFTER_HEADER]: after } = response.headers;
    begun(() => response.destroy(), typeof after === 'string' ? Number(after) : undefined);
    const reader = new EventReader(heard);
    response.setEncoding('utf8');
    for await (const text of response) reader.read(text as string);
  }

  async #call(method: string, path: string): Promise<unknown> {
    const response = await this.#send(method, path);
    const body = await readJson(response);
    if (response.statusCode === 200 || response.statusCode === ACTION_FAILED) return body;
    throw refusalOf(body);
  }

  #send(method: string, path: string, signal?: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      // An agent would see first whether our socket is called as an IPv6 address is: milliseconds, for its expression is a long one.
      const createConnection = () => connect(this.#path);
      const options = { createConnection, method, path, ...(signal && { signal }) };
      const call: ClientRequest = request(options);
      call.on('response', resolve);
      call.on('error', (error: NodeJS.ErrnoException) => {
        if (isTimeout(error)) return reject(error);
        reject(
          FAILURES[error.code ?? '']?.(this.#path) ??
            new ControlError('unreachable', `${this.#path}: ${error.message}`),
        );
      });
      call.end();
    });
  }
}

/** As `AbortSignal.timeout` has it, wherever it strikes. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}

function isReset(error: unknown): boolean {
  if (error instanceof ControlError)
    return error.message.includes('ECONNRESET') || error.message.includes('socket hang up');
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Cuts a stream of server-sent events, as our server writes them, into events. */
class EventReader {
  readonly #heard: (event: string, data: unknown) => void;
  #rest = '';

  constructor(heard: (event: string, data: unknown) => void) {
    this.#heard = heard;
  }

  read(text: string): void {
    const parts = (this.#rest + text).split('\n\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) {
      const found = /^event: (.*)\ndata: (.*)$/.exec(part);
      if (found) this.#heard(found[1] ?? '', JSON.parse(found[2] ?? 'null'));
    }
  }
}

/** By its events: to walk over a stream Node loads as much again as for the whole call. */
function readJson(response: IncomingMessage): Promise<unknown> {
  const reader = new JsonReader();
  return new Promise((resolve, reject) => {
    const attempt = (read: () => void) => {
      try {
        read();
      } catch {
        reject(new ControlError('refused', `not an answer of tsjail (status ${response.statusCode})`));
      }
    };
    response.setEncoding('utf8');
    response.on('data', (text: string) => attempt(() => reader.read(text)));
    response.on('end', () => attempt(() => resolve(reader.end())));
    // One that ends too early, too.
    response.on('error', reject);
  });
}

/** Reads JSON while it comes, as far as it is a long list. */
class JsonReader {
  readonly #elements: unknown[] = [];
  #rest = '';

  read(text: string): void {
    this.#rest += text;
    const end = this.#rest.lastIndexOf(NEXT_OF_LIST);
    if (end === -1) return;
    this.#elements.push(...(JSON.parse(`${this.#rest.slice(0, end)}]`) as unknown[]));
    this.#rest = `[${this.#rest.slice(end + NEXT_OF_LIST.length)}`;
  }

  end(): unknown {
    const rest: unknown = JSON.parse(this.#rest);
    return this.#elements.length === 0 ? rest : this.#elements.concat(rest);
  }
}

const KINDS: Readonly<Partial<Record<RefusalCode, ControlFailure>>> = {
  forbidden: 'permission',
  'no-such-vassal': 'no-such-vassal',
  replaced: 'replaced',
};

function refusalOf(body: unknown): ControlError {
  const { error } = body as Partial<Refusal>;
  if (error === undefined) return new ControlError('refused', 'not an answer of tsjail');
  return new ControlError(KINDS[error.code] ?? 'refused', error.message);
}
