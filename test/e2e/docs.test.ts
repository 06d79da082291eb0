// Every code block of the docs is run: configs are checked, and what a section shows is done in a world of its own (CONTRIBUTING.md:
// "Docs").
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import { useDebianRoot } from '../helpers/debian-root.ts';
import { type Block, blocksOf, type Call, callsOf, isLike, SKIPS } from '../helpers/docs/blocks.ts';
import { type World, world } from '../helpers/docs/world.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { hasProgram, type Program } from '../helpers/programs.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const REPOSITORY = new URL('../..', import.meta.url).pathname;
/** Written from the tables, or told elsewhere. */
const GENERATED = ['docs/options.md', 'docs/uwsgi.md'];
const VASSALS = '/etc/tsjail/vassals';
const DAEMON = '/etc/tsjail/emperor.ini';
/** Programs that a section's recipe is about. */
const NEEDS: Readonly<Record<string, readonly Program[]>> = {
  'A web app behind nginx': ['nginx'],
  'A PHP app': ['php-fpm8.2'],
  'A Python app in a root of its own': ['mmdebstrap'],
  'A Node app in the same root': ['mmdebstrap'],
  'PostgreSQL with limits': ['postgres'],
};

/** What a section takes for granted. */
const GIVEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'README.md · ': {
    [`${VASSALS}/server.mjs`]: "import { createServer } from 'node:http';\ncreateServer().listen(0);\n",
    [`${VASSALS}/report.ini`]: '[vassal]\nrestart-delay = 5s\ncommand = sh -c "exit 3"\n',
  },
};

const PAGES = [
  'README.md',
  ...readdirSync(join(REPOSITORY, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const BLOCKS = PAGES.flatMap((page) => blocksOf(page, readFileSync(join(REPOSITORY, page), 'utf8')));
const where = ({ page, line }: Block) => `${page}:${line}`;

test('every block says what it is, and why it is not run', () => {
  const known = ['ini', 'sh', 'console', 'js', 'python', 'nginx', 'yaml'];
  for (const block of BLOCKS) {
    expect(known, where(block)).toContain(block.language);
    if (block.skip !== undefined) expect(Object.keys(SKIPS), where(block)).toContain(block.skip);
    const isFile = block.name !== undefined || block.skip !== undefined;
    if (!['ini', 'sh', 'console'].includes(block.language)) expect(isFile, where(block)).toBe(true);
  }
  expect(BLOCKS.length).toBeGreaterThan(50);
  for (const page of GENERATED) expect(PAGES).toContain(page);
});

test('tsjail check has no error to tell of any config', async () => {
  const configs = BLOCKS.filter(({ language, skip }) => language === 'ini' && skip === undefined);
  const directory = tempDirectory();
  const pathOf = (block: Block) =>
    join(directory, where(block).replaceAll('/', '-'), posix.basename(block.name ?? 'block.ini'));
  for (const block of configs) {
    mkdirSync(dirname(pathOf(block)));
    writeFileSync(pathOf(block), wholeConfig(block));
  }
  const { stdout } = await tsjail([
    'check',
    '--json',
    ...configs.map(pathOf),
    '--config',
    emptyConfig(directory),
  ]);
  const problems = JSON.parse(stdout) as readonly Told[];
  const errors = configs.flatMap((block) => {
    // What is included is not here.
    const fine = [...OF_THIS_MACHINE, ...(/^include =/m.test(block.text) ? ['missing-command'] : [])];
    const mine = problems.filter(({ file, severity }) => file === pathOf(block) && severity === 'error');
    return mine
      .filter(({ code }) => !fine.includes(code))
      .map(({ message }) => `${where(block)}: ${message}`);
  });
  expect(errors).toEqual([]);
  expect(configs.length).toBeGreaterThan(25);
});

interface Told {
  readonly file: string;
  readonly severity: string;
  readonly code: string;
  readonly message: string;
}

/** Who is not here, what an ordinary user may not: the config is none the worse for it. */
const ROOTS_ALONE = process.getuid?.() === 0 ? [] : ['needs-root', 'needs-namespace', 'bad-map'];
const OF_THIS_MACHINE = ['unknown-user', 'unknown-group', 'unreadable', ...ROOTS_ALONE];

/** A few lines are those of a vassal. */
function wholeConfig({ text }: Block): string {
  if (/^\[/m.test(text)) return text;
  return `[vassal]\n${/^command =/m.test(text) ? '' : 'command = true\n'}${text}`;
}

function emptyConfig(directory: string): string {
  const path = join(directory, 'emperor.conf');
  writeFileSync(path, '[emperor]\n');
  return path;
}

describeRoot('what a section shows', () => {
  const root = useDebianRoot();
  const sections = new Map<string, Block[]>();
  for (const block of BLOCKS.filter(({ skip, name }) => skip === undefined || name !== undefined)) {
    const key = `${block.page} · ${block.section}`;
    sections.set(key, [...(sections.get(key) ?? []), block]);
  }
  const shown = [...sections].filter(([, blocks]) =>
    blocks.some(({ language, name, skip }) => isRun(language) && name === undefined && skip === undefined),
  );
  test.each(shown)(
    '%s',
    async (key, blocks) => {
      const section = key.slice(key.indexOf(' · ') + 3);
      const missing = (NEEDS[section] ?? []).filter((program) => !hasProgram(program));
      if (missing.length > 0 && !process.env.CI) return;
      expect(missing).toEqual([]);
      const here = await world(section.includes('root') ? { '/srv/roots/app': root() } : {});
      const daemons = blocks.find(({ name }) => name === DAEMON);
      if (daemons) here.put(DAEMON, daemons.text);
      await here.start();
      for (const [path, text] of Object.entries(GIVEN[key] ?? {})) await put(here, path, text);
      for (const block of blocks) await carryOut(here, block);
    },
    120_000,
  );
});

function isRun(language: string): boolean {
  return language === 'sh' || language === 'console';
}

async function carryOut(here: World, block: Block): Promise<void> {
  const { language, name, owner, text } = block;
  if (name !== undefined) {
    const path = name.startsWith('/') ? name : join(VASSALS, name);
    if (path === DAEMON) return;
    await put(here, path, language === 'ini' ? asThisMachineCan(text) : text, owner);
  } else if (language === 'sh') {
    const { code, stdout, stderr } = await here.run(
      text,
      block.page === 'README.md' ? REPOSITORY : undefined,
    );
    expect(code, `${where(block)}\n${stdout}${stderr}${here.log}`).toBe(0);
  } else if (language === 'console') {
    for (const call of callsOf(block)) await say(here, block, call);
  }
}

/** What only looks may be asked again: the daemon is told of a file when it is told. */
const LOOKS = /^tsjail (ls|status|logs)\b/;
const PATIENCE_MS = 20_000;

async function say(here: World, block: Block, { command, expected }: Call): Promise<void> {
  const lines = expected.filter((line) => line !== '');
  const [, shownFile] = /^cat (\S+)$/.exec(command) ?? [];
  if (shownFile !== undefined) await put(here, shownFile, `${lines.join('\n')}\n`);
  const end = performance.now() + (LOOKS.test(command) ? PATIENCE_MS : 0);
  for (;;) {
    const { code, stdout } = await here.run(`exec 2>&1; ${command}`);
    const fails = lines.some((line) => line.includes('error:'));
    const said = stdout.replaceAll(/^\n/gm, '');
    if (isLike(said, lines) && (code !== 0) === fails) return;
    if (performance.now() > end)
      expect.fail(`${where(block)}: ${command}\n[${code}]\n${stdout}\n${here.log}`);
  }
}

async function put(here: World, path: string, text: string, owner?: string): Promise<void> {
  here.put(path, text, owner);
  if (dirname(path).endsWith('/vassals') && path.endsWith('.ini'))
    await here.knows(posix.basename(path, '.ini'));
}

/** Limits need the controllers of cgroup v2; that they hold is tested in test/vm. */
function asThisMachineCan(text: string): string {
  const file = '/sys/fs/cgroup/cgroup.controllers';
  const hasLimits = existsSync(file) && readFileSync(file, 'utf8').includes('memory');
  return hasLimits ? text : text.replace(/^(memory|cpu|pids|io)-.*\n/gm, '');
}

test('links lead somewhere, and to a heading that is there', () => {
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
  const headings = (path: string) =>
    [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading));
  const broken: string[] = [];
  for (const page of PAGES) {
    const path = join(REPOSITORY, page);
    for (const [, target = ''] of readFileSync(path, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? path : join(dirname(path), file);
      if (!existsSync(to)) broken.push(`${page}: ${target}`);
      else if (anchor !== undefined && !headings(to).includes(anchor)) broken.push(`${page}: ${target}`);
    }
  }
  expect(broken).toEqual([]);
});

test('every page is in the index', () => {
  const index = readFileSync(join(REPOSITORY, 'docs/README.md'), 'utf8');
  const pages = readdirSync(join(REPOSITORY, 'docs')).filter(
    (name) => name.endsWith('.md') && name !== 'README.md',
  );
  expect(pages.filter((name) => !index.includes(`](${name}`))).toEqual([]);
});

/** The text of all sources and of the tests, which provoke what is put together of parts. */
function messages(): string {
  const files = ['src', 'addon', 'test'].flatMap((folder) =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|cc|h)$/.test(name) && name !== 'e2e/docs.test.ts')
      .map((name) => readFileSync(join(REPOSITORY, folder, name), 'utf8')),
  );
  return files.join('\n').replaceAll('\\`', '`').replaceAll("\\'", "'");
}

describe('docs/troubleshooting.md: every heading is a message that there is', () => {
  const all = messages();
  const text = readFileSync(join(REPOSITORY, 'docs/troubleshooting.md'), 'utf8');
  const headings = [...text.matchAll(/^### (.*)$/gm)].map(([, heading = '']) => heading);
  test.each(headings)('%s', (heading) => {
    const [, message = ''] = /^`(.*)`$/.exec(heading) ?? [];
    const parts = message
      .split(/…|, no such file or directory|, permission denied|: E[A-Z]+/)
      .map((part) => part.replace(/^: /, '').trim());
    const telling = parts.filter((part) => part.length >= 4);
    expect(telling, heading).not.toEqual([]);
    for (const part of telling) expect(all.includes(part), `${heading}: ${part}`).toBe(true);
  });
});
