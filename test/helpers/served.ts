// Servers that take descriptor 3 for their socket, as files beside the vassals, and who asks them.
import { execFile } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';

/** Lines of a vassal's command that need `SERVERS` among the files of the daemon. */
export const PYTHON = 'command = python3 -u %dserver.py';
export const NODE = 'command = node %dserver.mjs';

/** python3's http.server, and node's. `GET /slow` is never answered. */
export const SERVERS = {
  'server.py': `import http.server, os, socket, time
print('has', os.environ['LISTEN_FDS'], os.environ['LISTEN_FDNAMES'], os.environ['LISTEN_PID'] == str(os.getpid()), flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def address_string(self): return 'somebody'
    def log_message(self, *args): pass
    def do_GET(self):
        if self.path == '/slow': time.sleep(1000)
        self.send_response(200); self.end_headers(); self.wfile.write(b'python %d' % os.getpid())
server = http.server.ThreadingHTTPServer(('', 0), Handler, bind_and_activate=False)
server.socket = socket.socket(fileno=3)
server.serve_forever()
`,
  'server.mjs': `import { createServer } from 'node:http';
const server = createServer((_request, response) => response.end('node ' + process.pid));
server.listen({ fd: 3 });
process.on('SIGTERM', () => { server.close(); server.closeIdleConnections(); });
`,
} as const;

/** Of a path, or of a port and an address. */
function target(address: string): { path: string } | { host: string; port: number } {
  if (address.startsWith('/')) return { path: address };
  const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  return { host, port: Number(port) };
}

/** Resolves when it is connected; rejects with the error. */
export function connection(address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(target(address), () => resolve(socket));
    socket.on('error', reject);
  });
}

/** The body of the answer to one request, empty when the connection ended before. */
export async function ask(address: string, path = '/'): Promise<string> {
  const socket = await connection(address);
  return new Promise((resolve, reject) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('close', () => resolve(text.split('\r\n\r\n')[1] ?? ''));
    socket.on('error', reject);
    socket.write(`GET ${path} HTTP/1.0\r\n\r\n`);
  });
}

/** As `ask` for `@NAME`: this Node takes the rest of the sockaddr for a part of the name. */
export async function askAbstract(address: string): Promise<string> {
  const script = `import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect('\\0' + sys.argv[1]); s.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')
print(b''.join(iter(lambda: s.recv(4096), b'')).decode(), end='')`;
  const { stdout } = await promisify(execFile)('python3', ['-c', script, address.slice(1)]);
  return stdout.split('\r\n\r\n')[1] ?? '';
}

/** The code of the error of a connection that is refused. */
export function refusal(address: string): Promise<string> {
  return connection(address).then(
    (socket) => {
      socket.destroy();
      return 'connected';
    },
    (error: NodeJS.ErrnoException) => error.code ?? '',
  );
}
