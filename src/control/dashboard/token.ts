// The token of the HTTP listener: said once at a login, a cookie holds for a while after it. Guessing is made slow.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const SESSION_S = 12 * 60 * 60;
const MOST_COOKIE = 4096;

export class Token {
  readonly #digest: Buffer;
  /** Sessions outlive a new start of the daemon, and end with a new token. */
  readonly #key: Buffer;

  constructor(word: string) {
    this.#digest = digest(word);
    this.#key = createHmac('sha256', word).update('tsjail session').digest();
  }

  isRight(word: string): boolean {
    return timingSafeEqual(digest(word), this.#digest);
  }

  /** Undefined: there is no `Authorization: Bearer` in it. */
  bearerOf(authorization: string | undefined): string | undefined {
    return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  }

  newSession(now: number): string {
    const head = `${Math.floor(now / 1000) + SESSION_S}.${randomBytes(16).toString('base64url')}`;
    return `${head}.${this.#sign(head)}`;
  }

  isSession(session: string, now: number): boolean {
    const [expires = '', nonce = '', signature = ''] = session.split('.');
    const right = Buffer.from(this.#sign(`${expires}.${nonce}`));
    const given = Buffer.from(signature);
    if (given.length !== right.length || !timingSafeEqual(given, right)) return false;
    return Number(expires) * 1000 > now;
  }

  #sign(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}

function digest(word: string): Buffer {
  return createHash('sha256').update(word).digest();
}

/** Cookies know no ports: another daemon's on the same host is another one. */
export class SessionCookie {
  readonly #name: string;

  constructor(port: number) {
    this.#name = `tsjail-${port}`;
  }

  of(header: string | undefined): string | undefined {
    if (header === undefined || header.length > MOST_COOKIE) return undefined;
    const found = header.split('; ').find((each) => each.startsWith(`${this.#name}=`));
    return found?.slice(this.#name.length + 1);
  }

  /** `secure`: the browser speaks TLS, to a proxy. */
  set(session: string, secure: boolean): string {
    return `${this.#name}=${session}; Path=/; Max-Age=${SESSION_S}; ${attributes(secure)}`;
  }

  clear(secure: boolean): string {
    return `${this.#name}=; Path=/; Max-Age=0; ${attributes(secure)}`;
  }
}

function attributes(secure: boolean): string {
  return `HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}
