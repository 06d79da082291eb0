// Orphans are reaped and ended whatever is short meanwhile.
import { onTestFinished, test } from 'vitest';
import { sweepOrphans } from '../../../src/system/orphans.ts';

test('a list of children that cannot be had for want of a descriptor is asked for again', async () => {
  let refusals = 3;
  const answer = () => {
    if (refusals-- > 0) throw Object.assign(new Error('opendir /proc'), { code: 'EMFILE' });
    return [];
  };
  const sweep = sweepOrphans({ reapOrphans: answer, listOrphans: () => [] }, []);
  onTestFinished(() => sweep.close());
  await sweep.end();
});
