// The control centre over HTTP, where the daemon's config asks for it: opened, moved and closed as that says.
import { createServer, type Server } from 'node:http';
import type { CentreSettings } from '../../config/centre.ts';
import { addressText, isLoopback } from '../../config/listening.ts';
import { placeOf } from '../../config/problems/format.ts';
import type { EmperorApi } from '../../emperor/view.ts';
import { listen } from '../listen.ts';
import { Attempts } from './attempts.ts';
import { Connections } from './connections.ts';
import { Desk } from './desk.ts';
import { SessionCookie, Token } from './token.ts';
import { readToken } from './token-file.ts';

export type CentreLog = (level: 'info' | 'warn', message: string, vassal: string) => void;

/** Node's own timer for slow clients would wake an idle daemon. */
const NEVER_MS = 2 ** 31 - 1;
const LIMITS = { most: 64, requestMs: 10_000, answerMs: 30_000 } as const;
const MOST_HEADERS = 8192;

interface Open {
  readonly where: string;
  readonly server: Server;
}

export class Centre {
  readonly #api: EmperorApi;
  readonly #log: CentreLog;
  readonly #attempts = new Attempts();
  #open: Open | undefined;
  #desk: Desk | undefined;

  constructor(api: EmperorApi, log: CentreLog) {
    this.#api = api;
    this.#log = log;
  }

  /** Throws an Error that says all when it cannot be had; what was open before stays as it is then. */
  async apply(settings: CentreSettings | undefined): Promise<void> {
    if (settings === undefined) return this.#close();
    const where = addressText(settings.address.value);
    const desk = await this.#deskFor(settings);
    if (this.#open?.where !== where) await this.#move(settings, where);
    this.#desk = desk;
    this.#say(settings, where);
  }

  async #deskFor({ address, token, readOnly, hosts }: CentreSettings): Promise<Desk> {
    const word = token && (await readToken(token, (message) => this.#log('warn', message, '')));
    return new Desk({
      api: this.#api,
      log: this.#log,
      attempts: this.#attempts,
      token: word === undefined ? undefined : new Token(word),
      cookie: new SessionCookie(address.value.port),
      readOnly,
      hosts,
    });
  }

  async #move({ address: { value, at } }: CentreSettings, where: string): Promise<void> {
    const server = createServer({
      connectionsCheckingInterval: NEVER_MS,
      requestTimeout: 0,
      headersTimeout: 0,
      maxHeaderSize: MOST_HEADERS,
    });
    const connections = new Connections(server, LIMITS);
    server.on('request', (request, response) => {
      connections.begin(request, response);
      void this.#desk?.answer(request, response);
    });
    await listen(server, value, `${placeOf(at)}: http ${where}`);
    server.on('error', (error) => this.#log('warn', `http ${where}: ${error.message}`, ''));
    await this.#close();
    this.#open = { where, server };
  }

  #say({ address, token, readOnly }: CentreSettings, where: string): void {
    this.#log('info', `control centre on http://${where}/${readOnly ? ', read only' : ''}`, '');
    if (token === undefined && isLoopback(address.value.host)) {
      const what = readOnly ? 'see it' : 'see it and stop vassals';
      this.#log(
        'warn',
        `http ${where}: every user and every vassal of this machine may ${what}; see http-token`,
        '',
      );
    }
  }

  async #close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    await new Promise<void>((resolve) => {
      open.server.close(() => resolve());
      open.server.closeAllConnections();
    });
  }
}
