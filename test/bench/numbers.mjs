// Median, percentiles and how numbers are shown.

export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

export function median(values) {
  return quantile(values, 0.5);
}

/** `12.3 (p99 20.1)` of µs values, in ms. */
export function inMs(values) {
  return `${(median(values) / 1000).toFixed(2)} ms (p99 ${(quantile(values, 0.99) / 1000).toFixed(2)})`;
}

export function inSeconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** Rows of text as a table in Markdown that can be read as it is. */
export function table(head, rows) {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join(
    '\n',
  );
}

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function shuffled(list) {
  return list
    .map((each) => [Math.random(), each])
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each);
}
