// The environment of a vassal's command: the daemon's, less what is the daemon's own business, plus what the config sets.
import { entryOf, mayAsk } from '../config/tenant.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { notifyVariables } from './notify.ts';
import { passedVariables } from './passed.ts';

/** Variables that would make a vassal act as the daemon: service manager, inspector, npm, and uWSGI's private ones. */
const DAEMONS_OWN =
  /^(NOTIFY_SOCKET|WATCHDOG_.*|LISTEN_.*|NODE_OPTIONS|NODE_CHANNEL_.*|JOURNAL_STREAM|INVOCATION_ID|SYSTEMD_EXEC_PID|MEMORY_PRESSURE_.*|(RUNTIME|STATE|CACHE|LOGS|CONFIGURATION|CREDENTIALS)_DIRECTORY|npm_.*|INIT_CWD|TSJAIL_CONTROL|UWSGI_.*|OLDPWD|PWD|_)$/;

/** What tells programs what to load, or how: of the host, and meant for the daemon. */
const LOADERS =
  /^(NODE_.*|LD_.*|GLIBC_TUNABLES|MALLOC_.*|PYTHON.*|PERL5?(LIB|OPT)|RUBY(LIB|OPT)|BASH_ENV|ENV)$/;

/** The part of `environment` that vassals inherit. */
export function inheritable(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !DAEMONS_OWN.test(entry[0]),
  );
  return Object.fromEntries(entries);
}

/** `NAME=value` strings for execve(2). A `uid` sets HOME, USER, LOGNAME and SHELL, as systemd's User= does. */
export function commandEnvironment(
  config: VassalConfig,
  inherited: Readonly<Record<string, string | undefined>>,
): string[] {
  const own = ownVariables(config);
  const lines: string[] = [];
  for (const { name, line } of linesOf(inherited, config)) if (!own.has(name)) lines.push(line);
  for (const [name, value] of own) if (value !== undefined) lines.push(`${name}=${value}`);
  return lines;
}

/** What this vassal has besides, or in its place; undefined: it is not to have it. */
function ownVariables(config: VassalConfig): ReadonlyMap<string, string | undefined> {
  const own = new Map<string, string | undefined>();
  for (const [name, value] of identityVariables(config)) own.set(name, value);
  for (const { value } of config.unenv) own.set(value, undefined);
  own.set('TSJAIL_VASSAL', config.name);
  for (const [name, value] of passedVariables(config)) own.set(name, value);
  for (const [name, value] of notifyVariables(config)) own.set(name, value);
  for (const [name, { value }] of config.env) own.set(name, value);
  return own;
}

interface Line {
  readonly name: string;
  readonly line: string;
}

/** What all vassals of a kind inherit is the same text for all of them. */
const LINES = new WeakMap<object, Map<string, readonly Line[]>>();

function linesOf(
  inherited: Readonly<Record<string, string | undefined>>,
  { tenant, profile = 'open' }: VassalConfig,
): readonly Line[] {
  const whose = tenant ? 'tenant' : 'daemon';
  const isLoose = profile === 'open';
  const kinds = LINES.get(inherited) ?? new Map<string, readonly Line[]>();
  LINES.set(inherited, kinds);
  const kind = `${whose} ${isLoose}`;
  const known = kinds.get(kind);
  if (known) return known;
  const lines = Object.entries(inherited)
    .filter(([name, value]) => value !== undefined && mayAsk(whose, name) && (isLoose || !LOADERS.test(name)))
    .map(([name, value]) => ({ name, line: `${name}=${value}` }));
  kinds.set(kind, lines);
  return lines;
}

function identityVariables(config: VassalConfig): [string, string][] {
  const user = config.user?.value ?? (config.tenant && entryOf(config.tenant));
  // Who that is, the jail's files will say: see lookUpSteps.
  if (user === undefined || 'inJail' in user) return [];
  const known: [string, string | undefined][] = [
    ['HOME', user.home],
    ['USER', user.name],
    ['LOGNAME', user.name],
    ['SHELL', user.shell],
  ];
  return known.filter((pair): pair is [string, string] => pair[1] !== undefined);
}
