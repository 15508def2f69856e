import { createServer } from 'node:net';
import { activatedSockets } from '../../src/service/activation.js';

// A program as systemd starts it: answers each connection with what it was started with.
const sockets = activatedSockets(process.env);
const left = Object.keys(process.env).filter((name) => name.startsWith('LISTEN_'));
for (const { fd } of sockets) {
  createServer((socket) => socket.end(JSON.stringify({ sockets, left }))).listen({ fd });
}
