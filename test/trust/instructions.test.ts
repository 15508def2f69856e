import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatTrustInstructions, trustInstructions } from '../../src/trust/instructions.js';

function linesFor(
  client: string,
  target: Parameters<typeof trustInstructions>[0],
): readonly string[] | undefined {
  return trustInstructions(target).find((instruction) => instruction.client.startsWith(client))?.lines;
}

describe('trust instructions', () => {
  const target = { authorityFile: '/srv/certs/ca.crt', host: 'registry.example.com', port: 8443 };

  test('docker and podman look in a directory called like host and port', () => {
    assert.deepEqual(linesFor('docker', target), [
      'sudo install -D -m 0644 /srv/certs/ca.crt /etc/docker/certs.d/registry.example.com:8443/ca.crt',
    ]);
    assert.deepEqual(linesFor('podman', target), [
      'sudo install -D -m 0644 /srv/certs/ca.crt /etc/containers/certs.d/registry.example.com:8443/ca.crt',
    ]);
  });

  test('the port of https is left out, as image names leave it out', () => {
    assert.match(
      String(linesFor('docker', { ...target, port: 443 })),
      /certs\.d\/registry\.example\.com\/ca\.crt$/,
    );
  });

  test('an IPv6 address gets brackets, and quotes where the shell needs them', () => {
    const lines = String(linesFor('curl', { authorityFile: "/srv/it's/ca.crt", host: '::1', port: 8443 }));
    assert.equal(lines, "curl --cacert '/srv/it'\\''s/ca.crt' 'https://[::1]:8443/v2/'");
  });

  test('the text names every client', () => {
    const text = formatTrustInstructions(target);
    for (const word of ['docker:', 'podman, skopeo:', 'update-ca-certificates', 'update-ca-trust', 'curl:']) {
      assert.ok(text.includes(word), word);
    }
  });
});
