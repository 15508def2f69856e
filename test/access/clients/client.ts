import type { TestContext } from 'node:test';
import type { TestGateway } from '../../harness/gateway.js';
import type { ProgramResult } from '../../harness/program.js';

/** What clients work with in a test. */
export interface Place {
  readonly gateway: TestGateway;
  /** `localhost:PORT` */
  readonly host: string;
  /** An OCI layout with an image under the tag `a`. */
  readonly layout: string;
}

/** A program that talks to registries, and how it is told to do so. Names are without the host. */
export interface Client {
  readonly name: string;
  /** @param password of the test user; undefined: without credentials */
  pull(name: string, password: string | undefined): Promise<ProgramResult>;
  push(name: string, password: string): Promise<ProgramResult>;
  /** Undefined for programs that have no such command. */
  readonly login?: (password: string) => Promise<ProgramResult>;
  readonly remove?: (name: string, password: string) => Promise<ProgramResult>;
}

/** Makes a client ready; a sentence when it cannot run here. */
export type OpenClient = (test: TestContext, place: Place) => Promise<Client | string>;
