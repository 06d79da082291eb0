// Options about as whom the command runs.
import type { Option } from './option.ts';

export const IDENTITY_OPTIONS = {
  uid: {
    scope: 'vassal',
    group: 'identity',
    type: 'user',
    help: 'user to run as, by name or number; inside a new user namespace, if there is one',
  },
  gid: {
    scope: 'vassal',
    group: 'identity',
    type: 'group',
    default: 'the group of uid',
    help: 'group to run as, by name or number',
  },
  'add-gid': {
    scope: 'vassal',
    group: 'identity',
    type: 'group',
    repeatable: true,
    help: 'one more supplementary group',
  },
  'no-initgroups': {
    scope: 'vassal',
    group: 'identity',
    type: 'flag',
    default: 'false',
    help: 'leave out the supplementary groups that uid has in /etc/group',
  },
} as const satisfies Readonly<Record<string, Option>>;
