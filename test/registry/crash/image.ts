/** What a descriptor says of some content. */
export interface Content {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

const OCI = 'application/vnd.oci.image';

/** The media type of image manifests. */
export const IMAGE = `${OCI}.manifest.v1+json`;

/** The media type of indexes. */
export const INDEX = `${OCI}.index.v1+json`;

/** An OCI image manifest: the first blob is its config, the others are its layers. */
export function imageOf([config, ...layers]: readonly Content[], more: object = {}): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: IMAGE,
    config: { mediaType: `${OCI}.config.v1+json`, ...config },
    layers: layers.map((layer) => ({ mediaType: `${OCI}.layer.v1.tar+gzip`, ...layer })),
    ...more,
  });
}

/** An OCI index over manifests. */
export function indexOf(manifests: readonly Content[], more: object = {}): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: manifests.map((manifest) => ({ mediaType: IMAGE, ...manifest })),
    ...more,
  });
}
