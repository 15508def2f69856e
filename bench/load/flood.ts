import { connect, type TLSSocket } from 'node:tls';

/**
 * A program of its own: connections that send one wrong password after the other, each another one, as fast as they are
 * answered. Arguments: port, path, user, number of connections, and from where. With `one` all come from one address. With
 * `many` a connection is given up after eight answers for one from an address not seen before: nothing that counts by address
 * gets to know it. `names` is the same with a user's name that is new each time, so that nothing can count by user either.
 *
 * It ends with its standard input, and then prints how many answers of each status came, as JSON.
 */
const [port, path, user, connections, origin] = process.argv.slice(2);
const ANSWERS_FROM_ONE_ADDRESS = 8;
const movesOn = origin !== 'one';

const statuses: Record<string, number> = {};
const seed = process.pid * 1_000_003;
let passwords = 0;
let address = (process.pid * 512) % 4_000_000;
let ended = false;

/** Addresses of 127.64.0.0/10, one after the other. */
function nextAddress(): string {
  address = (address + 1) % 4_194_304;
  return `127.${64 + (address >> 16)}.${(address >> 8) & 255}.${address & 255}`;
}

function request(): string {
  passwords += 1;
  const name = origin === 'names' ? `${user}-${seed}-${passwords}` : user;
  const credentials = Buffer.from(`${name}:wrong-${seed}-${passwords}`).toString('base64');
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Basic ${credentials}\r\n\r\n`;
}

function open(): void {
  let received = '';
  let answers = 0;
  const socket: TLSSocket = connect({
    host: '127.0.0.1',
    port: Number(port),
    rejectUnauthorized: false,
    // The option is that of net.connect, to which it is handed on.
    ...(movesOn ? { localAddress: nextAddress() } : {}),
  });
  socket.setEncoding('latin1');
  socket.once('secureConnect', () => socket.write(request()));
  socket.on('data', (text: string) => {
    received += text;
    const length = wholeAnswer(received);
    if (length === undefined) return;
    const status = received.slice(9, 12);
    statuses[status] = (statuses[status] ?? 0) + 1;
    const closes = /\r\nconnection: close\r\n/i.test(received);
    received = received.slice(length);
    answers += 1;
    if (closes || (movesOn && answers >= ANSWERS_FROM_ONE_ADDRESS)) socket.destroy();
    else socket.write(request());
  });
  socket.on('error', () => {
    statuses['failed'] = (statuses['failed'] ?? 0) + 1;
  });
  socket.once('close', () => {
    if (!ended) setImmediate(open);
  });
}

/** Length of the answer when all of it is there. Refusals state their length. */
function wholeAnswer(text: string): number | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const length = end + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
  return text.length >= length ? length : undefined;
}

for (let index = 0; index < Number(connections); index += 1) open();
process.stdin.resume().once('end', () => {
  ended = true;
  process.stdout.write(JSON.stringify(statuses), () => process.exit());
});
