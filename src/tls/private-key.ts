import { createPrivateKey, type KeyObject } from 'node:crypto';
import { weaknessOf } from './key-pair.js';
import { fileProblem } from './pair-problem.js';
import { pemBlocks } from './pem.js';

/**
 * Reads the private key of a PEM file. What is wrong with it is said without showing any of it.
 * @throws ConfigurationError with a sentence that names the file and what to do.
 */
export function parsePrivateKey(bytes: Buffer, file: string): KeyObject {
  const blocks = pemBlocks(bytes.toString('latin1'));
  const block = blocks.find((candidate) => candidate.label.endsWith('PRIVATE KEY'));
  if (block === undefined) throw fileProblem(file, explainNoKey(bytes, blocks[0]?.label));
  if (block.label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type:.*ENCRYPTED/m.test(block.text)) {
    const message =
      'the private key is protected by a password, which nobody can type while dockgate starts. Write it without: `openssl pkey -in FILE -out NEW`, and keep NEW at mode 0600.';
    throw fileProblem(file, message);
  }
  const key = parseBlock(block.text, file);
  const weakness = weaknessOf(key);
  if (weakness !== undefined) throw fileProblem(file, `the private key cannot be used: ${weakness}.`);
  return key;
}

function parseBlock(text: string, file: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    // The cause stays out: OpenSSL's particulars say nothing that helps.
    const message =
      'the private key is damaged: its PEM text does not decode. Copy it again, or make a new one.';
    throw fileProblem(file, message);
  }
}

function explainNoKey(bytes: Buffer, label: string | undefined): string {
  if (label?.endsWith('CERTIFICATE') === true) {
    return 'holds a certificate, but a private key is needed. Are certificate and key exchanged?';
  }
  if (label !== undefined) return `holds "${label}", but a private key is needed.`;
  if (bytes.length === 0) return 'is empty, but a private key in PEM is needed.';
  if (bytes[0] === 0x30) {
    return 'is not PEM but binary (DER or PKCS #12). Convert it: `openssl pkey -inform der -in FILE -out FILE.pem`, or `openssl pkcs12 -in FILE -nocerts -nodes -out FILE.pem`.';
  }
  return 'is not PEM, or cut off: it holds no whole "-----BEGIN PRIVATE KEY-----" block.';
}
