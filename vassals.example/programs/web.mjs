// A web server on the socket that it is handed, or on the unix socket $SOCKET, that tells what it sees of the world.
import { readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';

const handed = process.env.LISTEN_FDS !== undefined;
const socket = process.env.SOCKET;

// Left by an instance that was killed: it would keep us from listening.
if (!handed) rmSync(socket, { force: true });

const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(`${JSON.stringify(view())}\n`);
});

server.listen(handed ? { fd: 3 } : socket, () =>
  console.log(`listening on ${handed ? 'descriptor 3' : socket}`),
);

process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});

function view() {
  return {
    hostname: hostname(),
    pid: process.pid,
    processes: readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number),
    interfaces: Object.keys(networkInterfaces()),
    uid: process.getuid(),
  };
}
