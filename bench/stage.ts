import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../test/harness/free-port.js';
import { type Certificate, makeCertificate } from './fixture/certificate.js';
import { type Identity, makeIdentity } from './fixture/identity.js';
import { type Image, makeImage } from './fixture/image.js';
import { Children } from './machine/children.js';
import { type Service, startService } from './machine/service.js';
import type { Options } from './options.js';

/** What a server is told of where it runs. */
export interface Place {
  readonly port: number;
  /** Directory of its own. */
  readonly directory: string;
}

/** The programs and files of one run of the bench, and the one place where they are taken away again. */
export class Stage {
  /** Root of the checkout. */
  readonly root: string;
  readonly options: Options;
  readonly children = new Children();
  readonly directory = mkdtempSync(join(tmpdir(), 'dockgate-bench-'));
  #image: Image | undefined;
  #identity: Identity | undefined;
  #certificate: Certificate | undefined;
  readonly #missing = new Set<string>();
  #services = 0;

  constructor(root: string, options: Options) {
    this.root = root;
    this.options = options;
  }

  /** Makes the image, the user and the certificate. */
  async prepare(): Promise<void> {
    this.#image = makeImage(this.directory, this.options.blobBytes);
    this.#identity = await makeIdentity(this.children, this.directory);
    this.#certificate = await makeCertificate(this.children, this.directory);
  }

  get image(): Image {
    return prepared(this.#image);
  }

  get identity(): Identity {
    return prepared(this.#identity);
  }

  get certificate(): Certificate {
    return prepared(this.#certificate);
  }

  /** Says what is being done, for who waits. */
  say(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** Notes what is left out and why. */
  miss(sentence: string): void {
    if (this.#missing.has(sentence)) return;
    this.#missing.add(sentence);
    this.say(`left out: ${sentence}`);
  }

  /** What was left out. */
  get missing(): readonly string[] {
    return [...this.#missing];
  }

  /** Starts a server on a free port. The function gets the place and returns the command line. */
  async serve(
    name: string,
    commandLine: (place: Place) => readonly [string, ...string[]],
    environment?: NodeJS.ProcessEnv,
  ): Promise<Service> {
    this.#services += 1;
    const directory = join(this.directory, `${this.#services}-${name}`);
    mkdirSync(directory);
    const port = await freePort();
    const [command, ...args] = commandLine({ port, directory });
    return startService(this.children, {
      command,
      args,
      port,
      directory,
      log: join(directory, 'output.log'),
      ...(environment === undefined ? {} : { environment }),
    });
  }

  /** Ends every process and removes every file. */
  async clear(): Promise<void> {
    await this.children.endAll();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Writes a configuration file into a server's directory. @returns its path */
export function writeConfiguration(place: Place, name: string, text: string): string {
  const path = join(place.directory, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

function prepared<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the stage has not been prepared');
  return value;
}
