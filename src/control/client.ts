// The command line's side of the control socket.
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { ACTION_FAILED, type Refusal, type RefusalCode } from './protocol.ts';

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

function notRunning(path: string): ControlError {
  const mend = 'start one with tsjail emperor, or name its socket with --control';
  return new ControlError('unreachable', `no tsjail listens on ${path}: ${mend}`);
}

export class ControlClient {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async get<T>(path: string): Promise<T> {
    return (await this.#call('GET', path)) as T;
  }

  /** An action that failed is an answer too. */
  async post<T>(path: string): Promise<T> {
    return (await this.#call('POST', path)) as T;
  }

  /** The same; a daemon whose program is replaced meanwhile is asked `again` instead. */
  async postOn<T>(path: string, again: string): Promise<T> {
    for (let at = path; ; at = again) {
      try {
        return await this.post<T>(at);
      } catch (error) {
        if (!(error instanceof ControlError && error.kind === 'replaced')) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, REPLACED_MS));
    }
  }

  /** Calls `begun` when there is a stream, with the way to end it, and `heard` for each event of it; resolves when the daemon ends the stream. */
  async follow(
    path: string,
    heard: (event: string, data: unknown) => void,
    begun: (end: () => void) => void = () => {},
  ): Promise<void> {
    const response = await this.#send('GET', path);
    if (response.statusCode !== 200) throw refusalOf(await readJson(response));
    begun(() => response.destroy());
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

  #send(method: string, path: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const call: ClientRequest = request({ socketPath: this.#path, method, path, agent: false });
      call.on('response', resolve);
      call.on('error', (error: NodeJS.ErrnoException) => {
        reject(
          FAILURES[error.code ?? '']?.(this.#path) ??
            new ControlError('unreachable', `${this.#path}: ${error.message}`),
        );
      });
      call.end();
    });
  }
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

async function readJson(response: IncomingMessage): Promise<unknown> {
  response.setEncoding('utf8');
  let text = '';
  for await (const part of response) text += part;
  try {
    return JSON.parse(text);
  } catch {
    throw new ControlError('refused', `not an answer of tsjail (status ${response.statusCode})`);
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
