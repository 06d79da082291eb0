// An answer in JSON.
import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { NEXT_OF_LIST } from './protocol.ts';

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** One array, sent while it is made, with a line for each element: who reads it can begin before it has all of it. */
export async function sendList(
  response: ServerResponse,
  parts: AsyncIterable<readonly unknown[]>,
): Promise<void> {
  let lead = '[';
  for await (const part of parts) {
    if (response.destroyed) return;
    if (!response.headersSent) response.writeHead(200, HEADERS);
    response.write(lead + part.map((each) => JSON.stringify(each)).join(NEXT_OF_LIST));
    lead = NEXT_OF_LIST;
    // A thousand of them are no reason to let others wait for all.
    await setImmediate();
  }
  if (response.headersSent) response.end(']\n');
  else send(response, 200, []);
}

export function send(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, HEADERS);
  response.end(`${JSON.stringify(body)}\n`);
}
