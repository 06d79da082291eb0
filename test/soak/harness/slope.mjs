// The line of least squares through samples [x, y]. Memory goes up and down in waves of garbage, whose samples are not
// independent: the standard error is that of the means of blocks.

const BLOCKS = 20;

export function slopePerHour(samples) {
  const blocks = blocksOf(samples).map((block) => [
    mean(block.map(([x]) => x)),
    mean(block.map(([, y]) => y)),
  ]);
  if (blocks.length < 3) return { slope: 0, error: Number.POSITIVE_INFINITY };
  const [meanX, meanY] = [mean(blocks.map(([x]) => x)), mean(blocks.map(([, y]) => y))];
  const sum = (value) => blocks.reduce((total, [x, y]) => total + value(x - meanX, y - meanY), 0);
  const spread = sum((x) => x * x);
  const slope = sum((x, y) => x * y) / spread;
  const rest = sum((x, y) => (y - slope * x) ** 2);
  return { slope, error: Math.sqrt(rest / (blocks.length - 2) / spread) };
}

function blocksOf(samples) {
  const length = Math.max(1, Math.floor(samples.length / BLOCKS));
  return Array.from({ length: Math.floor(samples.length / length) }, (_, n) =>
    samples.slice(n * length, (n + 1) * length),
  );
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
