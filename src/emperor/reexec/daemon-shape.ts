// What is handed over of the daemon itself, for the strict reader. A field that is added here makes another format: see format.ts.
import type { EmperorConfig } from '../../config/emperor.ts';
import type { RootTarget } from '../../jail/root-uses.ts';
import type { ConfigFailure, ConfigText, KnownConfig } from '../../monitors/monitor.ts';
import type { TreeRecord } from '../../system/cgroup-tree.ts';
import type { Dates } from '../annals.ts';
import type { ChronicleRecord } from '../chronicle.ts';
import type { ClaimRecord } from '../claims.ts';
import type { EmperorRecord } from '../emperor.ts';
import type { EngineRecord } from '../engine.ts';
import type { GaugesRecord } from '../gauges.ts';
import type { LeftoverRecord } from '../leftovers.ts';
import type { Planned } from '../planned.ts';
import type { NumberedEvent } from '../view.ts';
import type { ClockRecord } from './clock.ts';
import type { DaemonHead, ServerRecord } from './format.ts';
import { either, list, number, oneOf, opaque, orNull, pair, record, text } from './shape.ts';

const target = opaque<RootTarget>('kind', 'path', 'identity', 'root');

const engine = record<EngineRecord>({
  inherited: list(number),
  tree: either(
    (value) => typeof value === 'string',
    text,
    record<TreeRecord>({ path: text, chain: list(text), on: list(text) }),
  ),
  named: list(record({ path: text, users: number, formerMode: orNull(number) })),
  roots: list(record({ identity: text, targets: list(target) })),
});

const known = record<KnownConfig>({
  path: text,
  told: oneOf('nothing', 'text', 'failure'),
  toldAtMs: number,
  identity: text,
  version: orNull(text),
  turn: number,
});

const claim = record<ClaimRecord>({
  source: text,
  text: opaque<ConfigText>('name', 'path', 'text', 'version', 'identity'),
  failure: orNull(opaque<ConfigFailure>('name', 'path', 'message')),
  offered: orNull(text),
});

const emperor = record<EmperorRecord>({
  sources: list(record({ source: text, known: list(known) })),
  claims: list(claim),
  roll: record({
    families: record({ members: list(pair(text, list(text))), lacking: list(pair(text, text)) }),
    circular: list(text),
  }),
  annals: list(pair(text, opaque<Dates>('born', 'firstRun', 'lastRun'))),
  departing: list(text),
  chronicle: record<ChronicleRecord>({
    first: number,
    newest: list(opaque<NumberedEvent>('at', 'vassal', 'event', 'seq')),
  }),
});

export const headShape = record<DaemonHead>({
  reexecs: number,
  clock: record<ClockRecord>({ wallAtZero: number, at: number }),
  defaults: text,
  tyrant: text,
  config: opaque<EmperorConfig>('sources', 'vassalDefaults'),
  pidfile: orNull(text),
  gauges: opaque<GaugesRecord>('starts', 'turns', 'reloads'),
  leftovers: opaque<LeftoverRecord>('pid', 'startTicks', 'groups', 'mounts', 'targets', 'sockets'),
  engine,
  emperor,
  server: record<ServerRecord>({
    control: number,
    services: list(record({ kind: text, where: text, fd: number })),
  }),
});

export const plannedShape = opaque<Planned>('config', 'plan');
