// Who may ask what: names that a hostile page could have given to our address (DNS rebinding), requests that another site's page
// makes with a browser of ours (CSRF). Pure.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export interface Asked {
  readonly method: string;
  /** Without a query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** A header that no page of another site may send: it would have to ask us first, and gets no answer. */
export const MARK = 'x-tsjail';

const SAFE = new Set(['GET', 'HEAD']);
/** What a link from anywhere may lead to. */
const PAGE = /^\/(page\/|$)/;

export function askedBy({ method = '', url = '', headers }: IncomingMessage): Asked {
  return { method, path: url.split('?', 1)[0] ?? '', headers };
}

/** Browsers say where a request comes from wherever it matters; programs such as curl do not. */
export function isBrowser(headers: IncomingHttpHeaders): boolean {
  return (
    headers['sec-fetch-site'] !== undefined || headers.origin !== undefined || headers[MARK] !== undefined
  );
}

/** An address cannot be had by rebinding, only a name can. `known`: in lower case, with or without a port. */
export function isKnownHost(host: string | undefined, known: readonly string[]): boolean {
  if (host === undefined) return false;
  const text = host.toLowerCase();
  const [, bracketed, plain = '', port] = /^(?:\[([0-9a-f:.%]+)\]|([^:[\]]+))(:\d{1,5})?$/.exec(text) ?? [];
  if (bracketed !== undefined) return isIP(bracketed) === 6;
  if (isIP(plain) === 4 || plain === 'localhost') return true;
  return plain !== '' && (known.includes(plain) || (port !== undefined && known.includes(text)));
}

/** On the control socket whoever asks is root; but a browser of his, through a forwarded port, may be led by others. */
export function complaintOnSocket(asked: Asked): string | undefined {
  const { host } = asked.headers;
  // As in `curl --unix-socket control.sock http://tsjail/…`.
  const isBareWord = host === undefined || /^[A-Za-z0-9_-]*$/.test(host);
  if (!isBareWord && !isKnownHost(host, [])) return strangeHost(host);
  return isBrowser(asked.headers) ? complaintOfOrigin(asked, false) : undefined;
}

export function strangeHost(host: string | undefined): string {
  return `${host ?? 'no host'}: no name of this daemon (http-host adds one)`;
}

/** Undefined: it comes from the page itself, or from no page. `hasToken`: it brought the token in a header. */
export function complaintOfOrigin({ method, path, headers }: Asked, hasToken: boolean): string | undefined {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (SAFE.has(method)) {
    const isOurs = site === undefined || site === 'same-origin' || site === 'none';
    return isOurs || PAGE.test(path) ? undefined : 'asked for by the page of another site';
  }
  if (site !== undefined && site !== 'same-origin') return 'asked for by the page of another site';
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    return 'asked for by the page of another site';
  return hasToken || headers[MARK] !== undefined ? undefined : `the header ${MARK} is missing`;
}
