import assert from 'node:assert/strict';
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { keyOfChain } from '../../src/bearer/certificate-chain.js';
import { temporaryDirectory } from '../harness/directory.js';
import { requireProgram, runProgram } from '../harness/program.js';

const OPENSSL = requireProgram('openssl', 'openssl');
const EXTENSIONS = `[ca]
basicConstraints=critical,CA:TRUE
[leaf]
basicConstraints=CA:FALSE
`;

interface Made {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
  readonly path: string;
}

async function openssl(directory: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await runProgram('openssl', args, { directory });
  assert.equal(code, 0, stderr);
}

/** Has openssl make a certificate. @param by undefined: by itself. */
async function make(
  directory: string,
  name: string,
  kind: 'ca' | 'leaf',
  by?: Made,
  days = 10,
): Promise<Made> {
  writeFileSync(join(directory, 'extensions'), EXTENSIONS);
  const file = (end: string): string => join(directory, `${name}.${end}`);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file('key')];
  await openssl(directory, 'req', '-new', ...key, '-subj', `/CN=${name}`, '-out', file('csr'));
  const signer =
    by === undefined ? ['-signkey', file('key')] : ['-CA', `${by.path}.crt`, '-CAkey', `${by.path}.key`];
  const times = ['-days', `${days}`, '-set_serial', '7', '-extfile', 'extensions', '-extensions', kind];
  await openssl(directory, 'x509', '-req', '-in', file('csr'), ...signer, ...times, '-out', file('crt'));
  return {
    certificate: new X509Certificate(readFileSync(file('crt'))),
    key: createPrivateKey(readFileSync(file('key'))),
    path: join(directory, name),
  };
}

async function family(test: TestContext) {
  const directory = temporaryDirectory(test);
  const root = await make(directory, 'root', 'ca');
  const middle = await make(directory, 'middle', 'ca', root);
  const leaf = await make(directory, 'leaf', 'leaf', middle);
  return { directory, root, middle, leaf };
}

const encoded = (...list: Made[]): string[] =>
  list.map(({ certificate }) => certificate.raw.toString('base64'));

test('a chain that leads to a trusted certificate vouches for its first key', OPENSSL, async (t) => {
  const { root, middle, leaf } = await family(t);
  const trusted = [root.certificate];
  const now = Date.now();
  for (const chain of [encoded(leaf, middle), encoded(leaf, middle, root), encoded(root)])
    assert.ok(keyOfChain(chain, trusted, now));
  const found = keyOfChain(encoded(leaf, middle), trusted, now);
  assert.ok(found?.key.equals(leaf.certificate.publicKey));
  assert.deepEqual(found?.algorithms, ['ES256']);
});

test('every other chain is refused', OPENSSL, async (t) => {
  const { directory, root, middle, leaf } = await family(t);
  const now = Date.now();
  const trusted = [root.certificate];
  const below = await make(directory, 'below', 'leaf', leaf);
  const stranger = await make(directory, 'stranger', 'ca');
  const impostor = await make(temporaryDirectory(t), 'middle', 'ca');
  const chains: [string, unknown][] = [
    ['a certificate is missing', encoded(leaf)],
    ['nobody that is trusted', encoded(stranger)],
    ['an unrelated one in between', encoded(leaf, stranger, root)],
    ['the right name, and another key', encoded(leaf, impostor, root)],
    ['the wrong order', encoded(middle, leaf)],
    ['signed by one that is no authority', encoded(below, leaf, middle)],
    ['too long', encoded(leaf, middle, root, root, root, root)],
    ['empty', []],
    ['no list', 'x'],
    ['no certificates', ['AAAA']],
    ['no texts', [7]],
    ['no base64', ['-----BEGIN CERTIFICATE-----']],
    ['nothing', undefined],
  ];
  for (const [what, chain] of chains) assert.equal(keyOfChain(chain, trusted, now), undefined, what);
  assert.equal(keyOfChain(encoded(leaf, middle), [], now), undefined, 'nobody is trusted');
  const day = 86_400_000;
  assert.equal(keyOfChain(encoded(leaf, middle), trusted, now + 11 * day), undefined, 'ended');
  assert.equal(keyOfChain(encoded(leaf, middle), trusted, now - day), undefined, 'not begun');
  const short = await make(directory, 'short', 'leaf', middle, 1);
  assert.ok(keyOfChain(encoded(short, middle), trusted, Date.now()));
  assert.equal(
    keyOfChain(encoded(short, middle), trusted, now + 2 * day),
    undefined,
    'only the first has ended',
  );
});
