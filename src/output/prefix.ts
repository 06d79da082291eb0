// Something in front of each line of a block. As one replacement in a string of bytes: a copy for each line would cost more.

/** Where the lines are made, so that a flood of them leaves nothing behind to be collected. */
const PLACE = Buffer.allocUnsafeSlow(256 * 1024);

/** `lines` are whole ones. What it gives holds until the next call. */
export function withPrefix(lines: Buffer, prefix: string): Buffer {
  const start = Buffer.from(prefix).toString('latin1');
  const inner = lines
    .toString('latin1', 0, lines.length - 1)
    .replaceAll('\n', `\n${start.replaceAll('$', '$$$$')}`);
  const text = `${start}${inner}\n`;
  if (text.length > PLACE.length) return Buffer.from(text, 'latin1');
  return PLACE.subarray(0, PLACE.write(text, 'latin1'));
}
