// SVG plots with a logarithmic axis, readable in dark and in light, without a library: bars of a table's rows, lines of its columns.

const WIDTH = 760;
const LABEL = 190;
const ROW = 26;
const TOP = 44;
const RIGHT = 110;
const LINE_HEIGHT = 320;
const NAME_HEIGHT = 14;
/** The first is tsjail's own. */
const COLOURS = ['#0a7d5a', '#8a93a0', '#b0742a', '#5b6fc7', '#a3527a', '#4f8fa6', '#7d7d3a'];
const STYLE = `text{font:12px system-ui,sans-serif;fill:#24292f}.title{font-size:14px;font-weight:600}.axis{stroke:#d0d7de}.muted{fill:#656d76}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.axis{stroke:#3d444d}.muted{fill:#9198a1}}`;

/** `bars`: `{ name, value, text, ours }`; the shorter the better. */
export function barPlot(title, unit, bars) {
  const axis = logAxis(
    bars.map(({ value }) => value),
    LABEL,
    WIDTH - RIGHT,
  );
  const height = TOP + bars.length * ROW + 30;
  const rows = bars.map(({ name, value, text, ours }, row) => {
    const y = TOP + row * ROW;
    const width = Math.max(2, axis.at(value) - LABEL);
    return [
      `<text x="${LABEL - 8}" y="${y + 16}" text-anchor="end">${escaped(name)}</text>`,
      `<rect x="${LABEL}" y="${y + 4}" width="${width.toFixed(1)}" height="${ROW - 9}" rx="2" fill="${COLOURS[ours ? 0 : 1]}"/>`,
      `<text x="${(LABEL + width + 6).toFixed(1)}" y="${y + 16}" class="muted">${escaped(text)}</text>`,
    ].join('');
  });
  return svg(title, height, [...verticals(axis, TOP, height - 26, unit), ...rows]);
}

/** `lines`: `{ name, points: [x, y][] }` on two logarithmic axes. */
export function linePlot(title, { x, y }, lines) {
  const points = lines.flatMap((line) => line.points);
  const bottom = TOP + LINE_HEIGHT;
  const across = logAxis(
    points.map(([each]) => each),
    70,
    WIDTH - RIGHT - 60,
  );
  const up = logAxis(
    points.map(([, each]) => each),
    bottom,
    TOP,
  );
  const names = apart(lines.map((line) => up.at(line.points.at(-1)[1])));
  const drawn = lines.flatMap((line, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const places = line.points.map(([px, py]) => [across.at(px).toFixed(1), up.at(py).toFixed(1)]);
    const [lastX] = places.at(-1);
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${places.map((place) => place.join(',')).join(' ')}"/>`,
      ...places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`),
      `<text x="${Number(lastX) + 8}" y="${(names[index] + 4).toFixed(1)}" style="fill:${colour}">${escaped(line.name)}</text>`,
    ];
  });
  return svg(title, bottom + 44, [
    ...verticals(across, TOP, bottom, x),
    ...horizontals(up, 70, WIDTH - RIGHT - 60, y),
    ...drawn,
  ]);
}

/** Heights of names, in the order given, none on top of another. */
function apart(heights) {
  const placed = [...heights];
  const order = heights.map((height, index) => [height, index]).sort(([a], [b]) => a - b);
  let above = Number.NEGATIVE_INFINITY;
  for (const [height, index] of order) {
    placed[index] = Math.max(height, above + NAME_HEIGHT);
    above = placed[index];
  }
  return placed;
}

function svg(title, height, parts) {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}</style>`,
    `<text x="12" y="22" class="title">${escaped(title)}</text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function verticals(axis, top, bottom, unit) {
  return axis.ticks.map((tick) => {
    const at = axis.at(tick).toFixed(1);
    return `<line class="axis" x1="${at}" x2="${at}" y1="${top}" y2="${bottom}"/><text class="muted" x="${at}" y="${bottom + 16}" text-anchor="middle">${short(tick)} ${unit}</text>`;
  });
}

function horizontals(axis, left, right, unit) {
  return axis.ticks.map((tick) => {
    const at = axis.at(tick).toFixed(1);
    return `<line class="axis" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/><text class="muted" x="${left - 6}" y="${Number(at) + 4}" text-anchor="end">${short(tick)} ${unit}</text>`;
  });
}

/** From the power of ten below the least to the one above the most. */
function logAxis(values, from, to) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const ticks = Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step));
  return { ticks, at: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from) };
}

function short(value) {
  return value >= 1000
    ? `${value / 1000} 000`.replace(/^(\d+) 000$/, '$1\u202f000')
    : String(Number(value.toPrecision(3)));
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
