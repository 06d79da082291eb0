// The program of `emperor-on-demand-exec`, which says what a vassal waits on. The one place where it is run.
import { programOf } from '../config/sockets/on-demand.ts';
import { HostProgram, type ProgramParts, programSteps } from '../jail/host-program.ts';
import { type FileAnswer, readConfigFile } from '../system/config-files.ts';

const TIMEOUT_MS = 10_000;

/** What a parse asks for: a file, or what such a program says. */
export function readFor(parts: ProgramParts): (path: string) => Promise<FileAnswer> {
  return (path) => {
    const program = programOf(path);
    return program === undefined ? readConfigFile(path) : answerOf(parts, program);
  };
}

/** Without an engine no program is run: its vassals are read as if it said nothing. */
export function readWithoutPrograms(path: string): Promise<FileAnswer> {
  return programOf(path) === undefined ? readConfigFile(path) : Promise.resolve({ text: '' });
}

/** By a shell, in the directory of the vassals, with the name of the vassal's file: as uWSGI does. */
async function answerOf(
  parts: ProgramParts,
  [line, file, directory]: readonly [string, string, string],
): Promise<FileAnswer> {
  const script = `cd "$2" || exit; ${line} "$1"`;
  try {
    const program = new HostProgram(parts, programSteps(['/bin/sh', '-c', script, 'sh', file, directory]));
    const timer = setTimeout(() => program.kill(), TIMEOUT_MS);
    const { code, said } = await program.end;
    clearTimeout(timer);
    // One that succeeds and says nothing is told of by its exit code.
    if (code !== 0) return { failure: `${line}: ${said}` };
    return { text: said === 'exit code 0' ? '' : said };
  } catch (error) {
    return { failure: (error as Error).message };
  }
}
