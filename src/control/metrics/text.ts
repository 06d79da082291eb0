// Metrics as text, in one of two formats that differ in few places: Prometheus' own (0.0.4), and OpenMetrics for who asks for it.
import type { Figures } from '../../emperor/figures.ts';
import type { Family } from './family.ts';

export interface Format {
  readonly contentType: string;
  /** As HELP and TYPE call it. */
  readonly titleOf: (family: Family) => string;
  readonly end: string;
}

const PROMETHEUS: Format = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  titleOf: ({ name }) => name,
  end: '',
};

const OPEN_METRICS: Format = {
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  titleOf: ({ name, type }) => (type === 'counter' ? name.replace(/_total$/, '') : name),
  end: '# EOF\n',
};

/** By the request's Accept; who names neither, such as curl, gets the older one. */
export function formatFor(accept: string | undefined): Format {
  return accept?.includes('application/openmetrics-text') ? OPEN_METRICS : PROMETHEUS;
}

/** In parts, each of them some milliseconds of work at most. */
export function* metricsText(
  families: readonly Family[],
  figures: Figures,
  format: Format,
): Generator<string, void> {
  for (const family of families) {
    const title = format.titleOf(family);
    yield `# HELP ${title} ${family.help}\n# TYPE ${title} ${family.type}\n${family.lines(figures)}`;
  }
  yield format.end;
}
