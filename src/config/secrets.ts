// What a config holds that is nobody's business on a page: the values of environment variables, hidden hooks, and whatever else
// looks like a secret. A line is judged by its key alone, so that a bad one and a comment are too.
import { normalKey } from './dialect/lines.ts';
import { DIRECTIVES, optionOf } from './options.ts';

/** Stands for what is not shown. */
export const HIDDEN = '•••';

/** A line as it may be shown, and what was taken out of it. */
export interface Redacted {
  readonly text: string;
  readonly secrets: readonly string[];
}

/** A shorter one would be found everywhere, and kept no secret by being hidden. */
const LEAST_SECRET = 4;
const SUSPICIOUS = /pass(word|wd|phrase)?$|secret|token|credential|api-?key|auth|cookie|dsn/i;
const WITH_SECRET =
  /((?:pass(?:word|wd|phrase)?|secret|token|credentials?|api[-_]?key)["']?(?: ?[=:] ?| )|\/\/[^/\s:@]{0,64}:)(["']?)([^\s"'@&]+)/gi;
const ENVIRONMENT = /^(env|unenv-.*|set-env|cgi-var)$/;
const PUTENV = /^(\s*putenv:\s*)([^=]*=)?(.*)$/s;

export function redactLine(line: string): Redacted {
  const split = line.indexOf('=');
  if (split < 0) return redactText(line);
  const key = line
    .slice(0, split)
    .replace(/^[\s;#]+/, '')
    .trimEnd();
  const value = line.slice(split + 1);
  const trimmed = value.trim();
  const at = value.indexOf(trimmed);
  const { text, secrets } = redactValue(normalKey(key), trimmed);
  return {
    text: line.slice(0, split + 1) + value.slice(0, at) + text + value.slice(at + trimmed.length),
    secrets,
  };
}

function redactValue(key: string, value: string): Redacted {
  if (ENVIRONMENT.test(key)) return assignment(value);
  const setting = key === 'set' || key === 'vassals-set' ? /^([^=]*)(=)(.*)$/s.exec(value) : null;
  if (setting) {
    const [, inner = '', , rest = ''] = setting;
    const redacted = redactValue(normalKey(inner.trim()), rest.trim());
    return { ...redacted, text: `${inner}=${redacted.text}` };
  }
  if (value.startsWith('!')) return all(value.slice(1), '!');
  const [, putenv, name = '', secret = ''] = PUTENV.exec(value) ?? [];
  if (putenv !== undefined) return all(secret, `${putenv}${name}`);
  if (optionOf(key, 'vassal') !== undefined || key in DIRECTIVES) return redactText(value);
  // A placeholder is anything, and most of all what is not to be written twice.
  return SUSPICIOUS.test(key) || !UWSGIS.test(key) ? all(value) : redactText(value);
}

/** Keys that uWSGI's own section is full of, of which there is no table here. */
const UWSGIS =
  /^(if-.*|end.*|for.*|else|master|processes|workers|threads|socket|http-socket|module|plugins?|wsgi-file|psgi|rack|php-.*|virtualenv|home|vacuum|die-on-term|enable-threads|harakiri|max-requests|callable|static-map|pythonpath|touch-.*|buffer-size)$/;

/** `NAME=value`: the name is told. */
function assignment(value: string): Redacted {
  const split = value.indexOf('=');
  return split < 0 ? all(value) : all(value.slice(split + 1), value.slice(0, split + 1));
}

function all(secret: string, before = ''): Redacted {
  const plain = secret.trim();
  if (plain === '') return { text: before + secret, secrets: [] };
  return { text: before + HIDDEN, secrets: [...new Set([plain, unquoted(plain)])].filter(isLong) };
}

function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}

/** Text of any kind: what follows the word `password` and the like, and passwords in URLs. */
export function redactText(text: string): Redacted {
  const secrets: string[] = [];
  const shown = text.replace(WITH_SECRET, (_all, before: string, quote: string, secret: string) => {
    secrets.push(secret);
    return `${before}${quote}${HIDDEN}`;
  });
  return { text: shown, secrets: secrets.filter(isLong) };
}

/** `text` without any of `secrets`, longer ones first: one may be part of another. */
export function masked(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets) if (shown.includes(secret)) shown = shown.replaceAll(secret, HIDDEN);
  return shown;
}

/** For `masked`. */
export function inOrder(secrets: Iterable<string>): string[] {
  return [...new Set(secrets)].filter(isLong).sort((a, b) => b.length - a.length);
}

function isLong(secret: string): boolean {
  return secret.length >= LEAST_SECRET;
}
