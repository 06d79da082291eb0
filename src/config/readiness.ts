// By what a vassal is known to be ready, and to be alive.
import { readSocketAddress } from './hooks/socket-address.ts';
import type { Values } from './options/read.ts';
import { Bad } from './problems/bad.ts';
import { nearest } from './problems/nearest.ts';
import type { Problems } from './problems/problems.ts';
import { valueSpan } from './problems/report.ts';
import { type ReadContext, readDuration } from './readers.ts';
import type { ReadyWay, VassalConfig } from './vassal-config.ts';

type Readiness = Pick<VassalConfig, 'ready' | 'heartbeatMs'>;

/** The jailer puts nothing higher (step pass-fds), and what is below is taken. */
const LEAST_FD = 3;
const MOST_FD = 1023;
const SYNTAX = 'exec, notify, emperor, socket:ADDRESS, fd:N, delay:TIME';

/** What comes after the colon. */
const WITH_WORD: Readonly<Record<string, (word: string, context: ReadContext) => ReadyWay | Bad>> = {
  socket: readSocketWay,
  fd: readFdWay,
  delay: readDelayWay,
};
const PLAIN = ['exec', 'notify', 'emperor'] as const;
/** What each is like when it is given in full. */
const EXAMPLES: readonly string[] = [...PLAIN, 'socket:127.0.0.1:8080', 'fd:3', 'delay:5s'];

export function readReady(text: string, context: ReadContext): ReadyWay | Bad {
  const kind = PLAIN.find((each) => each === text);
  if (kind) return { kind };
  const colon = text.indexOf(':');
  const word = colon < 0 ? text : text.slice(0, colon);
  const read = Object.hasOwn(WITH_WORD, word) ? WITH_WORD[word] : undefined;
  const example = EXAMPLES.find((each) => each.startsWith(`${word}:`));
  if (read && colon >= 0) return read(text.slice(colon + 1), context);
  if (read) return new Bad(`\`${text}\` needs more: ${SYNTAX}`, { suggestion: example });
  return new Bad(`\`${text}\` is none of ${SYNTAX}`, {
    suggestion: nearest(text, [...PLAIN]) ?? inFull(word, text.slice(word.length)),
  });
}

/** `sokcet:/run/x` → `socket:/run/x`. */
function inFull(word: string, rest: string): string | undefined {
  const meant = nearest(word, Object.keys(WITH_WORD));
  return meant === undefined ? undefined : `${meant}${rest}`;
}

function readSocketWay(name: string): ReadyWay | Bad {
  const address = readSocketAddress(name);
  return address instanceof Bad ? address : { kind: 'socket', address, name };
}

function readFdWay(word: string): ReadyWay | Bad {
  const fd = /^\d{1,4}$/.test(word) ? Number(word) : -1;
  if (fd >= LEAST_FD && fd <= MOST_FD) return { kind: 'fd', fd };
  return new Bad(`a descriptor for readiness is a number from ${LEAST_FD} to ${MOST_FD}`, {
    suggestion: `fd:${LEAST_FD}`,
  });
}

function readDelayWay(word: string, context: ReadContext): ReadyWay | Bad {
  const ms = readDuration(word, 's', { ...context, range: undefined });
  return ms instanceof Bad ? ms : { kind: 'delay', ms };
}

export function readinessOf(values: Values): Readiness {
  return { ready: values.value('ready'), heartbeatMs: values.last('heartbeat-timeout')?.value ?? 0 };
}

/** Does it say by sd_notify(3) what there is to say? Signs of life come that way too where there is no emperor pipe. */
export function speaksNotify({ ready, heartbeatMs, emperorPipe }: VassalConfig): boolean {
  return ready.kind === 'notify' || (heartbeatMs > 0 && !emperorPipe && ready.kind !== 'emperor');
}

/** What does not go together. */
export function checkReadiness(config: VassalConfig, values: Values, problems: Problems): void {
  if (values.isBad('ready', 'init')) return;
  checkInit(config, values, problems);
  checkFd(config, values, problems);
  const { ready, startTimeoutMs } = config;
  const given = values.last('ready');
  if (given && ready.kind === 'delay' && ready.ms >= startTimeoutMs)
    problems.error(
      'contradiction',
      '`start-timeout` is over before that delay is',
      valueSpan(given.item.entry),
    );
}

/** Without an init nobody is inside who could listen. */
function checkInit(config: VassalConfig, values: Values, problems: Problems): void {
  if (config.init.value || !speaksNotify(config)) return;
  const given = values.last('ready');
  if (given && config.ready.kind === 'notify') {
    const message =
      '`ready = notify` is heard by the init of the jail, and with `init = false` there is none';
    return problems.error('contradiction', message, valueSpan(given.item.entry), 'fd:3');
  }
  const beat = values.last('heartbeat-timeout');
  const message = 'signs of life are heard by the init of the jail, and with `init = false` there is none';
  if (beat) problems.error('contradiction', message, valueSpan(beat.item.entry));
}

/** The sockets lie at 3 and those that follow (sd_listen_fds(3)). */
function checkFd({ ready, sockets }: VassalConfig, values: Values, problems: Problems): void {
  const given = values.last('ready');
  const free = LEAST_FD + sockets.length;
  if (!given || ready.kind !== 'fd' || ready.fd >= free) return;
  const message = `the command has a socket at descriptor ${ready.fd}`;
  problems.error('contradiction', message, valueSpan(given.item.entry), `fd:${free}`);
}
