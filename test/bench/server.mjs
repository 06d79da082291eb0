// The web app of the benchmarks: serves on the socket that it is given, or else on the port that it is told; says on descriptor 9
// when it does, and finishes what it has begun when it is asked to end.
import { writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { Server } from 'node:net';

const READY = 9;
const where = process.env.LISTEN_FDS ? { fd: 3 } : { host: '127.0.0.1', port: Number(process.argv[2]) };
const server = createServer((_, response) => response.end('served\n'));
// That of HTTP hangs up on those who have not asked yet, from Node 26 on.
process.on('SIGTERM', () => Server.prototype.close.call(server));
server.listen(where, () => writeSync(READY, 'up\n'));
