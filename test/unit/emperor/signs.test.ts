// What a command says of itself: shown in one line, and told to its life in the right order.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Signs } from '../../../src/emperor/signs.ts';
import { type Notice, parseNotice } from '../../../src/jail/notice.ts';

const SILENT: Notice = {
  ready: false,
  beat: false,
  trigger: false,
  stopping: false,
  reloading: false,
  extendMs: null,
  errno: null,
  status: null,
};

function hear(...notices: Partial<Notice>[]): { text: string | null; told: string[] } {
  const told: string[] = [];
  const signs = new Signs({
    dispatch: ({ type }) => told.push(type),
    extend: (timers, ms) => told.push(`${timers.join(',')} ${ms}`),
  });
  for (const notice of notices) signs.hear({ ...SILENT, ...notice });
  return { text: signs.text, told };
}

test('a status is one line without controls, and stays until another one', () => {
  expect(hear({ status: 'a\nb\x1b[1m\u009b' }, { beat: true }).text).toBe('a\\nb\\x1b[1m\\x9b');
  expect(hear({ status: 'a' }, { status: 'b' }).text).toBe('b');
  expect(hear({ status: 'a' }, { status: '' }).text).toBeNull();
  expect(hear({ status: 'no database', errno: 111 }).text).toBe('no database (ECONNREFUSED)');
  expect(hear({ errno: 2 }, { errno: 0 }).text).toBeNull();
});

test('reloading until it is ready again', () => {
  expect(hear({ reloading: true }).text).toBe('reloading');
  expect(hear({ reloading: true }, { ready: true }).text).toBeNull();
});

test('what its life is told', () => {
  expect(hear({ beat: true, stopping: true, extendMs: 5, trigger: true }).told).toEqual([
    'beat',
    'leaving',
    'start,stop,beat 5',
    'stuck',
  ]);
  expect(hear({ status: 'x', ready: true }).told).toEqual([]);
});

test('the words of the init', () => {
  expect(parseNotice('notify r - -')).toEqual({ ...SILENT, ready: true });
  expect(parseNotice('notify rbtsl 2500001 2 =')).toEqual({
    ready: true,
    beat: true,
    trigger: true,
    stopping: true,
    reloading: true,
    extendMs: 2501,
    errno: 2,
    status: '',
  });
  expect(parseNotice('notify - - - =a = b\nc')).toEqual({ ...SILENT, status: 'a = b\nc' });
  expect(parseNotice('notify - - - =cut\uFFFD')).toEqual({ ...SILENT, status: 'cut' });
});

test.each([
  'notify',
  'notify r',
  'notify r - - x',
  'notify x - -',
  'notify rr- - -',
  'notify r -1 -',
  'notify r 1e3 -',
  `notify r ${'9'.repeat(12)} -`,
  'notify r - 10000',
  `notify - - - =${'x'.repeat(401)}`,
  'notify - - - =a\0b',
  ' notify r - -',
])('%j is none', (text) => {
  expect(parseNotice(text)).toBeUndefined();
});

test('whatever is sent, nothing breaks, and what is shown is harmless', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 420 }), (status) => {
      const notice = parseNotice(`notify r - - =${status}`);
      if (notice === undefined) return;
      expect(hear(notice).text ?? '').not.toMatch(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/);
    }),
  );
});
