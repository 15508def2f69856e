import { createReadStream, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join, normalize } from 'node:path';

/**
 * A program of its own: an upstream that costs as little as it can. It reads bodies and drops them, makes up blobs of
 * any length under `/made/BYTES`, and serves the files of a site when it has to stand in for nginx.
 *
 * Arguments: port, root of the site. It ends with its standard input.
 */
const [port, site] = process.argv.slice(2);
const piece = Buffer.alloc(262_144, 'dockgate');

function makeUp(response: ServerResponse, bytes: number): void {
  let left = bytes;
  const write = (): void => {
    while (left > 0) {
      const chunk = left < piece.length ? piece.subarray(0, left) : piece;
      left -= chunk.length;
      if (!response.write(chunk)) {
        response.once('drain', write);
        return;
      }
    }
    response.end();
  };
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes });
  write();
}

const manifests = new Map<string, Buffer>();

function serveFile(response: ServerResponse, path: string): void {
  if (site === undefined) {
    response.writeHead(404).end();
    return;
  }
  const file = join(site, normalize(path));
  if (path.includes('/blobs/')) {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    createReadStream(file, { highWaterMark: 262_144 }).pipe(response);
    return;
  }
  const known = manifests.get(path) ?? readFileSync(file);
  manifests.set(path, known);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': known.length }).end(known);
}

const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => {
  const path = request.url ?? '/';
  const made = /^\/made\/(\d+)$/.exec(path)?.[1];
  if (request.method !== 'GET') {
    request.resume();
    request.once('end', () => response.writeHead(201, { 'content-length': 0 }).end());
  } else if (made !== undefined) {
    makeUp(response, Number(made));
  } else {
    serveFile(response, path);
  }
});
server.listen(Number(port), '127.0.0.1');
process.stdin.resume().once('end', () => process.exit());
