/** What tests use of the v1 side of the npm package `docker-registry-client` 3.4, which comes without types. */
declare module 'docker-registry-client' {
  import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http';

  export interface ClientOptions {
    /** `HOST:PORT/NAME`. */
    readonly name: string;
    /** By default `http` for localhost. */
    readonly scheme?: string;
    readonly username?: string;
    readonly password?: string;
    readonly agent?: Agent | boolean;
    readonly log?: object;
  }

  export interface LoginOptions {
    /** `https://HOST:PORT`. */
    readonly index: string;
    readonly username: string;
    readonly password: string;
    readonly email: string;
    readonly agent?: Agent | boolean;
    readonly log?: object;
  }

  type Answer<Value> = (error: Error | null | undefined, value: Value, response: IncomingMessage) => void;

  export interface ClientV1 {
    readonly version: 1;
    ping(answer: Answer<unknown>): void;
    search(options: { readonly term: string }, answer: Answer<SearchHits>): void;
    listRepoImgs(answer: Answer<readonly { readonly id: string }[]>): void;
    listRepoTags(answer: Answer<Readonly<Record<string, string>>>): void;
    getImgId(options: { readonly tag: string }, answer: Answer<string>): void;
    getImgAncestry(options: { readonly imgId: string }, answer: Answer<readonly string[]>): void;
    getImgJson(options: { readonly imgId: string }, answer: Answer<{ readonly id: string }>): void;
    getImgLayerStream(
      options: { readonly imgId: string },
      answer: (error: Error | null | undefined, stream: LayerStream) => void,
    ): void;
    close(): void;
  }

  export interface SearchHits {
    readonly num_results: number;
    readonly results: readonly { readonly name: string }[];
  }

  export interface LayerStream extends IncomingMessage {
    readonly headers: IncomingHttpHeaders;
  }

  const client: {
    createClientV1(options: ClientOptions): ClientV1;
    loginV1(options: LoginOptions, answer: Answer<{ readonly status: string }>): void;
  };
  export default client;
}
