// A daemon with a control centre over HTTP, and plain requests to it that say what a browser would not let them.
import { request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { type EmperorOptions, emperor, type TestEmperor } from './emperor.ts';

export const TOKEN = '0123456789abcdef-token';
export const BEARER = { authorization: `Bearer ${TOKEN}` };

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export class TestCentre {
  readonly port: number;

  constructor(port: number) {
    this.port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  async ask(
    path: string,
    headers: Readonly<Record<string, string>> = {},
    method = 'GET',
    body = '',
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const call = request(
        { port: this.port, host: '127.0.0.1', method, path, headers, agent: false },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
            // Streams have no end.
            if (response.headers['content-type'] === 'text/event-stream' && text.includes('event: end'))
              done();
          });
          const done = () => {
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
            call.destroy();
          };
          response.on('end', done);
        },
      );
      call.on('error', reject);
      call.end(body);
    });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function centre(
  options: EmperorOptions,
  ...args: string[]
): Promise<{ daemon: TestEmperor; centre: TestCentre }> {
  const port = await freePort();
  const daemon = await emperor({ ...options, args: [`--http=127.0.0.1:${port}`, ...args] });
  return { daemon, centre: new TestCentre(port) };
}
