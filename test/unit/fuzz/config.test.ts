// Configs that were good once, and such as are made to burst: each is read or refused in its time, and what is wrong is told
// where it stands.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanLines } from '../../../src/config/dialect/lines.ts';
import { inOneLine } from '../../../src/config/problems/format.ts';
import { Problems } from '../../../src/config/problems/problems.ts';
import { parse } from '../config/helpers.ts';
import { inTime, PATIENCE_MS, runs } from './budget.ts';
import { damaged } from './damage.ts';

const EXAMPLES = new URL('../../../vassals.example/', import.meta.url);
const GOOD = [
  ...readdirSync(EXAMPLES)
    .filter((name) => name.endsWith('.ini'))
    .map((name) => readFileSync(new URL(name, EXAMPLES), 'utf8')),
  '[vassal]\nclone = fs,net,ipc,uts,pid\nuid = anna\nlimit-nofile = 10:20\nhook-as-root = mount:tmpfs none /mnt nosuid size=1m\nhook-as-user = exec:echo $HOME\ncommand = sh -c "sleep 1"\n',
  '[vassal]\nx-a = b\nfor = 1 2 3\nenv = N%(_)=%(x-a)\nendfor =\nif-env = HOME\ncommand = true\nendif =\nuid-map = 0 100000 65536\nsocket = 127.0.0.1:80 mode=600\ncron = */5 * * * mon-fri\n',
  '[vassal]\nmemory-max = 64M\ncpu-max = 50%\nio-max = 8:0 rbps=1M\nseccomp = strict\ncap = net_bind_service\nlandlock-ro = /usr\nreload = signal:HUP\nready = socket:127.0.0.1:80\nlog = file:/var/log/web.log\ncommand = true\n',
];
/** What everything that is read may come to, over all that was there before. */
const MOST_BYTES = 256 * 1024 * 1024;

function held(work: () => void): number {
  const before = process.memoryUsage().heapUsed;
  work();
  return process.memoryUsage().heapUsed - before;
}

test(
  'good files with a few places spoilt: problems stand in the file, and nothing in them moves a cursor',
  () => {
    fc.assert(
      fc.property(damaged(GOOD), (text) => {
        const { problems, config } = inTime(() => parse(text, { files: { '/f': text } }));
        expect(config === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
        for (const problem of problems) {
          expect(problem.line).toBeGreaterThan(0);
          expect(problem.line).toBeLessThanOrEqual(text.split('\n').length);
          expect(problem.column).toBeGreaterThan(0);
          expect(inOneLine(problem)).not.toMatch(/[\0\n\u001b\u009b]/);
        }
      }),
      runs(300),
    );
  },
  PATIENCE_MS,
);

test(
  'what the scanner has read and we print again is read as the same',
  () => {
    fc.assert(
      fc.property(damaged(GOOD), (text) => {
        const { entries } = scanLines(text, '/f.ini', new Problems());
        const fit = entries.filter(({ unfit }) => !unfit);
        const printed = fit.map(({ written, value, bare }) => (bare ? written : `${written} = ${value}`));
        const again = scanLines(['[vassal]', ...printed].join('\n'), '/f.ini', new Problems()).entries;
        const shape = fit.map(({ key, value, bare }) => ({ key, value, bare }));
        expect(again.map(({ key, value, bare }) => ({ key, value, bare }))).toEqual(shape);
      }),
      runs(700),
    );
  },
  PATIENCE_MS,
);

describe('what is made to burst is bounded in time and memory', () => {
  const width = fc.integer({ min: 0, max: 4 });

  test(
    'files that include one another, any way and any number of times',
    () => {
      const graph = fc.array(fc.array(fc.nat({ max: 5 }), { maxLength: 4 }), { minLength: 1, maxLength: 6 });
      fc.assert(
        fc.property(
          graph,
          fc.constantFrom('include', 'inherit', 'include = :vassal\ninclude'),
          (edges, word) => {
            const files = edges.map((to) =>
              ['[vassal]', ...to.map((each) => `${word} = /f${each}`), 'x-a = b'].join('\n'),
            );
            const all = Object.fromEntries(files.map((text, index) => [`/f${index}`, text]));
            inTime(() => parse(`${files[0] ?? ''}\ncommand = true`, { files: all }));
          },
        ),
        runs(60),
      );
    },
    PATIENCE_MS,
  );

  test(
    'placeholders that refer to one another',
    () => {
      const graph = fc.array(fc.array(fc.nat({ max: 30 }), { maxLength: 5 }), {
        minLength: 1,
        maxLength: 30,
      });
      fc.assert(
        fc.property(graph, (edges) => {
          const lines = edges.map(
            (to, index) => `x-${index} = y${to.map((each) => `%(x-${each})`).join('')}`,
          );
          inTime(() => parse(['[vassal]', ...lines, 'command = echo %(x-0)'].join('\n')));
        }),
        runs(100),
      );
    },
    PATIENCE_MS,
  );

  test(
    'chains that double, by placeholders and by macros',
    () => {
      fc.assert(
        fc.property(fc.integer({ min: 10, max: 60 }), fc.integer({ min: 2, max: 4 }), (length, times) => {
          const doubled = Array.from({ length }, (_, i) => `x-${i + 1} = ${`%(x-${i})`.repeat(times)}`);
          const macros = Array.from(
            { length },
            (_, i) =>
              `declare-option = m${i}=${Array(times)
                .fill(`m${i + 1}=$1`)
                .join(';')}`,
          );
          const grown = held(() => {
            inTime(() =>
              parse(['[vassal]', 'x-0 = yyyyyyyy', ...doubled, `command = echo %(x-${length})`].join('\n')),
            );
            inTime(() => parse(['[vassal]', ...macros, 'm0 = a', 'command = true'].join('\n')));
          });
          expect(grown).toBeLessThan(MOST_BYTES);
        }),
        runs(4),
      );
    },
    PATIENCE_MS,
  );

  test(
    'loops in loops',
    () => {
      const loop = fc.oneof(
        fc.integer({ min: 0, max: 10 ** 7 }).map((times) => `for-times = ${times}`),
        width.map((words) => `for = ${'a '.repeat(words * 100)}`),
        fc.constantFrom('for-readline = /f', 'for-glob = /*', 'for = %(x-long)'),
      );
      fc.assert(
        fc.property(
          fc.array(loop, { maxLength: 6 }),
          fc.constantFrom('x-a = %(_)', 'env = A%(_)=1', 'include = /f'),
          (loops, body) => {
            const text = [
              '[vassal]',
              'x-long = a b c d',
              ...loops,
              body,
              ...loops.map(() => 'endfor ='),
              'command = true',
            ];
            inTime(() => parse(text.join('\n'), { files: { '/f': 'x-b = c\n'.repeat(300) } }));
          },
        ),
        runs(15),
      );
    },
    PATIENCE_MS,
  );
});
