import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestGateway } from '../harness/gateway.js';
import { startRecorder } from '../harness/recorder.js';
import { ask } from '../harness/request.js';

const SIGNED = 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0a%2Fb%3D&X-Amz-Expires=1200';
const UPLOAD = '/v2/team/app/blobs/uploads/6f1a?_state=a%2Fb%3D%3D';

interface Row {
  readonly name: string;
  /** What the upstream sends; `UP` stands for its own authority, `GATE` for the port of the gateway. */
  readonly sent: string;
  readonly expected: string;
  readonly host?: string;
}

const rows: readonly Row[] = [
  { name: 'http in place of https', sent: `http://HOST${UPLOAD}`, expected: `https://HOST${UPLOAD}` },
  { name: 'right already', sent: `https://HOST${UPLOAD}`, expected: `https://HOST${UPLOAD}` },
  { name: 'the own address of the upstream', sent: `http://UP${UPLOAD}`, expected: `https://HOST${UPLOAD}` },
  { name: 'the port lost', sent: `https://localhost${UPLOAD}`, expected: `https://HOST${UPLOAD}` },
  { name: 'port and scheme lost', sent: `http://localhost${UPLOAD}`, expected: `https://HOST${UPLOAD}` },
  { name: 'a relative reference', sent: UPLOAD, expected: `https://HOST${UPLOAD}` },
  {
    name: 'another name that the client used',
    host: 'registry.example:8443',
    sent: `http://registry.example${UPLOAD}`,
    expected: `https://registry.example:8443${UPLOAD}`,
  },
  {
    name: 'a relative reference and the default port',
    host: 'registry.example',
    sent: UPLOAD,
    expected: `https://registry.example${UPLOAD}`,
  },
  {
    name: 'an address of IPv6',
    host: '[::1]:8443',
    sent: `http://[::1]:8443${UPLOAD}`,
    expected: `https://[::1]:8443${UPLOAD}`,
  },
  {
    name: 'the v1 API',
    sent: 'http://localhost/v1/repositories/app/images',
    expected: 'https://HOST/v1/repositories/app/images',
  },
  {
    name: 'an object store',
    sent: `https://bucket.objects.example/docker/blobs/ab?${SIGNED}`,
    expected: `https://bucket.objects.example/docker/blobs/ab?${SIGNED}`,
  },
  {
    name: 'an object store without TLS',
    sent: `http://bucket.objects.example:9000/v2/ab?${SIGNED}`,
    expected: `http://bucket.objects.example:9000/v2/ab?${SIGNED}`,
  },
  {
    name: 'an object store on the host of the upstream',
    sent: `http://127.0.0.1:9/bucket/docker/blobs/ab?${SIGNED}`,
    expected: `http://127.0.0.1:9/bucket/docker/blobs/ab?${SIGNED}`,
  },
  {
    name: 'an object store under the name that the client used',
    sent: `https://localhost:9/v2bucket/docker/blobs/ab?${SIGNED}`,
    expected: `https://localhost:9/v2bucket/docker/blobs/ab?${SIGNED}`,
  },
];

test('Location is what the client can use, and references elsewhere are left alone', async (t) => {
  let location = '';
  const recorder = await startRecorder(t, (request, response) => {
    request.resume();
    response.writeHead(202, { location, 'content-length': 0 }).end();
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  for (const { name, sent, expected, host = `localhost:${gateway.port}` } of rows) {
    await t.test(name, async () => {
      const filled = (text: string): string =>
        text.replace('//HOST', `//${host}`).replace('//UP', `//127.0.0.1:${recorder.port}`);
      location = filled(sent);
      const reply = await ask(gateway, '/v2/team/app/blobs/uploads/', { method: 'POST', headers: { host } });
      assert.equal(reply.headers.location, filled(expected));
    });
  }
});

test('Location names the host and the scheme that a trusted proxy reports', async (t) => {
  const recorder = await startRecorder(t, (request, response) => {
    request.resume();
    response.writeHead(202, { location: UPLOAD, 'content-length': 0 }).end();
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin, trustedProxies: ['127.0.0.1'] });
  const headers = { 'x-forwarded-host': 'front.example:444', 'x-forwarded-proto': 'https' };
  const reply = await ask(gateway, '/v2/team/app/blobs/uploads/', { method: 'POST', headers });
  assert.equal(reply.headers.location, `https://front.example:444${UPLOAD}`);
});
