import assert from 'node:assert/strict';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ServerCredentials } from '../../src/tls/server-credentials.js';
import { requireProgram } from '../harness/program.js';
import { EventRecord, run, scratchDirectory, serve } from './workshop.js';

const goClient = `package main
import ("crypto/tls"; "crypto/x509"; "fmt"; "os")
func main() {
	pem, _ := os.ReadFile(os.Args[1])
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	connection, err := tls.Dial("tcp", os.Args[2], &tls.Config{RootCAs: roots, ServerName: os.Args[3]})
	if err != nil { fmt.Println(err); os.Exit(1) }
	fmt.Println("accepted", len(connection.ConnectionState().VerifiedChains))
}
`;

describe('real clients accept what dockgate makes', () => {
  for (const keyType of ['ecdsa', 'rsa'] as const) {
    const start = async (context: Parameters<typeof serve>[0]) => {
      const directory = await scratchDirectory();
      const certs = join(directory, 'certs');
      const { events } = new EventRecord();
      const credentials = await ServerCredentials.open({
        certs,
        pairs: [],
        hostnames: [],
        keyType,
        ...events,
      });
      const port = await serve(context, credentials);
      return { directory, port, ca: credentials.authorityFile ?? '' };
    };

    test(`curl, ${keyType}`, requireProgram('curl', 'curl'), async (context) => {
      const { port, ca } = await start(context);
      for (const host of ['localhost', '127.0.0.1']) {
        const { status, output } = await run(
          'curl',
          '-sS',
          '-4',
          '--cacert',
          ca,
          `https://${host}:${port}/v2/`,
        );
        assert.deepEqual([status, output], [0, '{}']);
      }
      const { output } = await run('curl', '-sS', `https://localhost:${port}/v2/`);
      assert.match(output, /certificate/);
    });

    test(`skopeo, ${keyType}`, requireProgram('skopeo', 'skopeo'), async (context) => {
      const { directory, port, ca } = await start(context);
      const trusted = join(directory, 'trusted');
      await mkdir(trusted);
      await copyFile(ca, join(trusted, 'ca.crt'));
      const image = `docker://127.0.0.1:${port}/x`;
      const { output } = await run('skopeo', 'list-tags', '--cert-dir', trusted, image);
      assert.doesNotMatch(output, /x509|certificate|tls/i);
      const untrusting = await run('skopeo', 'list-tags', image);
      assert.match(untrusting.output, /x509/);
    });

    test(`Go's TLS, ${keyType}`, requireProgram('go', 'golang-go'), async (context) => {
      const { directory, port, ca } = await start(context);
      const source = join(directory, 'client.go');
      await writeFile(source, goClient);
      const client = join(directory, 'client');
      await run('go', 'build', '-o', client, source);
      for (const name of ['localhost', '127.0.0.1', '::1']) {
        const { output } = await run(client, ca, `127.0.0.1:${port}`, name);
        assert.equal(output, 'accepted 1\n');
      }
      const wrong = await run(client, ca, `127.0.0.1:${port}`, 'wrong.example');
      assert.match(wrong.output, /x509: certificate is valid for/);
    });
  }
});
