// What many control groups use at this moment, read in few calls off the loop. Without a memory or pids controller it is
// counted by the processes.

/** See the addon: texts and paths are separated by NUL; empty: it cannot be read. */
export type ReadFiles = (paths: string, done: (texts: string) => void) => void;

/** Undefined: it cannot be told. */
export interface CgroupReading {
  readonly memoryBytes: number | undefined;
  readonly cpuUsec: number | undefined;
  readonly processes: number | undefined;
  /** Since the group was made. */
  readonly oomKills: number | undefined;
}

/** More would be a long turn when they are taken apart. */
const GROUPS_AT_ONCE = 200;
const FILES = ['cpu.stat', 'memory.current', 'pids.current', 'memory.events'];
const PAGE = 4096;

export async function readGroups(paths: readonly string[], readFiles: ReadFiles): Promise<CgroupReading[]> {
  const readings: CgroupReading[] = [];
  for (let at = 0; at < paths.length; at += GROUPS_AT_ONCE)
    readings.push(...(await readSome(paths.slice(at, at + GROUPS_AT_ONCE), readFiles)));
  return readings;
}

async function readSome(paths: readonly string[], readFiles: ReadFiles): Promise<CgroupReading[]> {
  const texts = await readAll(
    paths.flatMap((path) => FILES.map((file) => `${path}/${file}`)),
    readFiles,
  );
  const readings = paths.map((_, index) => readingOf(texts, index * FILES.length));
  const lacking = paths.filter((_, index) => isLacking(readings[index]));
  if (lacking.length === 0) return readings;
  const counted = await countProcesses(lacking, readFiles);
  return readings.map((reading, index) => {
    const { memoryBytes, processes } = counted.get(paths[index] ?? '') ?? reading;
    return {
      ...reading,
      memoryBytes: reading.memoryBytes ?? memoryBytes,
      processes: reading.processes ?? processes,
    };
  });
}

function readingOf(texts: readonly string[], at: number): CgroupReading {
  const [cpu = '', memory = '', pids = '', events = ''] = texts.slice(at, at + FILES.length);
  return {
    cpuUsec: field(cpu, 'usage_usec'),
    memoryBytes: number(memory),
    processes: number(pids),
    oomKills: field(events, 'oom_kill'),
  };
}

function isLacking(reading: CgroupReading | undefined): boolean {
  return reading?.memoryBytes === undefined || reading.processes === undefined;
}

async function countProcesses(
  paths: readonly string[],
  readFiles: ReadFiles,
): Promise<ReadonlyMap<string, Pick<CgroupReading, 'memoryBytes' | 'processes'>>> {
  const members = (
    await readAll(
      paths.map((path) => `${path}/cgroup.procs`),
      readFiles,
    )
  ).map((text) => text.split('\n').filter(Boolean));
  const sizes = await readAll(
    members.flat().map((pid) => `/proc/${pid}/statm`),
    readFiles,
  );
  let at = 0;
  return new Map(
    paths.map((path, index) => {
      const count = members[index]?.length ?? 0;
      const resident = sizes.slice(at, at + count).map((text) => Number(text.split(' ')[1] ?? 0));
      at += count;
      return [path, { memoryBytes: resident.reduce((sum, each) => sum + each, 0) * PAGE, processes: count }];
    }),
  );
}

function readAll(paths: readonly string[], readFiles: ReadFiles): Promise<string[]> {
  if (paths.length === 0) return Promise.resolve([]);
  return new Promise((resolve) => readFiles(paths.join('\0'), (texts) => resolve(texts.split('\0'))));
}

function number(text: string): number | undefined {
  return text === '' ? undefined : Number.parseInt(text, 10);
}

function field(text: string, name: string): number | undefined {
  const at = text.startsWith(name) ? 0 : text.indexOf(`\n${name} `) + 1;
  return text.startsWith(`${name} `, at) ? Number.parseInt(text.slice(at + name.length + 1), 10) : undefined;
}
