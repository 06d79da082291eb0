// Options about sockets that the Emperor holds for its vassals, and about vassals that wait until somebody connects.
import { MOST, type Option } from './option.ts';

export const SOCKETS_OPTIONS = {
  socket: {
    scope: 'vassal',
    group: 'network',
    type: 'listen-socket',
    repeatable: true,
    help: 'bound by the daemon, outside of the jail, and kept open over restarts; the command has it as descriptor 3, the next as 4 (LISTEN_FDS)',
  },
  'chmod-socket': {
    scope: 'vassal',
    group: 'network',
    type: 'socket-mode',
    default: '666',
    help: 'mode of every `socket` with a path and without a `mode=` of its own',
  },
  'chown-socket': {
    scope: 'vassal',
    group: 'network',
    type: 'socket-owner',
    default: "the daemon's user",
    help: 'owner of every `socket` with a path and without an `owner=` of its own',
  },
  listen: {
    scope: 'vassal',
    group: 'network',
    type: 'integer',
    range: [1, MOST],
    default: '4096',
    help: 'connections that may wait to be accepted, of every `socket` without a `backlog=` of its own; net.core.somaxconn is the most',
  },
  'on-demand': {
    scope: 'vassal',
    group: 'life',
    type: 'flag',
    default: 'false',
    help: 'it is started when somebody connects to one of its sockets, and waits again when it has ended',
  },
  'idle-timeout': {
    scope: 'vassal',
    group: 'life',
    type: 'seconds',
    default: '0',
    help: 'on demand: stop it when for so long it had no connection and used no processor time; 0: never',
  },
  'emperor-on-demand-extension': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'suffix',
    aliases: ['emperor-on-demand-ext'],
    help: 'a vassal that has a file with this added to the name of its own waits on demand on the address in its first line',
  },
  'emperor-on-demand-directory': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'path',
    aliases: ['emperor-on-demand-dir'],
    help: 'every vassal waits on demand on the socket NAME.socket in this directory',
  },
  'emperor-on-demand-exec': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'shell-line',
    help: "run with the name of a vassal's file: that vassal waits on demand on the address that it says, if it says one",
  },
} as const satisfies Readonly<Record<string, Option>>;
