import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { loadConfiguration } from '../../src/configuration/load.js';
import { allSettings } from '../../src/configuration/settings.js';
import { temporaryDirectory } from '../harness/directory.js';
import { kinds } from './kubernetes-shapes.js';

const directory = join(process.cwd(), 'deploy/kubernetes');

// What a manifest holds is judged by its shape first; the tests after that take it for granted.
// biome-ignore lint/suspicious/noExplicitAny: a path that is not there fails the test, as it should
type Manifest = any;

async function manifests(): Promise<ReadonlyMap<string, readonly Manifest[]>> {
  const found = new Map<string, readonly Manifest[]>();
  for (const file of (await readdir(directory)).sort()) {
    const documents = parseAllDocuments(await readFile(join(directory, file), 'utf8'));
    found.set(
      file,
      [...documents].map((document) => {
        assert.deepEqual([...document.errors, ...document.warnings], [], file);
        return document.toJS();
      }),
    );
  }
  return found;
}

const all = await manifests();
const objects = [...all.values()].flat();
const named = (kind: string): Manifest => objects.find((each) => each.kind === kind);
const pod = named('StatefulSet').spec.template;
const [container] = pod.spec.containers;

test('Every manifest has the fields of its kind and version, and no others.', () => {
  assert.ok(objects.length >= 9);
  for (const [file, documents] of all) {
    for (const document of documents) {
      const shape = kinds[document.kind];
      assert.ok(shape, `${file}: ${document.kind} is not among the kinds that are known`);
      assert.deepEqual(shape(document, `${file}: ${document.kind}`), []);
    }
  }
});

test('A field that is misspelt, missing or of another type is found.', () => {
  const broken = structuredClone(named('StatefulSet'));
  broken.spec.template.spec.containers[0].prots = broken.spec.template.spec.containers[0].ports;
  broken.spec.template.spec.containers[0].readinessProbe.httpGet = { path: 'readyz' };
  broken.spec.template.spec.volumes[1].projected.defaultMode = '0440';
  delete broken.spec.selector;
  assert.deepEqual(kinds['StatefulSet']?.(broken, ''), [
    '.spec.selector is missing',
    '.spec.template.spec.containers[0].readinessProbe.httpGet.port is missing',
    '.spec.template.spec.containers[0].readinessProbe.httpGet.path must fit /^\\/[^:]*$/, not "readyz"',
    '.spec.template.spec.containers[0].prots is unknown',
    '.spec.template.spec.volumes[1].projected.defaultMode must be a whole number from 0 to 511',
  ]);
});

test('The kustomization names every file but the example of the secret.', () => {
  const files = [...all.keys()].filter(
    (file) => !['kustomization.yaml', 'secret.example.yaml'].includes(file),
  );
  assert.deepEqual([...named('Kustomization').resources].sort(), files);
});

test('Whatever selects the pod selects it by labels that it has.', () => {
  const { labels } = pod.metadata;
  const selectors = [
    named('StatefulSet').spec.selector.matchLabels,
    named('NetworkPolicy').spec.podSelector.matchLabels,
    ...objects.filter(({ kind }) => kind === 'Service').map(({ spec }) => spec.selector),
  ];
  for (const selector of selectors) assert.deepEqual({ ...labels, ...selector }, labels);
  const ports = new Set(container.ports.map(({ name }: { name: string }) => name));
  const used = objects
    .filter(({ kind }) => kind === 'Service')
    .flatMap(({ spec }) => spec.ports.map(({ targetPort }: { targetPort: string }) => targetPort));
  const probed = ['startupProbe', 'livenessProbe', 'readinessProbe'].map(
    (probe) => container[probe].httpGet.port,
  );
  assert.deepEqual(
    [...used, ...probed].filter((name) => !ports.has(name)),
    [],
  );
  assert.deepEqual(new Set(probed), new Set(['monitor']));
});

test('Every volume that is mounted is there, and what it is made of too.', () => {
  const names = pod.spec.volumes.map(({ name }: { name: string }) => name);
  assert.deepEqual(container.volumeMounts.map(({ name }: { name: string }) => name).sort(), names.sort());
  const [claim, projected] = pod.spec.volumes;
  assert.equal(claim.persistentVolumeClaim.claimName, named('PersistentVolumeClaim').metadata.name);
  const [configMap, secret] = projected.projected.sources;
  assert.equal(configMap.configMap.name, named('ConfigMap').metadata.name);
  assert.equal(secret.secret.name, named('Secret').metadata.name);
});

test('The pod may do nothing that the restricted profile forbids, and less.', () => {
  const { securityContext } = pod.spec;
  assert.equal(securityContext.runAsNonRoot, true);
  assert.ok(securityContext.runAsUser > 0);
  assert.equal(securityContext.seccompProfile.type, 'RuntimeDefault');
  assert.equal(pod.spec.automountServiceAccountToken, false);
  assert.deepEqual(container.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
});

test('No secret is among the manifests, and no variable collides with those of Kubernetes.', () => {
  assert.deepEqual(named('Secret').stringData, { htpasswd: '' });
  assert.equal(pod.spec.enableServiceLinks, false);
  const known = new Set(allSettings.map(({ environment }) => environment));
  for (const { name } of container.env) {
    assert.ok(known.has(name), `${name} is a setting`);
    assert.doesNotMatch(name, /^DOCKGATE_(?:SERVICE|PORT)/);
  }
});

test('dockgate takes the configuration, on the ports and with the time that the pod has.', async (t) => {
  const file = join(temporaryDirectory(t), 'dockgate.yaml');
  await writeFile(file, named('ConfigMap').data['dockgate.yaml']);
  const environment = Object.fromEntries(
    container.env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  const configuration = await loadConfiguration({ flags: { config: file }, environment, directory: '/data' });
  const port = (name: string): number =>
    container.ports.find((each: { name: string }) => each.name === name).containerPort;
  assert.deepEqual(configuration.listen, [{ host: '0.0.0.0', port: port('https') }]);
  assert.deepEqual(configuration.monitor, [{ host: '0.0.0.0', port: port('monitor') }]);
  const [, mount] = container.volumeMounts;
  assert.ok(configuration.htpasswd.startsWith(`${mount.mountPath}/`));
  for (const path of [configuration.data, configuration.certs, configuration.auth.robots])
    assert.ok(path.startsWith('/data/'), path);
  const pause = Number(container.lifecycle.preStop.exec.command[1]);
  assert.ok(pod.spec.terminationGracePeriodSeconds >= pause + configuration.timeouts.grace / 1000 + 10);
});
