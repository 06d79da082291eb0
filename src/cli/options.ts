// The command line's own options, of all commands: a name means the same everywhere.

export interface OptionSpec {
  readonly short?: string;
  /** What stands for the value in help; none: it takes no value. */
  readonly value?: string;
  readonly help: string;
}

export interface OptionValues {
  readonly all?: true;
  readonly 'as-vassal'?: true;
  readonly color?: string;
  readonly config?: string;
  readonly control?: string;
  readonly follow?: true;
  readonly json?: true;
  readonly 'keep-going'?: true;
  readonly lines?: string;
  readonly 'log-file'?: string;
  readonly 'log-format'?: string;
  readonly parallel?: string;
  readonly once?: true;
  readonly samples?: string;
  readonly since?: string;
  readonly timestamps?: true;
  readonly user?: string;
}

export type OptionName = keyof OptionValues;

export const OPTIONS: Readonly<Record<OptionName, OptionSpec>> = {
  follow: { short: 'f', help: 'go on with what comes, until the vassal is removed' },
  lines: { short: 'n', value: 'N', help: 'how many lines to begin with (100)' },
  user: { short: 'u', value: 'USER', help: "as that user of the jail's /etc/passwd, or that uid" },
  'as-vassal': { help: 'with the ids and capabilities of its command' },
  once: { help: 'one table, and no more' },
  samples: { short: 'n', value: 'N', help: 'so many of them, a second apart' },
  since: { value: 'TIME', help: 'from then on: 10m ago, 14:30, 2026-01-31T14:30:00Z' },
  timestamps: { short: 't', help: 'when each line came: local time on a terminal, else UTC' },
  all: { help: 'every vassal' },
  parallel: { value: 'N', help: 'how many at a time (of restart and reload 2, else all)' },
  'keep-going': { help: 'go on with the next although one has not come back' },
  config: { value: 'FILE', help: "the daemon's own config (/etc/tsjail/emperor.ini, if it is there)" },
  'log-format': { value: 'FORMAT', help: "of the daemon's own log: text or json (text)" },
  'log-file': { value: 'FILE', help: 'write the log there; SIGUSR1 opens it anew (stderr)' },
  control: { value: 'SOCKET', help: 'control socket ($TSJAIL_CONTROL, else /run/tsjail/control.sock)' },
  json: { help: 'JSON, for programs' },
  color: { value: 'WHEN', help: 'auto, always or never (auto)' },
};

/** Those that every command has, besides -h, --help. */
export const COMMON: readonly OptionName[] = ['color'];
