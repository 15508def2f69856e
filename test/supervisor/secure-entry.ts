import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { WorkerLink } from '../../src/supervisor/worker-link.js';

/** A worker that answers requests over TLS with the number of its process; the files of its pair are its words. */
const [, certificate = '', key = ''] = process.argv.slice(2);

let server: Server | undefined;

new WorkerLink({
  async start({ ticketKeys }) {
    server = createServer(
      { cert: readFileSync(certificate), key: readFileSync(key), ticketKeys },
      (_, response) => response.end(String(process.pid)),
    );
  },
  connection: (socket) => server?.emit('connection', socket),
  prepare: async () => undefined,
  commit: () => undefined,
  discard: () => undefined,
  useTicketKeys: (keys) => server?.setTicketKeys(keys),
  reopen: async () => undefined,
  metrics: () => undefined,
  drain: async () => undefined,
  abort: async () => undefined,
});
