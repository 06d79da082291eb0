// The Emperor as browsers may see it: without secrets in any sentence of ours. What a vassal itself prints is its own business.

import { redactLine } from '../../config/secrets.ts';
import type { EmperorApi, VassalView } from '../../emperor/view.ts';
import type { LogLine } from '../../output/line.ts';

const MADE = new WeakMap<EmperorApi, EmperorApi>();

export function discreet(api: EmperorApi): EmperorApi {
  const made = MADE.get(api) ?? make(api);
  MADE.set(api, made);
  return made;
}

function make(api: EmperorApi): EmperorApi {
  const { overview } = api;
  const line = (each: LogLine): LogLine =>
    each.stream === 'out' ? each : { ...each, text: overview.discreet(each.vassal, each.text) };
  const own: Partial<EmperorApi> = {
    async *list(usage) {
      for await (const part of api.list(usage)) yield part.map((view) => discreetView(view, overview));
    },
    status: async (name) => {
      const status = await api.status(name);
      if (status === undefined) return undefined;
      const hide = (text: string) => overview.discreet(name, text);
      const problems = status.problems.map((problem) => ({
        ...problem,
        message: hide(problem.message),
        ...(problem.suggestion !== undefined && { suggestion: hide(problem.suggestion) }),
        ...(problem.source !== undefined && { source: hide(redactLine(problem.source).text) }),
      }));
      const settings = status.settings.map((each) => ({ ...each, text: each.text && hide(each.text) }));
      const exits = status.exits.map((exit) => ({
        ...exit,
        message: hide(exit.message),
        brief: hide(exit.brief),
      }));
      const lines = status.lines.map(line);
      return { ...status, ...discreetView(status, overview), problems, settings, exits, lines };
    },
    // Variables of a command's environment.
    entry: (name) => {
      const entry = api.entry(name);
      return entry && { ...entry, path: null, shell: null };
    },
    act: async (verb, name) => {
      const result = await api.act(verb, name);
      return result && { ...result, message: overview.discreet(name, result.message) };
    },
    logs: (name, count) => api.logs(name, count)?.map(line),
    onEvent: (listener) =>
      api.onEvent((event) => listener({ ...event, message: overview.discreet(event.vassal, event.message) })),
    eventsSince: (seq) => {
      const { events, missed } = api.eventsSince(seq);
      const hidden = events.map((each) => ({
        ...each,
        message: overview.discreet(each.vassal, each.message),
      }));
      return { events: hidden, missed };
    },
    onLine: (name, listener) => api.onLine(name, (each) => listener(line(each))),
  };
  // What else there is to ask tells nothing of a vassal's config.
  return new Proxy(api, {
    get: (target, key) => {
      const value: unknown = Reflect.get(own, key) ?? Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function discreetView(view: VassalView, overview: EmperorApi['overview']): VassalView {
  const { lastExit, error, statusText, name } = view;
  if (lastExit === null && error === null && statusText === null) return view;
  const hide = (text: string) => overview.discreet(name, text);
  return {
    ...view,
    lastExit: lastExit && { ...lastExit, message: hide(lastExit.message), brief: hide(lastExit.brief) },
    error: error && { ...error, message: hide(error.message) },
    statusText: statusText === null ? null : hide(statusText),
  };
}
