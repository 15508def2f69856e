import { choice, either, list, map, object, oneOf, type Shape, text, truth, whole } from './shape.js';

// The parts of the API of Kubernetes 1.25 and later that the manifests use, strictly: what is not here is refused.

/** RFC 1123 label, as names of most objects have to be. */
const label = text(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
/** IANA_SVC_NAME. */
const portName = text(/^(?=.*[a-z])[a-z0-9](?:[a-z0-9-]{0,13}[a-z0-9])?$/);
const labelValue = text(/^(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/);
const labels = map(/^(?:[a-z0-9.-]{1,253}\/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/, labelValue);
const port = whole(1, 65535);
const anyPort = either(port, portName);
const protocol = oneOf('TCP', 'UDP', 'SCTP');
const quantity = text(/^[0-9]+(?:\.[0-9]+)?(?:m|k|M|G|T|Ki|Mi|Gi|Ti)?$/);
const path = text(/^\/[^:]*$/);
const fileName = /^[A-Za-z0-9._-]{1,253}$/;
const variable = text(/^[A-Z][A-Z0-9_]*$/);
const selector = object({ matchLabels: labels });

const metadata = object({ name: label }, { labels });

function kind(apiVersion: string, name: string, members: Record<string, Shape>, optional = {}): Shape {
  return object({ apiVersion: oneOf(apiVersion), kind: oneOf(name), metadata, ...members }, optional);
}

const resourceList = object({}, { cpu: quantity, memory: quantity });
const seconds = whole(1);
const probe = object(
  { httpGet: object({ path, port: anyPort }) },
  ...[
    {
      ...{ initialDelaySeconds: whole(0), periodSeconds: seconds, timeoutSeconds: seconds },
      ...{ failureThreshold: seconds, successThreshold: seconds },
    },
  ],
);

const container = object(
  { name: label, image: text(/^[a-z0-9./:@_-]+$/) },
  {
    imagePullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
    command: list(text()),
    args: list(text()),
    env: list(object({ name: variable, value: text() })),
    ports: list(object({ containerPort: port }, { name: portName, protocol })),
    startupProbe: probe,
    livenessProbe: probe,
    readinessProbe: probe,
    lifecycle: object({ preStop: object({ exec: object({ command: list(text()) }) }) }),
    resources: object({}, { requests: resourceList, limits: resourceList }),
    securityContext: object(
      {},
      {
        ...{ allowPrivilegeEscalation: truth, readOnlyRootFilesystem: truth, privileged: truth },
        capabilities: object({}, { drop: list(text(/^[A-Z_]+$/)), add: list(text(/^[A-Z_]+$/)) }),
      },
    ),
    volumeMounts: list(object({ name: label, mountPath: path }, { readOnly: truth, subPath: text() })),
  },
);

const named = object({ name: label });
const volume = object(
  { name: label },
  {
    persistentVolumeClaim: object({ claimName: label }, { readOnly: truth }),
    projected: object(
      { sources: list(choice({ configMap: named, secret: named })) },
      { defaultMode: whole(0, 0o777) },
    ),
    emptyDir: object({}, { medium: oneOf('', 'Memory'), sizeLimit: quantity }),
  },
);

const podSpec = object(
  { containers: list(container) },
  {
    ...{ automountServiceAccountToken: truth, enableServiceLinks: truth },
    terminationGracePeriodSeconds: whole(0),
    securityContext: object(
      {},
      {
        ...{ runAsNonRoot: truth, runAsUser: whole(0), runAsGroup: whole(0), fsGroup: whole(0) },
        fsGroupChangePolicy: oneOf('OnRootMismatch', 'Always'),
        seccompProfile: object({ type: oneOf('RuntimeDefault', 'Localhost', 'Unconfined') }),
      },
    ),
    volumes: list(volume),
  },
);

const policyPort = object({ port: anyPort, protocol });
const peer = choice({ namespaceSelector: selector, podSelector: selector });

/** Every kind of object that may be among the manifests. */
export const kinds: Record<string, Shape> = {
  Namespace: kind('v1', 'Namespace', {}),
  ConfigMap: kind('v1', 'ConfigMap', { data: map(fileName, text()) }),
  Secret: kind('v1', 'Secret', { type: oneOf('Opaque'), stringData: map(fileName, text()) }),
  PersistentVolumeClaim: kind('v1', 'PersistentVolumeClaim', {
    spec: object(
      {
        accessModes: list(oneOf('ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod')),
        resources: object({ requests: object({ storage: quantity }) }),
      },
      { storageClassName: text() },
    ),
  }),
  Service: kind('v1', 'Service', {
    spec: object(
      {
        selector: labels,
        ports: list(object({ name: portName, port, targetPort: anyPort, protocol })),
      },
      { clusterIP: oneOf('None'), publishNotReadyAddresses: truth },
    ),
  }),
  NetworkPolicy: kind('networking.k8s.io/v1', 'NetworkPolicy', {
    spec: object({
      podSelector: selector,
      policyTypes: list(oneOf('Ingress', 'Egress')),
      ingress: list(object({ ports: list(policyPort) }, { from: list(peer) })),
      egress: list(object({ ports: list(policyPort) }, { to: list(peer) })),
    }),
  }),
  StatefulSet: kind('apps/v1', 'StatefulSet', {
    spec: object({
      replicas: whole(0),
      serviceName: label,
      selector,
      template: object({ metadata: object({ labels }), spec: podSpec }),
    }),
  }),
  Kustomization: object({
    apiVersion: oneOf('kustomize.config.k8s.io/v1beta1'),
    kind: oneOf('Kustomization'),
    namespace: label,
    resources: list(text(/^[a-z-]+\.yaml$/)),
    images: list(object({ name: text() }, { newName: text(), newTag: text() })),
  }),
};
