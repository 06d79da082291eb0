// The web app of the benchmarks: serves on the socket that it is given, or else on the port that it is told; says on descriptor 9
// when it does, and finishes what it has begun when it is asked to end.
import { writeSync } from 'node:fs';
import { createServer } from 'node:http';

const READY = 9;
const where = process.env.LISTEN_FDS ? { fd: 3 } : { host: '127.0.0.1', port: Number(process.argv[2]) };
const server = createServer((_, response) => response.end('served\n'));
process.on('SIGTERM', () => server.close());
server.listen(where, () => writeSync(READY, 'up\n'));
