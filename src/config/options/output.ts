// Options about where output goes.
import type { Option } from './option.ts';

export const OUTPUT_OPTIONS = {
  log: {
    scope: 'vassal',
    group: 'output',
    type: 'log',
    default: 'emperor',
    help: 'where its output goes, besides `tsjail logs`',
  },
} as const satisfies Readonly<Record<string, Option>>;
