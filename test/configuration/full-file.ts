/** A configuration file with nearly every setting, none of them as it is without a file. */
export const fullFile = `
listen: [8443, "[::1]:9443", ":0", ":0", registry.local:7443]
hostname: [Registry.Example.com, 192.0.2.7, "2001:db8::7", registry.example.com]
upstream:
  url: https://registry.internal:5000/
  ca: authorities/internal.pem
  passAuthorization: true
  connections: 32
data: /var/lib/registry
registry: { sparseImages: true }
gc: { interval: never, grace: 1h, untagged: true }
uploads: { timeout: 1d }
v1: { endpoints: ["registry.example.com:8443"], tokenLifetime: 1h }
search: { enabled: false }
greeting: hello
htpasswd: passwords
realm: Our registry
certs: made
tls:
  pairs:
    - certificate: own/one.pem
      key: own/one.key
    - { certificate: own/two.pem, key: own/two.key }
  keyType: rsa
  clientCa: clients.pem
  clientAuth: required
  clientName: email
  clientCrl: revoked.pem
  hsts: 365d
trustedProxies: [10.0.0.0/8, "::1"]
timeouts: { headers: 5s, idle: 1m, keepAlive: 90, connect: 500ms, firstByte: 1.5h, grace: 0 }
minimumRate: 2KiB
log: { level: debug, file: gate.log, access: { file: access.log, format: combined, pings: 100 } }
workers: { count: 4, maxRequests: 1000 }
control: run/gate.sock
monitor: { listen: [127.0.0.1:9100, "[::1]:9100"] }
otlp:
  endpoint: https://collector.example.com/otlp
  headers: [api-key=secret, "file:otlp.header"]
  traces: false
  metrics: false
  sample: 0.1
  interval: 30s
  service: front door
crashReports:
  bugsnag: 0123456789abcdef0123456789abcdef
  bugsnagEndpoint: https://bugsnag.example.com
  sentry: file:sentry.dsn
  stage: staging
cors:
  origins: [https://ui.example.com]
  methods: [GET]
  headers: [Authorization]
  exposedHeaders: [Link]
  credentials: true
  maxAge: 1h
  vary: false
access: { groups: teams }
auth:
  mode: bearer
  service: registry.example.com
  services: [other registry, third]
  issuer: us
  algorithm: EdDSA
  tokenLifetime: 1h
  refreshLifetime: 60d
  keyRotation: 365d
  tokenServer: https://auth.example.com/token
  issuers:
    - { issuer: them, keys: https://them.example/jwks.json, service: here }
    - { issuer: others, keys: others.pem, service: there }
  robots: robots
audit: { file: audit.log }
`;
