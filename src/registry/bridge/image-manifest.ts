import { Digest } from '../model/digest.js';
import { MediaType } from '../model/media-type.js';
import type { ImageDescription } from './image-description.js';

/*
 * Images are made in docker's schema 2, whose types docker since 1.10, containerd, podman and skopeo all read, also for
 * layers that are not compressed; engines of the time of v1 do not know those of OCI.
 */

const CONFIG = 'application/vnd.docker.container.image.v1+json';
const PLAIN_LAYER = 'application/vnd.docker.image.rootfs.diff.tar';
const GZIP_LAYER = `${PLAIN_LAYER}.gzip`;

/** The content of a layer as it is pulled. */
export interface LayerContent {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Of the tar. */
  readonly diffId: Digest;
  readonly compression: 'none' | 'gzip';
}

/** One image of an ancestry. */
export interface Generation {
  readonly description: ImageDescription;
  /** undefined: it has nothing in it. */
  readonly layer: LayerContent | undefined;
}

/** A manifest and the config that it names. */
export interface MadeImage {
  readonly config: Buffer;
  readonly configDigest: Digest;
  readonly manifest: Buffer;
  readonly digest: Digest;
}

function object(fields: Readonly<Record<string, string | undefined>>): string {
  const written = Object.entries(fields).filter(([, value]) => value !== undefined);
  return `{${written.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

function text(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : JSON.stringify(value);
}

/** An entry of the history (OCI Image §Config). */
export function historyEntry({ description, layer }: Generation): string {
  return object({
    author: text(description.author),
    comment: text(description.comment),
    created: text(description.created),
    created_by: text(description.createdBy),
    empty_layer: layer === undefined ? 'true' : undefined,
  });
}

function configText(
  top: ImageDescription,
  history: readonly string[],
  layers: readonly LayerContent[],
): string {
  return object({
    architecture: text(top.architecture),
    author: text(top.author),
    config: top.config ?? '{}',
    container: text(top.container),
    container_config: top.containerConfig,
    created: text(top.created),
    docker_version: text(top.dockerVersion),
    history: `[${history.join(',')}]`,
    os: text(top.os),
    rootfs: object({ diff_ids: JSON.stringify(layers.map(({ diffId }) => `${diffId}`)), type: '"layers"' }),
  });
}

/**
 * Makes manifest and config of an image. The same source always yields the same bytes.
 *
 * @param history of the whole ancestry, the base first. @param layers those that are not empty, the base first.
 */
export function makeImage(
  top: ImageDescription,
  history: readonly string[],
  layers: readonly LayerContent[],
): MadeImage {
  const config = Buffer.from(configText(top, history, layers));
  const configDigest = Digest.of(config);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MediaType.dockerManifest,
      config: { mediaType: CONFIG, size: config.length, digest: `${configDigest}` },
      layers: layers.map(({ digest, size, compression }) => ({
        mediaType: compression === 'gzip' ? GZIP_LAYER : PLAIN_LAYER,
        size,
        digest: `${digest}`,
      })),
    }),
  );
  return { config, configDigest, manifest, digest: Digest.of(manifest) };
}
