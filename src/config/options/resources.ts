// Options about limits and priorities.
import { RESOURCES } from '../resources.ts';
import type { Option } from './option.ts';

export const RESOURCES_OPTIONS = {
  prio: { scope: 'vassal', group: 'resources', type: 'integer', range: [-20, 19], help: 'nice value' },
  'oom-score-adj': {
    scope: 'vassal',
    group: 'resources',
    type: 'integer',
    range: [-1000, 1000],
    help: 'who is killed first when memory runs out: higher',
  },
  'limit-nofile': limit('nofile', 'open files', { aliases: ['max-fd'], default: 'soft 1024' }),
  'limit-nproc': limit('nproc', 'processes and threads of the user'),
  'limit-as': limit('as', 'address space, in MiB as in uWSGI when without a suffix'),
  'limit-core': limit('core', 'size of a core dump'),
  'limit-cpu': limit('cpu', 'seconds of processor time'),
  'limit-data': limit('data', 'data segment'),
  'limit-fsize': limit('fsize', 'size of a file that it writes'),
  'limit-locks': limit('locks', 'file locks'),
  'limit-memlock': limit('memlock', 'memory locked into RAM'),
  'limit-msgqueue': limit('msgqueue', 'POSIX message queues of the user'),
  'limit-nice': limit('nice', 'ceiling of the nice value, as 20 - nice'),
  'limit-rss': limit('rss', 'resident memory; Linux does not enforce it'),
  'limit-rtprio': limit('rtprio', 'real-time priority'),
  'limit-rttime': limit('rttime', 'microseconds of real-time processor time without a blocking call'),
  'limit-sigpending': limit('sigpending', 'queued signals of the user'),
  'limit-stack': limit('stack', 'stack of the main thread'),
} as const satisfies Readonly<Record<string, Option>>;

function limit<const T extends { aliases?: readonly string[]; default?: string }>(
  resource: keyof typeof RESOURCES,
  help: string,
  more?: T,
) {
  const { unit } = RESOURCES[resource] ?? { unit: 'count' };
  const suffix = unit === 'bytes' ? ' (bytes, or with K, M, G)' : '';
  return { scope: 'vassal', group: 'resources', type: 'limit', help: `${help}${suffix}`, ...more } as const;
}
