// Jails from the lines of a vassal's file, read as the daemon reads it: for what is as much in the reading as in the jail.
import { userInfo } from 'node:os';
import { expect } from 'vitest';
import { NO_ANSWERS } from '../../src/config/host.ts';
import { inOneLine } from '../../src/config/problems/format.ts';
import { NO_DEFAULTS, parseVassal } from '../../src/config/vassal.ts';
import type { VassalConfig } from '../../src/config/vassal-config.ts';
import { hostFacts } from '../../src/emperor/host.ts';
import { type JailEnd, runJail, startJail, type TestJail } from './jail.ts';

const PATH = '/vassals/test.ini';

/** `[vassal]` is line 1. Fails when there are errors. */
export function configOf(lines: readonly string[]): VassalConfig {
  const text = ['[vassal]', ...lines].join('\n');
  const host = { ...hostFacts(), ...NO_ANSWERS };
  const { config, problems } = parseVassal(
    { name: 'test', path: PATH, directory: userInfo().homedir, text },
    NO_DEFAULTS,
    host,
  );
  if (config === undefined) expect.fail(problems.map(inOneLine).join('\n'));
  return config;
}

/** To its end. `command` is a shell's. */
export function runLines(lines: readonly string[], command = 'true'): Promise<JailEnd> {
  return runJail(withCommand(lines, command));
}

export function startLines(lines: readonly string[], command: string): TestJail {
  return startJail(withCommand(lines, command));
}

function withCommand(lines: readonly string[], script: string): VassalConfig {
  const at = { file: PATH, line: 1, column: 1 };
  return { ...configOf([...lines, 'command = sh']), command: { value: ['sh', '-c', script], at } };
}
