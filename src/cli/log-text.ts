// A line of a vassal's output as it is printed: what the vassal said as it is, what tsjail says about it marked as such.

import { oneLine } from '../output/escape.ts';
import type { LogLine } from '../output/line.ts';
import type { Style } from './style.ts';

export function logText({ stream, text }: LogLine, style: Style): string {
  return stream === 'tsjail' ? style.paint('quiet', `tsjail: ${oneLine(text)}`) : oneLine(text);
}
