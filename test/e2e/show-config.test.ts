// The dialect beside the original: configs of every kind come to the same as `uwsgi --show-config` says, but for what is listed
// in docs/dialect.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Case, corpus, SURROUNDINGS } from '../helpers/dialect-corpus.ts';
import { caseOf, DIFFERENCES } from '../helpers/dialect-differences.ts';
import { describeWith } from '../helpers/need-program.ts';
import { byUs, byUwsgi, type Effective } from '../helpers/show-config.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const CASES = 320;
const SEED = 1;
const AT_ONCE = 2;
const TIMEOUT_MS = 120_000;

function written(files: Case): string {
  const directory = tempDirectory();
  for (const [name, text] of Object.entries({ ...SURROUNDINGS, ...files })) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

async function both(files: Case): Promise<{ uwsgi: Effective; ours: Effective }> {
  const directory = written(files);
  const [uwsgi, ours] = await Promise.all([byUwsgi(directory, 'app.ini'), byUs(directory, 'app.ini')]);
  return { uwsgi, ours };
}

/** What of it can be compared: of a config that is refused, only that it is. */
function plain({ settings, said }: Effective): unknown {
  return settings === undefined ? 'refused' : { settings, said };
}

const withoutN = ({ settings }: Effective) => settings?.filter((line) => line !== 'n = 7');

describeWith('uwsgi', 'beside uwsgi --show-config', () => {
  test(
    `${CASES} configs come to the same`,
    async () => {
      const waiting = corpus(CASES, SEED);
      let refused = 0;
      const work = async () => {
        for (let files = waiting.pop(); files; files = waiting.pop()) {
          const { uwsgi, ours } = await both(files);
          if (uwsgi.settings === undefined) refused++;
          expect({ files, result: plain(ours) }, ours.why).toEqual({ files, result: plain(uwsgi) });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      expect(refused).toBeGreaterThan(CASES / 50);
      expect(refused).toBeLessThan(CASES / 4);
    },
    TIMEOUT_MS,
  );

  test.each(DIFFERENCES)('but not: $rule', async (difference) => {
    const { uwsgi, ours } = await both(caseOf(difference));
    expect(withoutN(uwsgi)).toEqual(difference.uwsgi);
    expect(withoutN(ours), ours.why).toEqual(difference.ours);
    if (difference.said === undefined) return;
    expect({ uwsgi: uwsgi.said, ours: ours.said }).toEqual(difference.said);
  });
});

describe('docs/dialect.md', () => {
  test('lists these differences and no others', () => {
    const text = readFileSync('docs/dialect.md', 'utf8');
    const [, table = ''] = text.split('## Differences');
    const rows = table
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .slice(2);
    const rules = rows.map((row) => row.split(/(?<!\\)\|/)[1]?.trim());
    expect(rules).toEqual(DIFFERENCES.map(({ rule }) => rule));
  });
});
