/** Ways of summing up an archive without regard to the order of its files; `dev` is what `v1` was called before. */
export type TarSumVersion = 'tarsum' | 'tarsum.v1' | 'tarsum.dev';

/** A checksum of that kind, as clients send it. */
export interface TarSum {
  readonly version: TarSumVersion;
  /** `tarsum.v1+sha256:<64 hex>`. */
  readonly text: string;
}

const PATTERN = /^(tarsum(?:\.v1|\.dev)?)\+sha256:[a-f0-9]{64}$/;

/** Reads `tarsum+sha256:<64 hex>`, `tarsum.v1+sha256:…` or `tarsum.dev+sha256:…`; undefined for everything else. */
export function parseTarSum(text: string): TarSum | undefined {
  const version = PATTERN.exec(text)?.[1];
  return version === undefined ? undefined : { version: version as TarSumVersion, text };
}
