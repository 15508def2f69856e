const OLD_ENGINE = /^docker\/1\.5(?:\.\S*)?(?:\s|$)/;

/**
 * Whether a `User-Agent` is that of docker 1.5, whose pushes through `/v2/` no registry of today understands. It uses the
 * v1 API where `/v2/` is not there, and only then.
 */
export function wantsV1Only(userAgent: string): boolean {
  return OLD_ENGINE.test(userAgent);
}
