// What would keep a config from starting, or from being reloaded, at this moment: seen before anything is stopped for it.
import type { Problem } from '../config/problems/problem.ts';
import type { ProgramParts } from '../jail/host-program.ts';
import type { Planned } from './planned.ts';
import { obstaclesTo } from './preflight.ts';
import { refusalOf } from './uwsgi-trial.ts';

export async function obstaclesOf(
  planned: Pick<Planned, 'config' | 'plan'>,
  parts: ProgramParts,
): Promise<Problem[]> {
  const [seen, refusal] = await Promise.all([obstaclesTo(planned.plan), refusalOf(planned, parts)]);
  if (refusal === undefined) return seen;
  const { at, message } = refusal;
  return [...seen, { ...at, severity: 'warning', code: 'refused', message }];
}
