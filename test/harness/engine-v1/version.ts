/** Versions of the engine whose ways differ. */
export type EngineVersion = '1.0.0' | '1.3.0' | '1.5.0';

/** In what a version differs from the others, as far as a registry can see. */
export interface EngineWays {
  /** What it calls itself in most requests. */
  readonly userAgent: string;
  /** Whether `GET /v2/` is tried first. */
  readonly triesV2: boolean;
  /** Whether a HEAD comes before the GET of a layer. */
  readonly looksFirst: boolean;
  /** Whether it asks for all images of a push before it sends the first of them. */
  readonly looksUpAll: boolean;
}

/** What Go's own client calls itself: the first request of a login, and pings of old engines. */
export const GO_USER_AGENT = 'Go 1.1 package http';

const KERNEL = 'kernel/3.13.0-24-generic os/linux arch/amd64';

/** The ways of each version. */
export const ENGINES: Readonly<Record<EngineVersion, EngineWays>> = {
  '1.0.0': {
    userAgent: `docker/1.0.0 go/go1.2.1 git-commit/63fe64c ${KERNEL}`,
    triesV2: false,
    looksFirst: true,
    looksUpAll: false,
  },
  '1.3.0': {
    userAgent: `docker/1.3.0 go/go1.3.3 git-commit/c78088f ${KERNEL}`,
    triesV2: false,
    looksFirst: false,
    looksUpAll: true,
  },
  '1.5.0': {
    userAgent: `docker/1.5.0 go/go1.4.1 git-commit/a8a31ef ${KERNEL}`,
    triesV2: true,
    looksFirst: false,
    looksUpAll: true,
  },
};
