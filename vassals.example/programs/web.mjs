// A web server on the unix socket $SOCKET that tells what it sees of the world.
import { readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';

const socket = process.env.SOCKET;

// Left by an instance that was killed: it would keep us from listening.
rmSync(socket, { force: true });

const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(`${JSON.stringify(view())}\n`);
});

server.listen(socket, () => console.log(`listening on ${socket}`));

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
