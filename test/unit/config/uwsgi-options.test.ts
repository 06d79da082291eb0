// Every option of uWSGI's Emperor, namespaces and hooks is ours, or has an answer that says what is nearest, or why not.
import { describe, expect, test } from 'vitest';
import { optionsIn, UWSGI_GROUPS } from '../../../.dev/uwsgi-options.ts';
import { normalKey } from '../../../src/config/dialect/lines.ts';
import { answerText, answerTo } from '../../../src/config/options/answers.ts';
import { LEFT_OUT, NEEDLESS, NEEDLESS_OF_VASSALS } from '../../../src/config/options/left-out.ts';
import { optionOf } from '../../../src/config/options.ts';

const SCOPES = ['vassal', 'emperor'] as const;
const reasons = [...LEFT_OUT, ...NEEDLESS, ...NEEDLESS_OF_VASSALS];

describe('every option of uWSGI', () => {
  for (const group of UWSGI_GROUPS) {
    test(group.title, () => {
      for (const { name } of optionsIn(group)) {
        const key = normalKey(name);
        const known = optionOf(key, group.scope) ?? answerTo(key, group.scope);
        expect(known, name).toBeDefined();
      }
    });
  }

  test('is written once', () => {
    const names = UWSGI_GROUPS.flatMap((group) => optionsIn(group).map(({ name }) => name));
    expect(names).toEqual([...new Set(names)]);
    expect(names.length).toBeGreaterThan(180);
  });
});

describe('reasons', () => {
  test('are for what is no option, once each', () => {
    const names = reasons.flatMap((reason) => reason.names);
    expect(names).toEqual([...new Set(names)]);
    for (const name of names) for (const scope of SCOPES) expect(optionOf(name, scope), name).toBeUndefined();
  });

  test('are one line without a full stop, and name what is there', () => {
    for (const { why, nearest } of reasons) {
      expect(why).toMatch(/^\S.*[^.\s]$/);
      if (nearest) expect(SCOPES.some((scope) => optionOf(nearest, scope))).toBe(true);
    }
  });

  test('name nothing that has no place there', () => {
    expect(answerTo('fork-server', 'vassal')?.nearest).toBe('clone');
    expect(answerTo('fork-server', 'emperor')?.nearest).toBeUndefined();
    expect(answerTo('constructor', 'vassal')).toBeUndefined();
  });
});

test('an answer in words', () => {
  expect(answerText({ kind: 'not-there-yet', why: undefined, nearest: 'log' })).toBe(
    'is not there yet; the nearest is `log`',
  );
  expect(answerText({ kind: 'left-out', why: 'so', nearest: undefined })).toBe('is left out: so');
});
