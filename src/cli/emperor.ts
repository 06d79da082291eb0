// `tsjail emperor`: the daemon in the foreground.
import { closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EmperorConfig } from '../config/emperor.ts';
import { NO_ANSWERS } from '../config/host.ts';
import { Bad } from '../config/problems/bad.ts';
import { inOneLine, problemJson } from '../config/problems/format.ts';
import type { Problem } from '../config/problems/problem.ts';
import { TYPES } from '../config/values.ts';
import { Centre } from '../control/dashboard/centre.ts';
import { serveControl } from '../control/server.ts';
import { Services } from '../control/services.ts';
import { readEmperorConfig } from '../emperor/config-file.ts';
import { type DaemonParts, runEmperor } from '../emperor/daemon.ts';
import { hostFacts } from '../emperor/host.ts';
import { readStateOf } from '../emperor/reexec/format.ts';
import { whyNot } from '../emperor/reexec/take-over.ts';
import { verdictLine } from '../emperor/reexec/trial.ts';
import { loadNative } from '../jail/native.ts';
import { type DaemonLogOptions, jsonEntry, openDaemonLog } from '../output/daemon-log.ts';
import type { Handed } from '../system/handed.ts';
import { ADDON_PATH } from '../system/paths.ts';
import { ownVersion } from '../system/version.ts';
import type { Call } from './command.ts';
import { makeRoomFor } from './control-directory.ts';
import { controlPath } from './daemon.ts';
import { daemonConfigPath } from './daemon-config.ts';
import { EXIT, explain, UsageError } from './errors.ts';
import { givenControl } from './given-control.ts';
import { printProblems } from './problems.ts';

const LOG_MODE = 0o640;

/** What there is before the daemon's own modules are. */
export interface Beginning {
  /** Sends the signals that came meanwhile again. */
  readonly release: () => void;
  /** What a daemon before this one has handed over. */
  readonly handed: Handed | undefined;
}

export async function emperor(call: Call, beginning: Beginning): Promise<number> {
  if (!call.options.json) return start(call, beginning);
  try {
    return await start(call, beginning);
  } catch (error) {
    const { code, text } = explain(error, 'emperor');
    if (code === EXIT.bug) throw error;
    call.io.err.write(jsonEntry('error', (text.split('\n')[0] ?? '').replace(/^tsjail: /, '')));
    return code;
  }
}

async function start(call: Call, { release, handed }: Beginning): Promise<number> {
  const { flags } = call;
  if (handed?.purpose === 'place') loadNative(ADDON_PATH).releaseSignals();
  if (call.command) throw new UsageError('there is nothing to come after `--`');
  const logOptions = logOptionsOf(call);
  const sources = call.operands.map(({ value }) => readSource(value));
  const configPath = () => ownConfig(call);
  const { config: found, problems } = await readEmperorConfig(configPath(), flags);
  if (handed?.purpose === 'trial') return tryPlace(call, handed.fd, found, problems);
  tellProblems(call, problems);
  const config = found ?? (handed && formerConfig(handed.fd));
  if (config === undefined) return EXIT.usage;
  const given = givenControl(call);
  const control = given?.path ?? resolve(controlPath(call));
  makeRoomFor(control);
  const running = runEmperor(
    {
      sources,
      config,
      configPath,
      flags,
      control,
      controlIsGiven: given !== undefined,
      handed: handed?.fd,
    },
    await parts(logOptions, given?.fd),
  );
  release();
  return running;
}

function tellProblems({ io, err, options }: Call, problems: readonly Problem[]): void {
  if (!options.json) return printProblems(io.err, problems, err);
  for (const problem of problems)
    io.err.write(jsonEntry(levelOf(problem), inOneLine(problem), factsOf(problem)));
}

function levelOf({ severity }: Problem): 'error' | 'warn' {
  return severity === 'error' ? 'error' : 'warn';
}

function factsOf(problem: Problem) {
  return { problem: problemJson(problem) };
}

/** Says whether this code could take the place of the daemon that runs it for that. */
function tryPlace(
  { io }: Call,
  fd: number,
  config: EmperorConfig | undefined,
  problems: readonly Problem[],
): number {
  const bad = problems.find(({ severity }) => severity === 'error');
  const why = config === undefined ? `its config is bad: ${bad && inOneLine(bad)}` : whyNot(fd, config);
  const version = ownVersion();
  io.out.write(verdictLine({ verdict: why === undefined ? 'fine' : 'no', version, why: why ?? '' }));
  return why === undefined ? EXIT.done : EXIT.failed;
}

/** The config has become a bad one since the trial: that is no reason to end vassals. */
function formerConfig(fd: number): EmperorConfig | undefined {
  const read = readStateOf(fd);
  return 'state' in read ? read.state.head.config : undefined;
}

/** Who says what to govern does not want the machine's own vassals besides: the default file is not read then. */
function ownConfig({ options, operands }: Call): string | undefined {
  return options.config === undefined && operands.length > 0 ? undefined : daemonConfigPath(options.config);
}

/** What the option `emperor` takes, as an operand. */
function readSource(text: string): string {
  if (text === '') throw new UsageError('a SOURCE is empty');
  const host = { ...hostFacts(), ...NO_ANSWERS };
  const source = TYPES.monitor.read(text, { host, base: host.cwd, range: undefined, name: 'emperor' });
  if (source instanceof Bad) throw new UsageError(source.message);
  return source;
}

function logOptionsOf({ options, io }: Call): DaemonLogOptions {
  const format = options['log-format'] ?? (options.json ? 'json' : 'text');
  if (format !== 'text' && format !== 'json') throw new UsageError('--log-format is text or json');
  if (options.json && format === 'text') throw new UsageError('either --json or --log-format text');
  const file = options['log-file'] === undefined ? undefined : resolve(options['log-file']);
  // A daemon that cannot write its log could tell nobody.
  if (file !== undefined) closeSync(openSync(file, 'a', LOG_MODE));
  return { format, file, journalStream: io.env.JOURNAL_STREAM };
}

async function parts(logOptions: DaemonLogOptions, given: number | undefined): Promise<DaemonParts> {
  const log = await openDaemonLog(logOptions);
  return {
    log,
    serve: async (emperor, { native }, path, before, controlStays) => {
      const uid = process.getuid?.() ?? 0;
      const handed = before && before.control !== -1 ? before.control : undefined;
      const control = await serveControl(emperor, {
        path,
        given,
        handed,
        handedStays: controlStays,
        system: native,
        daemonUid: uid,
      });
      const services = new Services({
        imperial: emperor,
        system: native,
        uid,
        gid: process.getgid?.() ?? 0,
        log: (level, message, vassal) => log[level](message, vassal),
        handed: before?.services,
      });
      const centre = new Centre(emperor, (level, message, vassal) => log[level](message, vassal));
      return {
        apply: async (config) => {
          await services.apply(config);
          await centre.apply(config.centre);
        },
        open: () => control.open(),
        record: (keep) => ({ control: control.record(keep), services: services.record(keep) }),
        cut: () => control.cut(),
        goOn: () => control.goOn(),
        get isQuiet() {
          return control.isQuiet;
        },
        close: async () => {
          await centre.apply(undefined);
          await services.close();
          await control.close();
        },
      };
    },
    // Through the log, which never blocks: whoever reads our stderr must not hold up the daemon.
    showProblems: (problems) => {
      for (const problem of problems) log[levelOf(problem)](inOneLine(problem), undefined, factsOf(problem));
    },
  };
}
