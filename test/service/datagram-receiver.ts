import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { until } from '../harness/until.js';

// Node has no such sockets. Each datagram becomes a line of hexadecimal digits.
const RECEIVE = `
  my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die $!;
  $| = 1;
  print "\\n";
  while (defined $socket->recv(my $text, 65536)) { print unpack("H*", $text), "\\n" }
`;

/** A socket like systemd's, and what came to it. */
export interface DatagramReceiver {
  readonly path: string;
  /** Assignments of each message; systemd-notify's own barriers are left out. */
  readonly messages: readonly (readonly string[])[];
  /** Waits until so many messages are there. */
  received(count: number): Promise<void>;
}

/** Opens a datagram socket in a directory of the test's own. */
export async function openDatagramReceiver(test: TestContext): Promise<DatagramReceiver> {
  const path = join(temporaryDirectory(test), 'notify');
  const child: ChildProcess = spawn('perl', ['-MIO::Socket::UNIX', '-MSocket', '-e', RECEIVE, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  afterwards(test, () => child.kill());
  const messages: (readonly string[])[] = [];
  let isOpen = false;
  if (child.stdout === null) throw new Error('the receiver has no output');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === '') isOpen = true;
    else {
      const assignments = Buffer.from(line, 'hex').toString().split('\n').filter(Boolean);
      if (assignments[0] !== 'BARRIER=1') messages.push(assignments);
    }
  });
  await until(() => isOpen, 'perl opens a datagram socket');
  return {
    path,
    messages,
    received: (count) => until(() => messages.length >= count, `${count} messages have come`),
  };
}
