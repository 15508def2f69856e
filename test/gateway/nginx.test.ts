import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startTestGateway } from '../harness/gateway.js';
import { startNginx } from '../harness/nginx.js';
import { requireProgram } from '../harness/program.js';
import { startRecorder } from '../harness/recorder.js';
import { readDifferenceTable } from './nginx/difference-table.js';
import { framingCases } from './nginx/framing-cases.js';
import { headerCases } from './nginx/header-cases.js';
import { headerDifferences, headersOfRefusal, headersUpstream } from './nginx/header-lines.js';
import { type Door, difference, observe } from './nginx/observation.js';
import { passwordCases } from './nginx/password-cases.js';
import { plainCases } from './nginx/plain-cases.js';
import { targetCases } from './nginx/target-cases.js';
import type { WireCase } from './nginx/wire-case.js';

const groups: readonly (readonly [title: string, cases: readonly WireCase[]])[] = [
  ['methods and bodies', plainCases],
  ['Authorization headers', passwordCases],
  ['targets', targetCases],
  ['header lines and connections', headerCases],
  ['framing', framingCases],
];
const nginxProgram = requireProgram('nginx', 'nginx-light');

function sides({ nginx, dockgate }: { readonly nginx: string; readonly dockgate: string }): string {
  return `nginx: ${nginx}; dockgate: ${dockgate}`;
}

/** Both doors, with the same passwords, certificate and kind of upstream. */
async function openDoors(t: TestContext): Promise<{ readonly nginx: Door; readonly dockgate: Door }> {
  const behindNginx = await startRecorder(t);
  const behindDockgate = await startRecorder(t);
  const gateway = await startTestGateway(t, { upstream: behindDockgate.origin, realm: 'Restricted' });
  const nginx = await startNginx(t, {
    upstreamPort: behindNginx.port,
    htpasswd: gateway.htpasswd,
    certificate: join(gateway.certs, 'server.crt'),
    key: join(gateway.certs, 'server.key'),
  });
  return {
    nginx: { port: nginx.port, ca: gateway.ca, upstream: behindNginx },
    dockgate: { port: gateway.port, ca: gateway.ca, upstream: behindDockgate },
  };
}

for (const [title, cases] of groups) {
  test(
    `nginx and dockgate differ in ${title} only where the documentation says so`,
    nginxProgram,
    async (t) => {
      const { nginx, dockgate } = await openDoors(t);
      const table = readDifferenceTable();
      const documented: Record<string, string> = {};
      const found: Record<string, string> = {};
      for (const wireCase of cases) {
        const row = table.get(wireCase.name);
        if (row !== undefined) documented[wireCase.name] = sides(row);
        const differs = difference(await observe(t, nginx, wireCase), await observe(t, dockgate, wireCase));
        if (differs !== undefined) {
          found[wireCase.name] = sides(differs);
        }
      }
      assert.deepEqual(found, documented);
    },
  );
}

test(
  'nginx and dockgate send other header lines only where the documentation says so',
  nginxProgram,
  async (t) => {
    const { nginx, dockgate } = await openDoors(t);
    const found = {
      ...headerDifferences(
        'every request',
        await headersUpstream(t, nginx),
        await headersUpstream(t, dockgate),
      ),
      ...headerDifferences(
        'every 401',
        await headersOfRefusal(t, nginx),
        await headersOfRefusal(t, dockgate),
      ),
    };
    const documented = [...readDifferenceTable()].filter(([name]) => name.startsWith('every '));
    assert.deepEqual(found, Object.fromEntries(documented.map(([name, row]) => [name, sides(row)])));
  },
);

test('the table of differences names only requests that are compared, and gives each a reason', () => {
  const names = groups.flatMap(([, cases]) => cases.map(({ name }) => name));
  assert.equal(new Set(names).size, names.length, 'every request has a name of its own');
  assert.ok(names.length >= 60, `${names.length} requests are compared`);
  for (const [name, { reason }] of readDifferenceTable()) {
    if (!name.startsWith('every '))
      assert.ok(names.includes(name), `docs/nginx-differences.md has a row for an unknown request: ${name}`);
    assert.notEqual(reason.trim(), '', `docs/nginx-differences.md gives no reason for: ${name}`);
  }
});
