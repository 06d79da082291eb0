// Compiles the C programs of the benchmarks into a directory and tells where they are.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const WARNINGS = ['-O2', '-Wall', '-Wextra', '-Werror'];
const BARE = ['-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector'];
const PROGRAMS = { mark: BARE, init: BARE, raw: ['-static'] };

export function buildPrograms(directory) {
  const paths = {};
  for (const [name, flags] of Object.entries(PROGRAMS)) {
    paths[name] = join(directory, name);
    execFileSync('gcc', [...WARNINGS, ...flags, '-o', paths[name], join(HERE, `${name}.c`)], {
      stdio: 'inherit',
    });
  }
  return paths;
}
