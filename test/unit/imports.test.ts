// Imports point one way, and each foreign package has one door.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const SRC = new URL('../../src/', import.meta.url).pathname;

/** What each folder of src/ may import besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  main: ['cli'],
  cli: ['control', 'doctor', 'emperor', 'jail', 'plan', 'config', 'monitors', 'output', 'system'],
  control: ['emperor', 'output', 'config', 'system'],
  doctor: ['jail', 'config', 'system'],
  emperor: ['jail', 'plan', 'config', 'monitors', 'output', 'system'],
  jail: ['plan', 'config'],
  plan: ['config'],
  config: [],
  monitors: ['config'],
  output: ['config'],
  system: ['config'],
};

const DOORS: Readonly<Record<string, number>> = { ini: 1, chokidar: 1, pino: 1 };

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const imports = files.flatMap((file) =>
  [...readFileSync(join(SRC, file), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(
    ([, target = '']) => ({ file, target }),
  ),
);

const folder = (file: string) => file.split('/')[0]?.replace(/\.ts$/, '') ?? '';

test('imports point one way', () => {
  const wrong = imports
    .filter(({ target }) => target.startsWith('.'))
    .map(({ file, target }) => [file, relative(SRC, resolve(SRC, dirname(file), target))] as const)
    .filter(
      ([file, target]) => folder(file) !== folder(target) && !ALLOWED[folder(file)]?.includes(folder(target)),
    );
  expect(wrong).toEqual([]);
});

/** What is loaded with a file: types are no more at run time, and what is imported when it is needed does not come with it. */
function loadedWith(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const found = [...text.matchAll(/^(?:import|export)\s+(?!type\b)([^;']*?)\s*from\s*'(\.[^']+)'/gm)];
  const hasValues = (names: string) => /^[^{]|[{,]\s*(?!type\s)\w/.test(names);
  return found
    .filter(([, names = '']) => hasValues(names))
    .map(([, , target = '']) => relative(SRC, resolve(SRC, dirname(file), target)));
}

test('no file is loaded by what it loads itself', () => {
  const circles: string[] = [];
  const over = new Set<string>();
  const follow = (file: string, way: readonly string[]) => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' -> '));
    if (way.includes(file) || over.has(file)) return;
    for (const next of loadedWith(file)) follow(next, [...way, file]);
    over.add(file);
  };
  for (const file of files) follow(file, []);
  expect(circles).toEqual([]);
});

test('foreign packages come in by one file each, and only the known ones', () => {
  const foreign = imports.filter(({ target }) => !target.startsWith('.') && !target.startsWith('node:'));
  const doors = new Set(foreign.map(({ file, target }) => `${target} in ${file}`));
  const counts: Record<string, number> = {};
  for (const door of doors) {
    const name = door.slice(0, door.indexOf(' '));
    counts[name] = (counts[name] ?? 0) + 1;
  }
  expect(counts).toEqual(DOORS);
});

test('only main.ts ends the process', () => {
  const ending = files.filter(
    (file) => file !== 'main.ts' && /process\.exit(Code)?\b/.test(readFileSync(join(SRC, file), 'utf8')),
  );
  expect(ending).toEqual([]);
});
