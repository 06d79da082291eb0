// Which control groups the vassal is in, and what it may use there.

import type { Given, Values } from '../options/read.ts';
import type { Located } from '../origin.ts';
import type { Problems } from '../problems/problems.ts';
import { valueSpan } from '../problems/report.ts';
import { CGROUP_LIMIT_OPTIONS, CGROUP_LIMITS, type CgroupLimitOption } from './limits.ts';
import type { CgroupFile } from './values.ts';

/** What one of the limits asks for. */
export interface CgroupLimit extends CgroupFile {
  readonly option: CgroupLimitOption;
}

export interface CgroupSettings {
  /** Directories of groups that the config names, each once. */
  readonly directories: readonly Located<string>[];
  readonly directoryMode: number;
  /** For files of those. */
  readonly options: readonly Located<CgroupFile>[];
  /** For the v2 group that the vassal is in. */
  readonly limits: readonly Located<CgroupLimit>[];
}

export const NO_CGROUP_SETTINGS: CgroupSettings = {
  directories: [],
  directoryMode: 0o700,
  options: [],
  limits: [],
};

export function cgroupSettings(values: Values, problems: Problems): CgroupSettings {
  if (!values.mentions('resources')) return NO_CGROUP_SETTINGS;
  const directories = new Map<string, Located<string>>();
  for (const { value, at } of values.all('cgroup'))
    if (!directories.has(value)) directories.set(value, { value, at });
  const given = CGROUP_LIMIT_OPTIONS.flatMap((option) => limitsGiven(values, option));
  checkOptions(values, problems);
  return {
    directories: [...directories.values()],
    directoryMode: values.value('cgroup-dir-mode'),
    options: values.allLocated('cgroup-opt'),
    limits: given.map(({ option, value, at }) => ({
      value: { option, file: CGROUP_LIMITS[option].file, value: String(value) },
      at,
    })),
  };
}

type GivenLimit = Given<string | number> & { readonly option: CgroupLimitOption };

/** Of devices there may be several. */
function limitsGiven(values: Values, option: CgroupLimitOption): GivenLimit[] {
  const all: readonly Given<string | number>[] = values.all(option);
  return (option === 'io-max' ? all : all.slice(-1)).map((each) => ({ ...each, option }));
}

/** A limit that nobody keeps is worse than none. */
function checkOptions(values: Values, problems: Problems): void {
  const option = values.last('cgroup-opt');
  if (option === undefined || values.last('cgroup') !== undefined || values.isBad('cgroup')) return;
  const message = '`cgroup-opt` is for the directories of `cgroup`, and there is none';
  problems.error('needs-cgroup', message, valueSpan(option.item.entry));
}
