// What docs/ say of installing the packages (```sh in=clean-root), done so: in a Debian with Node and npm, without a network.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { blocksOf } from '../helpers/docs/blocks.mjs';
import { CleanRoot, PACKAGES } from './clean-root.ts';

const PAGE = 'docs/install.md';
const ROOT = new URL('../..', import.meta.url).pathname;
const MINUTES = 300_000;
/** npm is there as files alone. */
const NPM = 'npm() { npm_config_offline=true node /opt/npm/bin/npm-cli.js "$@"; }';
const BLOCKS = blocksOf(PAGE, readFileSync(`${ROOT}${PAGE}`, 'utf8')).filter(
  (block) => block.in === 'clean-root',
);

/** With the names that the packages have. */
function asOfToday(text: string): string {
  return text.replace(/\S*VERSION\S*/g, (pattern) => {
    const [before = '', behind = ''] = pattern.replace('./', '').split('VERSION');
    const other = behind.replace('amd64', process.arch === 'x64' ? 'amd64' : 'arm64');
    const name = readdirSync(PACKAGES).find((each) => each.startsWith(before) && each.endsWith(other));
    expect(name, pattern).toBeDefined();
    return `./${name}`;
  });
}

test('there are such blocks', () => {
  expect(BLOCKS.length).toBe(2);
});

test.each(BLOCKS)(`${PAGE}:$line`, { timeout: MINUTES }, ({ text }) => {
  const root = new CleanRoot();
  root.must(`${NPM}\ncd /packages\n${asOfToday(text)}`);
  expect(root.must('tsjail version')).toMatch(/^tsjail \d/);
});
