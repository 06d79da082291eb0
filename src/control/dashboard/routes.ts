// What the control centre asks besides what all others do, and its page itself.
import type { Call, Route } from '../routes.ts';
import { send } from '../send.ts';
import { ASSET_PATHS, sendAsset } from './assets.ts';
import type { Session } from './session.ts';
import { Viewer } from './viewer.ts';

export const CENTRE_ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/v1\/overview$/, answer: ({ api, response }) => void new Viewer(api, response) },
  { method: 'GET', path: /^\/v1\/vassals\/([^/]+)\/config$/, answer: config },
  { method: 'GET', path: /^\/v1\/vassals\/([^/]+)\/plan$/, answer: plan },
  { method: 'GET', path: /^\/v1\/session$/, answer: session },
  ...ASSET_PATHS.map(
    (path): Route => ({
      method: 'GET',
      path: new RegExp(`^${path.replaceAll('.', '\\.')}$`),
      answer: async ({ request, response }) => void (await sendAsset(path, request, response)),
    }),
  ),
];

function config({ api, response, words: [name = ''] }: Call): void {
  const page = api.overview.config(name);
  if (page) send(response, 200, page);
  else refuseName(response, name);
}

function plan({ api, response, words: [name = ''] }: Call): void {
  const page = api.overview.plan(name);
  if (page === undefined) refuseName(response, name);
  else send(response, 200, page);
}

/** Of the control socket, which is root's. */
function session({ response }: Call): void {
  const body: Session = { known: true, hasLogin: false, readOnly: false, why: null };
  send(response, 200, body);
}

function refuseName(response: Call['response'], name: string): void {
  send(response, 404, { error: { code: 'no-such-vassal', message: `no such vassal: ${name}` } });
}
