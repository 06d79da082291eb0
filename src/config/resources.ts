// The one table of rlimits: option `limit-NAME`, number of the resource (asm-generic/resource.h), unit of a bare number.

export interface Resource {
  readonly number: number;
  /** What a bare number counts: uWSGI's `limit-as` is in MiB, all others are as setrlimit(2) has them. */
  readonly unit: 'count' | 'bytes' | 'mebibytes' | 'seconds' | 'microseconds';
}

export const RESOURCES: Readonly<Record<string, Resource>> = {
  cpu: { number: 0, unit: 'seconds' },
  fsize: { number: 1, unit: 'bytes' },
  data: { number: 2, unit: 'bytes' },
  stack: { number: 3, unit: 'bytes' },
  core: { number: 4, unit: 'bytes' },
  rss: { number: 5, unit: 'bytes' },
  nproc: { number: 6, unit: 'count' },
  nofile: { number: 7, unit: 'count' },
  memlock: { number: 8, unit: 'bytes' },
  as: { number: 9, unit: 'mebibytes' },
  locks: { number: 10, unit: 'count' },
  sigpending: { number: 11, unit: 'count' },
  msgqueue: { number: 12, unit: 'bytes' },
  nice: { number: 13, unit: 'count' },
  rtprio: { number: 14, unit: 'count' },
  rttime: { number: 15, unit: 'microseconds' },
};

/** The name of resource `number`; the number itself where there is none. */
export function resourceName(number: string): string {
  const found = Object.entries(RESOURCES).find(([, resource]) => String(resource.number) === number);
  return found?.[0] ?? number;
}
