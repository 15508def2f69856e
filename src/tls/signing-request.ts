import { createPublicKey, type KeyObject } from 'node:crypto';
import { commonNameFor, distinguishedName } from './certificate.js';
import {
  bitString,
  bitsOf,
  content,
  decode,
  dotted,
  type Element,
  encode,
  hasTag,
  integer,
  members,
  objectIdentifier,
  sequence,
  set,
  wrapped,
} from './der.js';
import { alternativeNames, findExtension } from './extension.js';
import { type KeyPair, weaknessOf } from './key-pair.js';
import { objectIdentifiers } from './object-identifiers.js';
import { fileProblem } from './pair-problem.js';
import { pemBlock, pemBlocks } from './pem.js';
import { signatureAlgorithm, signBytes, verifyBytes } from './signature.js';
import { addressText, parseSubjectNames, type SubjectName } from './subject-name.js';

/** What an authority needs from a request. */
export interface SigningRequest {
  readonly publicKey: KeyObject;
  /** From the subject alternative names, else the common name; at least one. */
  readonly names: readonly SubjectName[];
}

/** Makes a PKCS #10 request with subject alternative names, in PEM (RFC 2986 §4). */
export function makeSigningRequest(key: KeyPair, names: readonly SubjectName[]): string {
  const extensions = sequence(alternativeNames(names));
  const information = sequence(
    integer(Uint8Array.of(0)),
    distinguishedName(commonNameFor(names)),
    decode(key.publicKey.export({ format: 'der', type: 'spki' })),
    wrapped(0, sequence(objectIdentifier(objectIdentifiers.extensionRequest), set(extensions))),
  );
  const signature = bitString(signBytes(encode(information), key.privateKey));
  const request = sequence(information, signatureAlgorithm(key.privateKey), signature);
  return pemBlock('CERTIFICATE REQUEST', encode(request));
}

/**
 * Reads a request and checks that whoever made it holds the key. Only key and names are taken from it: what
 * else it asks for, such as to be an authority, is not granted.
 * @throws ConfigurationError with a sentence that names the file.
 */
export function readSigningRequest(bytes: Buffer, file: string): SigningRequest {
  const parts = parseRequest(bytes, file);
  const publicKey = parsePublicKey(parts.publicKey, file);
  const weakness = weaknessOf(publicKey);
  if (weakness !== undefined) throw fileProblem(file, `the request's key cannot be signed: ${weakness}.`);
  const verdict = verifyBytes(parts.algorithm ?? '', encode(parts.information), publicKey, parts.signature);
  if (verdict !== true) {
    const why = verdict === undefined ? 'is made with an algorithm that is unknown or too old' : 'is wrong';
    throw fileProblem(file, `the request's own signature ${why}. Make the request anew, with SHA-256.`);
  }
  const names = parseSubjectNames(parts.names, { file });
  if (names.length === 0) {
    const message =
      'the request names no host: it has neither subject alternative names (DNS, IP) nor a common name. Make it anew with the names of the server.';
    throw fileProblem(file, message);
  }
  return { publicKey, names };
}

interface RequestParts {
  readonly information: Element;
  readonly publicKey: Element;
  readonly names: readonly string[];
  readonly algorithm: string | undefined;
  readonly signature: Buffer;
}

function parseRequest(bytes: Buffer, file: string): RequestParts {
  const blocks = pemBlocks(bytes.toString('latin1'));
  const block = blocks.find((candidate) => /^(NEW )?CERTIFICATE REQUEST$/.test(candidate.label));
  if (block === undefined && bytes[0] !== 0x30) {
    throw fileProblem(file, 'holds no signing request ("-----BEGIN CERTIFICATE REQUEST-----").');
  }
  const der = block === undefined ? bytes : Buffer.from(block.text.replace(/-----.*-----/g, ''), 'base64');
  try {
    const [information = sequence(), algorithm, signature] = members(decode(der));
    const [, subject, publicKey = sequence(), ...rest] = members(information);
    const alternative = rest.flatMap((element) => (hasTag(element, 0) ? requestedNames(element) : []));
    return {
      information,
      publicKey,
      names: alternative.length > 0 ? alternative : commonNames(subject),
      algorithm: dotted(members(algorithm)[0]),
      signature: bitsOf(signature),
    };
  } catch (error) {
    throw fileProblem(file, 'the signing request is damaged: it does not decode. Make it anew.', error);
  }
}

function parsePublicKey(element: Element, file: string): KeyObject {
  try {
    return createPublicKey({ key: encode(element), format: 'der', type: 'spki' });
  } catch (error) {
    throw fileProblem(file, "the request's key is of a kind that is not known here.", error);
  }
}

/** RFC 2985 §5.4.2: the extensions that the request asks for. */
function requestedNames(attributes: Element): readonly string[] {
  for (const attribute of members(attributes)) {
    const [identifier, values] = members(attribute);
    if (dotted(identifier) !== objectIdentifiers.extensionRequest) continue;
    const extensions = members(values)[0];
    if (extensions === undefined) continue;
    const found = findExtension(extensions, objectIdentifiers.subjectAlternativeName);
    if (found !== undefined) return members(found).flatMap(nameIn);
  }
  return [];
}

/** Host names and addresses; mail addresses, URIs and the like have no place in a server's certificate. */
function nameIn(general: Element): readonly string[] {
  if (hasTag(general, 2)) return [content(general).toString('latin1')];
  if (!hasTag(general, 7)) return [];
  const address = addressText(content(general));
  if (address === undefined) throw new Error('An address has 4 or 16 bytes.');
  return [address];
}

function commonNames(subject: Element | undefined): readonly string[] {
  const attributes = members(subject).flatMap(members).map(members);
  const common = attributes.filter(([identifier]) => dotted(identifier) === objectIdentifiers.commonName);
  return common.map(([, value]) => content(value).toString('utf8')).slice(-1);
}
