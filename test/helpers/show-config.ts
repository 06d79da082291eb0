// What a config comes to: by `uwsgi --show-config`, and by our parser, as lists of the same form.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { scanLines } from '../../src/config/dialect/lines.ts';
import { resolveSettings } from '../../src/config/dialect/settings.ts';
import { Sources } from '../../src/config/dialect/sources.ts';
import { Problems } from '../../src/config/problems/problems.ts';
import { hostFacts } from '../../src/emperor/host.ts';
import { withFiles } from '../../src/emperor/load.ts';

export interface Effective {
  /** `key = value`, in order; undefined: it is refused. */
  readonly settings: readonly string[] | undefined;
  /** What is printed. */
  readonly said: readonly string[];
  /** Why it is refused; ours alone. */
  readonly why?: string;
}

export const ENVIRONMENT: Readonly<Record<string, string>> = {
  HOME: '/root',
  FOO: 'f oo',
  NUMBER: '4',
  EMPTY: '',
};
const TIMEOUT_MS = 10_000;
const OWN =
  /^(ini|show-config|include|inherit|set|set-ph|set-placeholder|declare-option|i?print|for(-.*)?|if-.*|end.*|else|blacklist|whitelist|macro\d+) = /;

/** It ends by itself for want of a socket; Node's pipe on its descriptor 0 would be taken for one. */
export async function byUwsgi(directory: string, file: string): Promise<Effective> {
  const env = { PATH: process.env.PATH, ...ENVIRONMENT };
  const child = spawn('uwsgi', ['--ini', file, '--show-config'], {
    ...{ cwd: directory, env, timeout: TIMEOUT_MS },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const said = stdout.split('\n').slice(0, -1);
  const [, after] = stderr.split('\n;uWSGI instance configuration\n[uwsgi]\n');
  const lines = after?.slice(0, after.indexOf('\n;end of configuration')).split('\n');
  return { settings: lines?.filter((line) => !OWN.test(line)).map(withDashes), said: said.sort() };
}

export async function byUs(directory: string, file: string): Promise<Effective> {
  const path = join(directory, file);
  const source = readFileSync(path, 'utf8');
  const { problems, settings } = await withFiles((answers) => {
    const host = { ...hostFacts(), ...answers, env: ENVIRONMENT, cwd: directory };
    const problems = new Problems();
    const text = scanLines(source, path, problems);
    const top = { path, section: 'uwsgi', given: file };
    const sources = new Sources({
      host,
      problems,
      scope: 'vassal',
      top,
      text,
      directory,
      sections: ['uwsgi'],
    });
    sources.main(['uwsgi']);
    sources.finish();
    const { settings } = resolveSettings({ sources, scope: 'vassal', host, problems, top, directory });
    return { problems, settings, missing: sources.missing };
  });
  const list = problems.sorted(path);
  const said = list.filter(({ code }) => code === 'print').map(({ message }) => message);
  const errors = list
    .filter(({ severity }) => severity === 'error')
    .map(({ line, message }) => `${line}: ${message}`);
  const lines = settings.map(({ item, value }) => `${item.entry.key} = ${value}`);
  return { settings: problems.failed ? undefined : lines, said: said.sort(), why: errors.join('; ') };
}

/** uWSGI takes `_` and `-` for two things. */
function withDashes(line: string): string {
  const split = line.indexOf(' = ');
  return line.slice(0, split).replaceAll('_', '-') + line.slice(split);
}
