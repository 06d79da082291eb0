// Text in a terminal's cells: what may be shown, how wide it is, how it is cut.
import { oneLine } from '../output/escape.ts';

const ASCII = /^[\x20-\x7e]*$/;
/** Of characters that each are one cell and nothing that belongs to a neighbour: to ask Intl for a thousand marks takes longer
 *  than all else of a table. */
const PLAIN = /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2190-\u21ff\u25a0-\u25fc]*$/;
/** Of those that would turn the rest of the line around what the escapes leave. */
const TURNING = /\p{Bidi_Control}/gu;
/** Two cells: what the terminal draws as an emoji, and the wide and full-width blocks of Unicode's UAX 11. */
const WIDE =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u;
/** Combining marks and format characters take no cell. */
const NOTHING = /^[\p{M}\p{Cf}]+$/u;

let segmenter: Intl.Segmenter | undefined;

/** `text`, whoever wrote it, as one line that moves no cursor. */
export function shown(text: string): string {
  return ASCII.test(text) ? text : oneLine(text).replaceAll('\t', ' ').replace(TURNING, '\ufffd');
}

export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  return graphemes(text).reduce((sum, grapheme) => sum + cellsOf(grapheme), 0);
}

/** `text` in at most `width` cells; what is cut ends in an ellipsis. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const grapheme of graphemes(text)) {
    used += cellsOf(grapheme);
    if (used > width - 1) break;
    kept += grapheme;
  }
  return width < 1 ? '' : `${kept}…`;
}

/** The same, with the ellipsis inside. */
export function cutInside(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 5) return cut(text, width);
  const end = graphemes(text).reverse();
  let kept = '';
  let used = 0;
  for (const grapheme of end) {
    used += cellsOf(grapheme);
    if (used > Math.floor((width - 1) / 2)) break;
    kept = grapheme + kept;
  }
  return cut(text, width - widthOf(kept)) + kept;
}

function cellsOf(grapheme: string): number {
  if (NOTHING.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}

/** What a reader sees as one character: a family of four is one, and is never torn apart. */
function graphemes(text: string): string[] {
  if (PLAIN.test(text)) return [...text];
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
