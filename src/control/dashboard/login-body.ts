// What a login says: {"token": "…"}.
import type { IncomingMessage } from 'node:http';

const MOST_BYTES = 2048;

/** Undefined: it is something else, or too long. */
export async function readToken(request: IncomingMessage): Promise<string | undefined> {
  let text = '';
  for await (const chunk of request) {
    text += (chunk as Buffer).toString('utf8');
    if (text.length > MOST_BYTES) return undefined;
  }
  try {
    const body: unknown = JSON.parse(text);
    const token = typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined;
    return typeof token === 'string' ? token : undefined;
  } catch {
    return undefined;
  }
}
