// JSON on stdout: one document, or one a line for streams.
import type { Output } from './io.ts';

/** JSON.stringify leaves them as they are, but a terminal obeys some of them. Only strings can hold them. */
const LEFT_OVER = /[\x7f-\x9f\u2028\u2029]/g;

export function printJson(out: Output, value: unknown): void {
  out.write(`${toJson(value, out.isTTY ? 2 : undefined)}\n`);
}

export function printJsonLine(out: Output, value: unknown): void {
  out.write(`${toJson(value, undefined)}\n`);
}

function toJson(value: unknown, indent: number | undefined): string {
  return JSON.stringify(value, undefined, indent).replace(
    LEFT_OVER,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
