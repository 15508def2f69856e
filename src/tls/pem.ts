/** One `-----BEGIN LABEL-----` block of a file (RFC 7468). */
export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY` … */
  readonly label: string;
  /** With its first and last line, without what stands around it. */
  readonly text: string;
}

/** Every whole block of a text, in order; anything between blocks is a comment. */
export function pemBlocks(text: string): readonly PemBlock[] {
  const pattern = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;
  return [...text.matchAll(pattern)].map((match) => ({ label: match[1] ?? '', text: `${match[0]}\n` }));
}

/** Writes bytes as a block, 64 characters a line. */
export function pemBlock(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
