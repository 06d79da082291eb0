import { expect, test } from 'vitest';
import { Attempts } from '../../../../src/control/dashboard/attempts.ts';
import { SessionCookie, Token } from '../../../../src/control/dashboard/token.ts';

const WORD = '0123456789abcdef';
const NOW = 1_795_500_000_000;
const HOUR = 3_600_000;

test('the token is the token', () => {
  const token = new Token(WORD);
  expect(token.isRight(WORD)).toBe(true);
  for (const word of ['', `${WORD}x`, WORD.slice(1), WORD.toUpperCase()])
    expect(token.isRight(word)).toBe(false);
  expect(token.bearerOf(`Bearer ${WORD}`)).toBe(WORD);
  expect(token.bearerOf(`bearer  ${WORD} `)).toBe(WORD);
  for (const header of [undefined, '', 'Bearer', `Basic ${WORD}`])
    expect(token.bearerOf(header)).toBeUndefined();
});

test('a session holds for a while, over a new start of the daemon, and not with another token', () => {
  const session = new Token(WORD).newSession(NOW);
  expect(session).not.toContain(WORD);
  expect(new Token(WORD).isSession(session, NOW + 11 * HOUR)).toBe(true);
  expect(new Token(WORD).isSession(session, NOW + 13 * HOUR)).toBe(false);
  expect(new Token(`${WORD}0`).isSession(session, NOW)).toBe(false);
});

test('a session that was tampered with is none', () => {
  const token = new Token(WORD);
  const [expires = '', nonce = '', signature = ''] = token.newSession(NOW).split('.');
  for (const forged of [
    `${Number(expires) + 1}.${nonce}.${signature}`,
    `${expires}.${nonce.startsWith('x') ? 'y' : 'x'}${nonce.slice(1)}.${signature}`,
    `${expires}.${nonce}.`,
    `${expires}.${nonce}.${signature}0`,
    '',
    '..',
  ])
    expect(token.isSession(forged, NOW)).toBe(false);
});

test('the cookie is for no script and no other site', () => {
  const cookie = new SessionCookie(9190);
  expect(cookie.set('abc', false)).toMatch(
    /^tsjail-9190=abc; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/,
  );
  expect(cookie.set('abc', true)).toMatch(/; Secure$/);
  expect(cookie.clear(false)).toMatch(/^tsjail-9190=; .*Max-Age=0/);
  expect(cookie.of('a=b; tsjail-9190=abc; tsjail-9191=x')).toBe('abc');
  expect(cookie.of('xtsjail-9190=abc')).toBeUndefined();
  expect(cookie.of(undefined)).toBeUndefined();
});

test('guessing becomes slow, for the address that guesses', () => {
  const attempts = new Attempts();
  let now = 0;
  for (let count = 0; count < 5; count++) {
    expect(attempts.wait('10.0.0.1', now)).toBe(0);
    attempts.failed('10.0.0.1', now);
  }
  expect(attempts.wait('10.0.0.1', now)).toBe(1);
  expect(attempts.wait('::ffff:10.0.0.1', now)).toBe(1);
  expect(attempts.wait('10.0.0.2', now)).toBe(0);
  for (let count = 0; count < 20; count++) attempts.failed('10.0.0.1', now);
  expect(attempts.wait('10.0.0.1', now)).toBe(60);
  now = 61_000;
  expect(attempts.wait('10.0.0.1', now)).toBe(0);
  attempts.succeeded('10.0.0.1');
  attempts.failed('10.0.0.1', now);
  expect(attempts.wait('10.0.0.1', now)).toBe(0);
});

test('whoever has a network of IPv6 has one try', () => {
  const attempts = new Attempts();
  for (let count = 0; count < 6; count++) attempts.failed(`2001:db8:1:2::${count}`, 0);
  expect(attempts.wait('2001:db8:1:2::99', 0)).toBeGreaterThan(0);
  expect(attempts.wait('2001:db8:1:3::1', 0)).toBe(0);
});

test('many addresses take no more memory than some', () => {
  const attempts = new Attempts();
  for (let count = 0; count < 6; count++) attempts.failed('10.0.0.1', 0);
  for (let count = 0; count < 1024; count++) attempts.failed(`10.1.${count >> 8}.${count & 255}`, 0);
  expect(attempts.wait('10.0.0.1', 0)).toBe(0);
});
