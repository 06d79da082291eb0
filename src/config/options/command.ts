// Options about the command: what is run, where, and with which environment.
import type { Option } from './option.ts';

export const COMMAND_OPTIONS = {
  command: {
    scope: 'vassal',
    group: 'command',
    type: 'command',
    help: 'what to run: words with shell quoting, but no shell; the program is looked for in PATH',
  },
  'unprivileged-binary-patch-arg': {
    scope: 'vassal',
    group: 'command',
    type: 'shell-command',
    aliases: ['privileged-binary-patch-arg'],
    help: "uWSGI's name for the command; run by /bin/sh where it holds shell syntax",
  },
  'unprivileged-binary-patch': {
    scope: 'vassal',
    group: 'command',
    type: 'program',
    aliases: ['privileged-binary-patch'],
    help: "uWSGI's name for a command without arguments",
  },
  chdir: {
    scope: 'vassal',
    group: 'command',
    type: 'path',
    help: 'directory to start in',
    default: "the vassal's directory, else /",
  },
  env: {
    scope: 'vassal',
    group: 'command',
    type: 'assignment',
    repeatable: true,
    help: 'sets an environment variable',
  },
  unenv: {
    scope: 'vassal',
    group: 'command',
    type: 'variable',
    repeatable: true,
    help: 'takes an inherited environment variable away',
  },
  'env-file': {
    scope: 'vassal',
    group: 'command',
    type: 'file-path',
    repeatable: true,
    help: 'sets the environment variables of a file of NAME=VALUE lines; a change of it reloads the vassal',
  },
  umask: {
    scope: 'vassal',
    group: 'command',
    type: 'octal',
    default: '022',
    help: 'file mode creation mask',
  },
  init: {
    scope: 'vassal',
    group: 'command',
    type: 'flag',
    default: 'true',
    help: 'a small init of tsjail is pid 1 of the jail; false: the command is (needs a new pid namespace)',
  },
} as const satisfies Readonly<Record<string, Option>>;
