/** The media types of manifests that this registry knows by name. */
export const MediaType = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerSchema1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerSchema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
} as const;

// A manifest is served with the type it claims, so a claim of text/html must not turn a manifest into a web page.
const MANIFEST = /^application\/[A-Za-z0-9][A-Za-z0-9.+_-]{0,120}$/;
const FOREIGN =
  /^application\/vnd\.(?:docker\.image\.rootfs\.foreign\.|oci\.image\.layer\.nondistributable\.)/;

/** Tells whether a manifest may be kept and served under this type. */
export function isManifestMediaType(text: string): boolean {
  return MANIFEST.test(text);
}

/** Tells whether a layer of this type is fetched from elsewhere and need not be in the registry. */
export function isForeignLayer(mediaType: string): boolean {
  return FOREIGN.test(mediaType);
}

/** Drops the parameters of a `Content-Type` (RFC 9110 §8.3.1) and lower-cases the rest; empty when there is none. */
export function withoutParameters(contentType: string | undefined): string {
  if (contentType === undefined) return '';
  const end = contentType.indexOf(';');
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}
