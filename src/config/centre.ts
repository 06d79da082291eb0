// The control centre over HTTP: where it listens, who may ask, and what he may do.
import { posix } from 'node:path';
import { inetAddress, isLoopback, type ListenAddress } from './listening.ts';
import type { Values } from './options/read.ts';
import type { Located } from './origin.ts';
import { Bad } from './problems/bad.ts';
import type { Problems } from './problems/problems.ts';
import { keySpan, valueSpan } from './problems/report.ts';
import type { ReadContext } from './readers.ts';

export type HttpAddress = ListenAddress & { readonly kind: 'inet' };

export type HttpToken =
  | { readonly kind: 'word'; readonly word: string }
  /** Its first line is the word. */
  | { readonly kind: 'file'; readonly path: string };

export interface CentreSettings {
  readonly address: Located<HttpAddress>;
  readonly token: Located<HttpToken> | undefined;
  readonly readOnly: boolean;
  /** Names, in lower case, under which it is reached besides its address; with a port where another one is meant. */
  readonly hosts: readonly string[];
}

/** Of a word that is guessed at over a network. */
const LEAST_TOKEN = 16;
const HOST = /^[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?(?::\d{1,5})?$/;

export function readHttpAddress(text: string): HttpAddress | Bad {
  if (/^\d+$/.test(text)) return new Bad('which address?', { suggestion: `127.0.0.1:${text}` });
  if (text.startsWith('/') || text.startsWith('@'))
    return new Bad('browsers reach no unix socket: HOST:PORT', { suggestion: '127.0.0.1:9190' });
  return inetAddress(text);
}

export function readHttpToken(text: string, { base }: Pick<ReadContext, 'base'>): HttpToken | Bad {
  if (text.startsWith('@')) {
    if (text === '@') return new Bad('@ which file?');
    return { kind: 'file', path: posix.resolve(base, text.slice(1)) };
  }
  return fitToken(text) ?? { kind: 'word', word: text };
}

/** What is wrong with a token; undefined: nothing. */
export function fitToken(word: string): Bad | undefined {
  if (word.length < LEAST_TOKEN)
    return new Bad(`a token has at least ${LEAST_TOKEN} characters: openssl rand -hex 24 makes one`);
  if (!/^[\x21-\x7e]+$/.test(word)) return new Bad('a token is of visible ASCII characters without blanks');
  return undefined;
}

export function readHttpHost(text: string): string | Bad {
  const host = text.toLowerCase();
  const [, bare] = /^[a-z]+:\/\/([^/]*)/.exec(host) ?? [];
  if (bare !== undefined) return new Bad(`\`${text}\` is a URL: the name alone`, { suggestion: bare });
  return HOST.test(host) ? host : new Bad(`\`${text}\` is not a name such as centre.example.org`);
}

/** Undefined: nobody wants it. */
export function centreSettings(values: Values, problems: Problems): CentreSettings | undefined {
  const http = values.last('http');
  if (http === undefined) {
    if (!values.isBad('http')) refuseAlone(values, problems);
    return undefined;
  }
  const token = values.located('http-token');
  const { host } = http.value;
  if (!isLoopback(host) && token === undefined && !values.isBad('http-token')) {
    const message = `\`http\` would be open to others than this machine: that needs \`http-token\` (or a loopback address)`;
    problems.error('needs-token', message, valueSpan(http.item.entry));
  }
  return {
    address: { value: http.value, at: http.at },
    token,
    readOnly: values.last('http-read-only')?.value ?? token === undefined,
    hosts: values.all('http-host').map(({ value }) => value),
  };
}

function refuseAlone(values: Values, problems: Problems): void {
  for (const name of ['http-token', 'http-read-only', 'http-host'] as const) {
    const given = values.last(name);
    if (given) problems.error('needs-http', `\`${name}\` is for \`http\``, keySpan(given.item.entry));
  }
}
