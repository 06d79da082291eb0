// The page's own files: a fixed list, so that no path leads anywhere else, read once.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { CENTRE_PATH } from '../../system/paths.ts';
import { PAGE_HEADERS } from './headers.ts';

const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

/** By the paths that they are asked for. */
const ASSETS: ReadonlyMap<string, { readonly file: string; readonly type: string }> = new Map([
  ['/', { file: 'index.html', type: 'text/html; charset=utf-8' }],
  ['/page/icon.svg', { file: 'icon.svg', type: 'image/svg+xml' }],
  ...['base', 'frame', 'table', 'vassal', 'narrow'].map(
    (name) => [`/page/${name}.css`, { file: `${name}.css`, type: STYLE }] as const,
  ),
  ...[
    'actions',
    'banner',
    'chart',
    'config',
    'connection',
    'dom',
    'keys',
    'list',
    'log',
    'login',
    'main',
    'place',
    'plan',
    'row',
    'select',
    'store',
    'vassal',
    'words',
  ].map((name) => [`/page/${name}.js`, { file: `${name}.js`, type: SCRIPT }] as const),
]);

interface Loaded {
  readonly bytes: Buffer;
  readonly tag: string;
}

const LOADED = new Map<string, Promise<Loaded>>();

export const ASSET_PATHS: readonly string[] = [...ASSETS.keys()];

/** False: it is none of them. */
export async function sendAsset(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const asset = ASSETS.get(path);
  if (asset === undefined) return false;
  const { bytes, tag } = await load(asset.file);
  for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
  response.setHeader('cache-control', 'no-cache');
  response.setHeader('etag', tag);
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304).end();
    return true;
  }
  response.writeHead(200, { 'content-type': asset.type, 'content-length': bytes.length });
  response.end(bytes);
  return true;
}

async function load(file: string): Promise<Loaded> {
  const loaded = LOADED.get(file) ?? readAsset(file);
  LOADED.set(file, loaded);
  try {
    return await loaded;
  } catch (error) {
    LOADED.delete(file);
    throw error;
  }
}

async function readAsset(file: string): Promise<Loaded> {
  const bytes = await readFile(join(CENTRE_PATH, file));
  return { bytes, tag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` };
}
