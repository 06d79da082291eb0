// Options of the daemon about what it tells others, and what it is told by them: stats, commands, attributes of vassals.
import type { Option } from './option.ts';

export const EMPEROR_INTERFACE_OPTIONS = {
  'emperor-stats': {
    scope: 'emperor',
    group: 'emperor',
    type: 'listen-address',
    aliases: ['emperor-stats-server'],
    help: "serves the stats of uWSGI's Emperor as JSON, one document for each connection; the file of a unix socket is for the daemon's user alone",
  },
  'stats-http': {
    scope: 'emperor',
    group: 'emperor',
    type: 'flag',
    default: 'false',
    help: 'the stats are an answer to an HTTP request',
  },
  http: {
    scope: 'emperor',
    group: 'emperor',
    type: 'http-address',
    help: 'serves the control centre (docs/control-centre.md) to browsers; elsewhere than on a loopback address only with `http-token`. Without any token it can be looked at, and nothing done',
  },
  'http-token': {
    scope: 'emperor',
    group: 'emperor',
    type: 'http-token',
    help: 'what a browser has to say at its login, and others as `Authorization: Bearer TOKEN`; `@FILE`: the first line of that file',
  },
  'http-read-only': {
    scope: 'emperor',
    group: 'emperor',
    type: 'flag',
    help: 'over HTTP nothing can be started, stopped, restarted or reloaded; it is so where there is no `http-token`, unless this is false',
  },
  'http-host': {
    scope: 'emperor',
    group: 'emperor',
    type: 'http-host',
    repeatable: true,
    help: 'a name under which browsers reach `http`, as behind a proxy; requests for others than these and the address itself are refused',
  },
  'emperor-command-socket': {
    scope: 'emperor',
    group: 'emperor',
    type: 'command-address',
    help: "takes the commands spawn, respawn, stop and log as datagrams of uWSGI's; on a unix socket from root and the daemon's user, over UDP from whoever is on this machine",
  },
  'emperor-wait-for-command': {
    scope: 'emperor',
    group: 'emperor',
    type: 'flag',
    default: 'false',
    help: 'a new vassal is `stopped` until it is told to start, by the command `spawn` or by `tsjail start`',
  },
  'emperor-wait-for-command-ignore': {
    scope: 'emperor',
    group: 'emperor',
    type: 'vassal-name',
    repeatable: true,
    help: 'this one does not wait for a command',
  },
  'emperor-collect-attr': {
    scope: 'emperor',
    group: 'emperor',
    type: 'attribute',
    aliases: ['emperor-collect-attribute'],
    repeatable: true,
    help: "takes this key from the section [emperor] of a vassal's file, as it stands there, and shows it in stats and `status`",
  },
  'emperor-wrapper-attr': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'attribute',
    help: 'the attribute that is the `emperor-wrapper` of the vassal that has it',
  },
  'emperor-chdir-attr': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'attribute',
    help: 'the attribute that is the `chdir` of vassals that do not set it',
  },
} as const satisfies Readonly<Record<string, Option>>;
