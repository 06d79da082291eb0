// New code that is tried before a re-exec and does not behave: whatever it does, there is an answer in time, and nobody is left.
import { expect, test } from 'vitest';
import { tryNewCode } from '../../src/emperor/reexec/trial.ts';
import { testEngine } from '../helpers/jail.ts';
import { until } from '../helpers/until.ts';

const PATIENCE_MS = 700;
const VERDICT = '{"verdict":"fine","version":"9.9","why":""}';

async function trialOf(script: string) {
  const engine = testEngine();
  const { native } = engine;
  const state = native.makeMemfd('tsjail-state', Buffer.from('state\n'));
  try {
    const program = { path: '/bin/sh', argv: ['sh', '-c', script] };
    return await tryNewCode(engine, state, PATIENCE_MS, program);
  } finally {
    native.close(state);
    await until('nobody is left', () => [...native.listChildren(), ...native.listOrphans()].length === 0);
  }
}

test.each([
  ['hangs', 'sleep 1000'],
  ['hangs and hears no signal', "trap '' TERM INT HUP; while :; do sleep 1; done"],
  ['hangs after it has said that all is fine', `echo '${VERDICT}'; sleep 1000`],
  ['talks without end', 'exec yes'],
])('one that %s is given up in time', async (_name, script) => {
  const begun = performance.now();
  expect(await trialOf(script)).toEqual({ problem: 'it did not answer within 0.7 s' });
  expect(performance.now() - begun).toBeLessThan(PATIENCE_MS + 8000);
});

test.each([
  ['bytes', String.raw`printf '\377\000\033[2J\n\n'; exit 3`, /^\ufffd\\x00\\x1b\[2J$/],
  ['half a verdict', `echo '{"verdict":"fine"'`, /^\{"verdict":"fine"$/],
  ['a verdict of other fields', `echo '{"verdict":"fine","version":7,"why":""}'`, /version/],
  ['a good verdict and a bad end', `echo '${VERDICT}'; exit 1`, /./],
  ['a long line', 'printf "%05000d" 7; exit 1', /^0{300}…$/],
])('%s are no consent, and can be shown', async (_name, script, problem) => {
  const trial = await trialOf(script);
  expect('problem' in trial && trial.problem).toMatch(problem);
});

test('a verdict among other lines counts', async () => {
  expect(await trialOf(`echo warning; echo '${VERDICT}'; echo bye`)).toEqual({ version: '9.9' });
});
