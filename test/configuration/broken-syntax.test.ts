import { expectSentences } from './sentences.js';

expectSentences([
  ['- listen\n', '1:1: The configuration file must be a mapping of settings such as "listen: 0.0.0.0:8443".'],
  [
    'just text\n',
    '1:1: The configuration file must be a mapping of settings such as "listen: 0.0.0.0:8443".',
  ],
  ['42\n', '1:1: The configuration file must be a mapping of settings such as "listen: 0.0.0.0:8443".'],
  ['listen: :8443\n\tdata: x\n', '2:1: A tab stands in the indentation. YAML allows only spaces there.'],
  ['timeouts:\n\tidle: 5s\n', '2:1: A tab stands in the indentation. YAML allows only spaces there.'],
  ['listen: [8443\ndata: x\n', '2:1: The indentation is wrong, or a bracket is not closed.'],
  [
    "listen: 'x\n",
    '2:1: Something is missing: a closing quote or bracket, a comma, or a space behind a colon.',
  ],
  [
    'listen: a: b\n',
    '1:9: A second colon stands on the line. Put the value in quotes or on lines of its own.',
  ],
  ['realm: @home\n', '1:8: A value begins with a character that YAML reserves. Put the value in quotes.'],
  ['realm: "\\q"\n', '1:9: A backslash stands before a character that it cannot escape. Use single quotes.'],
  ['data: x\n---\ndata: y\n', '2:1: A second document begins. The file must hold only one.'],
  ['%YAML 3\n---\ndata: x\n', '1:7: A % line at the beginning of the file is not known. Remove it.'],
  [
    '  data: x\n realm: y\n',
    '2:2: YAML does not expect this here. Check the indentation, and put a value that holds brackets or colons in quotes.',
  ],
  [
    'listen: [::1]:8443\n',
    '1:14: YAML does not expect this here. Check the indentation, and put a value that holds brackets or colons in quotes.',
  ],
  ['realm: !secret x\n', '1:8: A tag ("!...") is not known. Remove it.'],
  ['data x\n', '1:1: The configuration file must be a mapping of settings such as "listen: 0.0.0.0:8443".'],
  [
    'data: x\nrealm\n',
    '2:1: Something is missing: a closing quote or bracket, a comma, or a space behind a colon.',
  ],
  ['realm: {\n', '2:1: The indentation is wrong, or a bracket is not closed.'],
  ['listn: 8443\n', '1:1: "listn" is not a known setting. Did you mean "listen"?'],
  ['trusted_proxies: []\n', '1:1: "trusted_proxies" is not a known setting. Did you mean "trustedProxies"?'],
  ['keep-alive: 5s\n', '1:1: "keep-alive" is not a known setting. Did you mean "timeouts.keepAlive"?'],
  ['idle: 5s\n', '1:1: "idle" is not a known setting. Did you mean "timeouts.idle"?'],
  [
    'zzzzzzzzz: 1\n',
    '1:1: "zzzzzzzzz" is not a known setting. Known here: listen, hostname, upstream, data, registry, gc, uploads, v1, search, greeting, htpasswd, realm, certs, tls, trustedProxies, timeouts, minimumRate, log, workers, control, monitor, otlp, crashReports, cors, access, auth, insecureHttp, audit.',
  ],
  ['timeouts: { idel: 5s }\n', '1:13: "timeouts.idel" is not a known setting. Did you mean "timeouts.idle"?'],
  [
    'timeouts: { zzzzzz: 5s }\n',
    '1:13: "timeouts.zzzzzz" is not a known setting. Known here: headers, idle, keepAlive, connect, firstByte, grace.',
  ],
  [
    '__proto__: 1\n',
    '1:1: "__proto__" is not a known setting. Known here: listen, hostname, upstream, data, registry, gc, uploads, v1, search, greeting, htpasswd, realm, certs, tls, trustedProxies, timeouts, minimumRate, log, workers, control, monitor, otlp, crashReports, cors, access, auth, insecureHttp, audit.',
  ],
  ['1: 2\n', '1:1: A key must be a plain word.'],
  ['? [a]\n: b\n', '1:3: A key must be a plain word.'],
  ['<<: { data: x }\n', '1:1: Mappings cannot be merged ("<<") here. Write the settings out.'],
  [
    '"evil\\nkey\\e[31m": 1\n',
    '1:1: "evil\\nkey\\u001b[31m" is not a known setting. Known here: listen, hostname, upstream, data, registry, gc, uploads, v1, search, greeting, htpasswd, realm, certs, tls, trustedProxies, timeouts, minimumRate, log, workers, control, monitor, otlp, crashReports, cors, access, auth, insecureHttp, audit.',
  ],
  ['data: x\nrealm: y\ndata: z\n', '3:1: data is written twice; line 1 has it already.'],
  ['timeouts: { idle: 5s, idle: 6s }\n', '1:23: timeouts.idle is written twice; line 1 has it already.'],
  [
    'upstream: http://a\nupstream: { url: http://b }\n',
    '2:1: upstream is written twice; line 1 has it already.',
  ],
  ['realm: *who\n', '1:8: realm uses an alias ("*name") that no anchor ("&name") above defines.'],
  ['listen: [*who]\n', '1:10: listen uses an alias ("*name") that no anchor ("&name") above defines.'],
]);
