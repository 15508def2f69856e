import { connect } from 'node:net';

/** Milliseconds for the whole answer. */
const LONGEST_WAIT = 5_000;
/** Bytes of the whole answer; a status has a few thousand. */
const LARGEST = 4 * 1024 * 1024;

/** What the running gateway said. */
export interface ControlAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Asks the running gateway something over its control socket: one `GET` in HTTP/1.0 (RFC 1945 §5), which is answered with
 * the body as it is and the end of the connection.
 *
 * @throws {Error} a sentence without a full stop, such as "nothing listens on /run/dockgate/control.sock"
 */
export async function askControl(socketPath: string, path: string): Promise<ControlAnswer> {
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(socketPath);
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => {
      socket.destroy(new Error(`nothing came from ${socketPath} within ${LONGEST_WAIT / 1000} s`));
    }, LONGEST_WAIT);
    socket.on('connect', () => socket.write(`GET ${path} HTTP/1.0\r\nHost: dockgate\r\n\r\n`));
    socket.on('data', (chunk) => {
      size += chunk.length;
      if (size > LARGEST) socket.destroy(new Error(`${socketPath} sends too much: it is not dockgate's`));
      else chunks.push(chunk);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => reject(explained(error, socketPath)));
    socket.on('end', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('close', () => clearTimeout(timer));
  });
  const match = /^HTTP\/1\.[01] (\d{3})\b.*?\r\n\r\n(.*)$/s.exec(text);
  if (match === null) throw new Error(`what answers on ${socketPath} does not speak HTTP`);
  return { status: Number(match[1]), body: match[2] ?? '' };
}

function explained(error: NodeJS.ErrnoException, socketPath: string): Error {
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') {
    return new Error(`nothing listens on ${socketPath}`, { cause: error });
  }
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new Error(`only root and the user of the service may use ${socketPath}`, { cause: error });
  }
  return error.code === undefined ? error : new Error(`${socketPath}: ${error.code}`, { cause: error });
}
