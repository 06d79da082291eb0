// Every request over HTTP comes here first: is it for us, from whom, and may he? Then it is answered as on the control socket.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EmperorApi } from '../../emperor/view.ts';
import { answer, refuse } from '../routes.ts';
import { send } from '../send.ts';
import { sendAsset } from './assets.ts';
import type { Attempts } from './attempts.ts';
import type { CentreLog } from './centre.ts';
import { discreet } from './discreet.ts';
import { type Asked, askedBy, complaintOfOrigin, isKnownHost, strangeHost } from './guard.ts';
import { ANSWER_HEADERS } from './headers.ts';
import { readToken } from './login-body.ts';
import type { Session } from './session.ts';
import type { SessionCookie, Token } from './token.ts';

export interface DeskParts {
  readonly api: EmperorApi;
  readonly log: CentreLog;
  readonly attempts: Attempts;
  /** Undefined: everybody is known. */
  readonly token: Token | undefined;
  readonly cookie: SessionCookie;
  readonly readOnly: boolean;
  readonly hosts: readonly string[];
}

const WRONG_TOKEN = 'not the token';

export class Desk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(ANSWER_HEADERS)) response.setHeader(name, value);
    // Who goes away in the middle is no news.
    request.on('error', () => {});
    try {
      await this.#answer(askedBy(request), request, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else refuse(response, 'internal', (error as Error).message);
    }
  }

  async #answer(asked: Asked, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, path, headers } = asked;
    if (!isKnownHost(headers.host, this.#parts.hosts))
      return refuse(response, 'forbidden', strangeHost(headers.host));
    if (method === 'GET' && (await sendAsset(path, request, response))) return void request.resume();
    const bearer = this.#parts.token?.bearerOf(headers.authorization);
    const complaint = complaintOfOrigin(asked, bearer !== undefined);
    if (complaint !== undefined) return refuse(response, 'forbidden', complaint);
    if (method === 'POST' && path === '/v1/login') return this.#login(request, response);
    const wait = bearer === undefined ? 0 : this.#wait(request);
    if (wait > 0) return tooMany(response, wait);
    const known = this.#isKnown(asked, bearer, request);
    if (method === 'GET' && path === '/v1/session') return send(response, 200, this.#session(known));
    if (method === 'POST' && path === '/v1/logout') return this.#logout(asked, response);
    if (!known) return unauthorized(response, bearer === undefined ? 'log in first' : WRONG_TOKEN);
    if (method !== 'GET') {
      if (this.#parts.readOnly) return refuse(response, 'forbidden', this.#whyReadOnly());
      this.#note(path, request);
    }
    await answer(discreet(this.#parts.api), request, response);
  }

  #isKnown({ headers }: Asked, bearer: string | undefined, request: IncomingMessage): boolean {
    const { token, cookie } = this.#parts;
    if (token === undefined) return true;
    if (bearer !== undefined) return this.#isRight(token, bearer, request);
    const session = cookie.of(headers.cookie);
    return session !== undefined && token.isSession(session, Date.now());
  }

  #isRight(token: Token, word: string, request: IncomingMessage): boolean {
    const { attempts, log } = this.#parts;
    const from = addressOf(request);
    if (token.isRight(word)) {
      attempts.succeeded(from);
      return true;
    }
    const failures = attempts.failed(from, performance.now());
    if (Number.isInteger(Math.log2(failures)))
      log('warn', `http: a wrong token from ${from} (${failures} in a row)`, '');
    return false;
  }

  #wait(request: IncomingMessage): number {
    return this.#parts.attempts.wait(addressOf(request), performance.now());
  }

  async #login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { token, cookie } = this.#parts;
    const wait = this.#wait(request);
    if (token === undefined) return send(response, 200, this.#session(true));
    if (wait > 0) return tooMany(response, wait);
    const word = await readToken(request);
    if (word === undefined) return refuse(response, 'bad-request', 'a login is {"token": "…"} in JSON');
    if (!this.#isRight(token, word, request)) return unauthorized(response, WRONG_TOKEN);
    response.setHeader('set-cookie', cookie.set(token.newSession(Date.now()), isSecure(request)));
    send(response, 200, this.#session(true));
  }

  #logout({ headers }: Asked, response: ServerResponse): void {
    response.setHeader('set-cookie', this.#parts.cookie.clear(headers.origin?.startsWith('https:') ?? false));
    send(response, 200, this.#session(this.#parts.token === undefined));
  }

  #session(known: boolean): Session {
    const { token, readOnly } = this.#parts;
    return { known, hasLogin: token !== undefined, readOnly, why: readOnly ? this.#whyReadOnly() : null };
  }

  #whyReadOnly(): string {
    return this.#parts.token === undefined
      ? 'read only: without http-token nothing can be done over HTTP'
      : 'read only: http-read-only is set';
  }

  /** Whoever looks into the log is to see that it was not a console. */
  #note(path: string, request: IncomingMessage): void {
    const [, name = '', verb] = /^\/v1\/vassals\/([^/]+)\/([a-z]+)$/.exec(path) ?? [];
    if (verb === undefined) return;
    this.#parts.log('info', `${verb}: asked for over HTTP from ${addressOf(request)}`, nameOf(name));
  }
}

function nameOf(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? '';
}

/** The browser says what it speaks to; that is a proxy then. */
function isSecure({ headers }: IncomingMessage): boolean {
  return headers.origin?.startsWith('https:') ?? false;
}

function tooMany(response: ServerResponse, wait: number): void {
  response.setHeader('retry-after', String(wait));
  refuse(response, 'too-many', `too many wrong tokens: try again in ${wait} s`);
}

function unauthorized(response: ServerResponse, message: string): void {
  response.setHeader('www-authenticate', 'Bearer realm="tsjail"');
  refuse(response, 'unauthorized', message);
}
