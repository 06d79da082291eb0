// GET /metrics: each family in a turn of the loop of its own, so that a thousand vassals hold nobody up.
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EmperorApi } from '../../emperor/view.ts';
import { FAMILIES } from './table.ts';
import { formatFor, metricsText } from './text.ts';

export async function answerMetrics(
  api: Pick<EmperorApi, 'figures'>,
  response: ServerResponse,
): Promise<void> {
  const figures = await api.figures();
  const format = formatFor(response.req.headers.accept);
  response.writeHead(200, { 'content-type': format.contentType });
  for (const text of metricsText(FAMILIES, figures, format)) {
    if (response.destroyed) return;
    response.write(text);
    await nextTurn();
  }
  response.end();
}
