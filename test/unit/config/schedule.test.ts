import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cron, readCron } from '../../../src/config/cron.ts';
import { Bad } from '../../../src/config/problems/bad.ts';
import { config, wrong } from './helpers.ts';

const cron = (text: string): Cron => {
  const read = readCron(text);
  if (read instanceof Bad) throw new Error(read.message);
  return read;
};
const numbers = (text: string) => {
  const { minute, hour, day, month, weekday } = cron(text);
  return [minute, hour, day, month, weekday].map((field) =>
    field.star && field.numbers.size > 6 ? '*' : [...field.numbers].sort((a, b) => a - b).join(','),
  );
};

describe('cron', () => {
  test.each([
    ['0 4 * * *', ['0', '4', '*', '*', '*']],
    ['*/20 8-10 1,15 jan-MAR mon-fri', ['0,20,40', '8,9,10', '1,15', '1,2,3', '1,2,3,4,5']],
    ['5-25/10\t0 31 12 7', ['5,15,25', '0', '31', '12', '0']],
    ['0 0 * * fri-7', ['0', '0', '*', '*', '0,5,6']],
    ['0 0 * * 0-7', ['0', '0', '*', '*', '0,1,2,3,4,5,6']],
    ['@hourly', ['0', '*', '*', '*', '*']],
    ['@weekly', ['0', '0', '*', '*', '0']],
    ['@yearly', ['0', '0', '1', '1', '*']],
  ])('%s', (text, expected) => {
    expect(numbers(text)).toEqual(expected);
  });

  test.each([
    [
      '0 4 * *',
      'five fields are needed: minute hour day month weekday, such as `30 4 * * mon-fri`; here are 4',
    ],
    ['60 * * * *', '`60` is no minute: 0 to 59'],
    ['* 24 * * *', '`24` is no hour: 0 to 23'],
    ['* * 0 * *', '`0` is no day: 1 to 31'],
    ['* * * 13 *', '`13` is no month: 1 to 12, or jan…'],
    ['* * * * mno', '`mno` is no weekday: 0 to 7, or sun…; did you mean `mon`?'],
    ['*/0 * * * *', 'a step of 0 in `*/0` leads nowhere'],
    ['5/10 * * * *', 'a step needs a range: `5/10`; did you mean `5-59/10`?'],
    ['9-5 * * * *', '`9-5` runs backwards'],
    ['*-5 * * * *', '`*-5` is no minute: `*` is the whole range already'],
    ['1,,2 * * * *', '`` is no minute: N, N-N, *, each with /STEP, and lists'],
    ['? * * * *', '`?` is no minute: N, N-N, *, each with /STEP, and lists'],
    ['0 0 31 2 *', 'that day never comes: `0 0 31 2 *`'],
    ['0 0 31 4,6,9,11 *', 'that day never comes: `0 0 31 4,6,9,11 *`'],
    ['@reboot', '`@reboot` is none of @hourly, @daily'],
    ['@dayly', 'did you mean `@daily`?'],
  ])('%s is refused', (text, message) => {
    expect(wrong([`cron = ${text}`])).toEqual([expect.stringContaining(message)]);
  });

  test('29 February comes, and so does a 31st that may be a Monday as well', () => {
    expect(wrong(['cron = 0 0 29 2 *', 'x-a = 1'])).toEqual([]);
    expect(wrong(['cron = 0 0 31 2 mon'])).toEqual([]);
  });

  test('whatever is read is within its range, and nothing else breaks it', () => {
    const letter = fc.constantFrom(...'*/,-0123456789 jansutmo@'.split(''));
    fc.assert(
      fc.property(fc.array(letter, { maxLength: 24 }), (letters) => {
        const read = readCron(letters.join(''));
        if (read instanceof Bad) return;
        expect(Math.max(...read.minute.numbers)).toBeLessThan(60);
        expect(Math.max(...read.weekday.numbers)).toBeLessThan(7);
        expect(Math.min(...read.month.numbers, ...read.day.numbers)).toBeGreaterThan(0);
      }),
    );
  });

  test('what restarts it is its time; an edit leaves a run alone', () => {
    expect(config(['cron = @daily'])).toMatchObject({ restart: 'never', reload: { kind: 'none' } });
    expect(config(['cron = @daily', 'reload = restart']).reload).toEqual({ kind: 'restart' });
    expect(wrong(['cron = @daily', 'restart = always'])).toEqual([
      expect.stringMatching(
        /^3:11-17 contradiction: with `cron` it is started again when its next time comes/,
      ),
    ]);
  });
});

describe('after', () => {
  test('names, in any number of lines', () => {
    expect(config(['after = db cache', 'after = log, x:1']).after).toEqual(
      ['db', 'cache', 'log', 'x:1'].map((value, index) => ({
        value,
        at: expect.objectContaining({ line: index < 2 ? 2 : 3 }),
      })),
    );
  });

  test.each([
    ['db.ini', 'the name of a vassal is that of its file without `.ini`; did you mean `db`?'],
    ['a/b', '`a/b`: the name of a vassal holds no `/`'],
    [',', 'which vassals?'],
  ])('%s is refused', (text, message) => {
    expect(wrong([`after = ${text}`])).toEqual([expect.stringContaining(message)]);
  });
});

describe('instances', () => {
  test('each has its number, the first one is meant without', () => {
    const lines = [
      'instances = 3',
      'clone = uts',
      'hostname = web-%(instance)',
      'env = PORT=%(8000 + instance)',
    ];
    expect(config(lines)).toMatchObject({ instances: 3, hostname: { value: 'web-1' } });
    expect(config(lines).env.get('PORT')?.value).toBe('8001');
  });

  test('without `instances` there is no number', () => {
    expect(config([]).instances).toBeUndefined();
    expect(wrong(['hostname = web-%(instance)'])).toEqual([
      expect.stringContaining('refers to a key that is nowhere set'),
    ]);
  });

  test.each(['0', '513', 'x'])('not %s', (number) => {
    expect(wrong([`instances = ${number}`])).toHaveLength(1);
  });
});
