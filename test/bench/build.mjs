// Compiles what the benchmarks need and tells where it is: C programs, and the engine without the daemon around it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const WARNINGS = ['-O2', '-Wall', '-Wextra', '-Werror'];
const BARE = ['-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector'];
const PROGRAMS = { mark: BARE, init: BARE, raw: ['-static'], load: [], print: ['-static'] };

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

/** In the checkout, because the engine looks for the addon from where it lies itself. */
export async function buildLauncher() {
  const file = fileURLToPath(new URL('../../build/bench/jail.mjs', import.meta.url));
  await build({
    input: join(HERE, 'jail.mjs'),
    platform: 'node',
    output: { file, format: 'esm', codeSplitting: false },
    logLevel: 'warn',
  });
  return file;
}
