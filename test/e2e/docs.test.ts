// Every code block of the docs is run: configs are checked, and what a section shows is done in a world of its own (CONTRIBUTING.md:
// "Docs").
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import { useDebianRoot } from '../helpers/debian-root.ts';
import { type Block, blocksOf, type Call, callsOf, isLike, PLACES } from '../helpers/docs/blocks.mjs';
import { OTHERS } from '../helpers/docs/others.ts';
import { type World, world } from '../helpers/docs/world.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { hasProgram, PROGRAMS, type Program } from '../helpers/programs.ts';
import { copyOfProgram } from '../helpers/reexec.ts';
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
  'The old way: namespace': ['mmdebstrap'],
  'Open it': ['ssh'],
};
/** Where the small Debian is. */
const ROOTS: Readonly<Record<string, string>> = {
  'docs/recipes.md · A Python app in a root of its own': '/srv/roots/app',
  'docs/recipes.md · A Node app in the same root': '/srv/roots/app',
  'docs/jails.md · The old way: namespace': '/srv/001',
};
/** Sections whose commands are typed in the checkout. */
const IN_CHECKOUT = ['README.md · A first vassal', 'docs/install.md · From source'];
/** A machine `server` that its root may log in to without being asked, whose home is another one here. $1: where sshd is. */
const SERVER = `
mkdir -p -m 700 /srv/root/.ssh
mkdir -p /run/sshd
sed -i 's#^root:\\(.*\\):/root:#root:\\1:/srv/root:#' /etc/passwd
id -u sshd >/dev/null 2>&1 || useradd --system --home-dir /run/sshd --shell /usr/sbin/nologin sshd
echo 127.0.0.1 server >>/etc/hosts
for each in id host; do ssh-keygen -q -t ed25519 -N '' -f /srv/root/.ssh/$each; done
cp /srv/root/.ssh/id.pub /srv/root/.ssh/authorized_keys
printf 'IdentityFile ~/.ssh/id\\nStrictHostKeyChecking no\\nBatchMode yes\\n' >/srv/root/.ssh/config
export LD_LIBRARY_PATH=$(echo $1/usr/lib/*-linux-gnu)
exec $1/usr/sbin/sshd -D -e -f /dev/null -h /srv/root/.ssh/host -o ListenAddress=127.0.0.1 -o PidFile=none`;
const WITH_SERVER = 'docs/control-centre.md · Open it';
/** Its daemon is another program, into which the fault is put that the section is about. */
const SPOILT = 'docs/upgrade.md · When it is not done';
/** Where the gate does what the blocks are about that it does itself. */
const GATE: Readonly<Record<string, readonly [string, RegExp]>> = {
  'npm start': ['.ci/run', /timeout .* npm start >/],
  'npm test': ['.ci/run', /run_tests "\$work\/root" test "/],
  'npm ci --ignore-scripts': ['.dev/prepare.mjs', /'ci',[\s\S]*'--ignore-scripts',/],
  'npm run build': [
    'package.json',
    /"pretest": "node \.dev\/prepare\.mjs",[\s\S]*"build": "node \.dev\/prepare\.mjs"/,
  ],
  'npm run soak -- short': ['.ci/run', /npm run --silent soak -- short/],
  'npm run package': ['package.json', /"pretest:packages": "npm run --silent package"/],
  'mmdebstrap --variant=minbase --include=python3-flask bookworm /srv/roots/app': [
    '.dev/debian-root',
    /recipes\.md/,
  ],
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
/** Ours, and of this test. */
const HERE = BLOCKS.filter((block) => block.in === undefined);
const CONFIGS = HERE.filter(({ language, of }) => language === 'ini' && of === undefined);

test('every block says what it is, and none is left out', () => {
  const known = ['ini', 'sh', 'console', 'js', 'python', 'nginx', 'yaml', 'logrotate'];
  for (const block of BLOCKS) {
    expect(known, where(block)).toContain(block.language);
    if (block.in !== undefined) expect(Object.keys(PLACES), where(block)).toContain(block.in);
    if (block.of !== undefined) expect(Object.keys(OTHERS), where(block)).toContain(block.of);
    const isFile = block.name !== undefined || block.of !== undefined;
    if (!['ini', 'sh', 'console'].includes(block.language)) expect(isFile, where(block)).toBe(true);
  }
  expect(BLOCKS.length).toBeGreaterThan(50);
  for (const page of GENERATED) expect(PAGES).toContain(page);
  // A line that is set in by four blanks would be code that nobody sees here.
  for (const page of PAGES)
    expect(readFileSync(join(REPOSITORY, page), 'utf8'), page).not.toMatch(/\n\n {4}(?! *[-*])\S/);
});

test('who runs the blocks of other places is there, and the gate calls it', () => {
  const gate = readFileSync(join(REPOSITORY, '.ci/run'), 'utf8');
  for (const path of Object.values(PLACES)) expect(existsSync(join(REPOSITORY, path)), path).toBe(true);
  expect(gate).toMatch(/in_machine "\$work\/root" docs$/m);
  expect(gate).toMatch(/run_tests "\$work\/root" test:packages/);
  const installed = /PACKAGES=\(([^)]*)\)/.exec(gate)?.[1]?.split(/\s+/) ?? [];
  const lines = BLOCKS.filter((block) => block.in === 'gate').flatMap(({ text }) =>
    text.trimEnd().split('\n'),
  );
  const commands = lines.flatMap((line) => line.replace(/\s+#.*/, '').split(' && '));
  expect(commands.length).toBeGreaterThan(5);
  for (const command of commands) {
    const [, packages] = /^apt-get install -y (.*)$/.exec(command) ?? [];
    if (packages !== undefined) {
      for (const name of packages.split(' ')) expect(installed, command).toContain(name);
      continue;
    }
    const [file = '', evidence = /^$/] = GATE[command] ?? [];
    expect(file, `who runs \`${command}\`?`).not.toBe('');
    expect(readFileSync(join(REPOSITORY, file), 'utf8'), command).toMatch(evidence);
  }
});

test('tsjail check has no error to tell of any config', async () => {
  const configs = CONFIGS;
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
  for (const block of HERE) {
    const key = `${block.page} · ${block.section}`;
    sections.set(key, [...(sections.get(key) ?? []), block]);
  }
  const shown = [...sections].filter(([, blocks]) => blocks.some((block) => isRun(block) || block.of));
  test.each(shown)(
    '%s',
    async (key, blocks) => {
      const section = key.slice(key.indexOf(' · ') + 3);
      const others = blocks.flatMap(({ of }) => OTHERS[of ?? ''] ?? []);
      const needed = [...(NEEDS[section] ?? []), ...others.map(({ program }) => program)];
      const missing = needed.filter((program) => !hasProgram(program));
      if (missing.length > 0 && !process.env.CI) return;
      expect(missing.map((program) => PROGRAMS[program])).toEqual([]);
      const place = ROOTS[key];
      const here = await world(place === undefined ? {} : { [place]: root() });
      const [first] = blocks.filter((block) => isRun(block) || block.name === DAEMON);
      if (first?.name === DAEMON) here.put(DAEMON, first.text);
      if (others.some(({ daemon }) => daemon) || (first && !isDaemonItself(blocks))) await begin(here, key);
      if (key === WITH_SERVER) await here.stay(`set -- ${sshd()}\n${SERVER}`, 'Server listening');
      for (const [path, text] of Object.entries(GIVEN[key] ?? {})) await put(here, path, text);
      for (const block of blocks) if (block !== first || block.name !== DAEMON) await carryOut(here, block);
      await here.endStaying();
    },
    120_000,
  );
});

function sshd(): string {
  const said = execFileSync(join(REPOSITORY, '.dev/sshd'), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return said.trim();
}

function isRun({ language, name }: Block): boolean {
  return (language === 'sh' || language === 'console') && name === undefined;
}

/** What it starts is to have the place of the one that others are asked of. */
function isDaemonItself(blocks: readonly Block[]): boolean {
  return blocks.some(({ stays, text }) => stays !== undefined && text.includes('tsjail emperor'));
}

async function begin(here: World, key: string): Promise<void> {
  const main = key === SPOILT ? copyOfProgram() : undefined;
  await here.start(main);
  if (main !== undefined) writeFileSync(main, '(');
}

async function carryOut(here: World, block: Block): Promise<void> {
  const { language, name, owner, of, stays, text } = block;
  if (of !== undefined) {
    await check(here, block, of);
  } else if (name !== undefined) {
    const path = name.startsWith('/') ? name : join(VASSALS, name);
    await put(here, path, language === 'ini' ? asThisMachineCan(text) : text, owner);
    if (path === DAEMON) await here.takesConfig();
  } else if (stays !== undefined) {
    await here.stay(text, stays, owner);
  } else if (language === 'sh') {
    const isThere = IN_CHECKOUT.includes(`${block.page} · ${block.section}`);
    const { code, stdout, stderr } = await here.run(text, isThere ? REPOSITORY : undefined);
    expect(code, `${where(block)}\n${stdout}${stderr}${here.log}`).toBe(0);
  } else if (language === 'console') {
    for (const call of callsOf(block)) await say(here, block, call);
  }
}

/** A file of another program: that one has to find it right. */
async function check(here: World, block: Block, of: string): Promise<void> {
  const { path, check } = OTHERS[of] ?? { path: '', check: 'false' };
  const place = block.name ?? path;
  here.put(place, block.text);
  const { code, stdout, stderr } = await here.run(`set -- ${place} ${REPOSITORY}\n${check}`);
  expect(code, `${where(block)}\n${stdout}${stderr}`).toBe(0);
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
