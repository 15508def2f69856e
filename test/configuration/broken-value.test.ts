import { expectSentences } from './sentences.js';

const withUpstream = 'has no effect with an upstream: only the built-in registry has it.';

expectSentences([
  [
    'upstream: http://a\nv1:\n  access: off\n  directory: d\n  index: none\n  registration: true\n  endpoints: [b]\n',
    `3:11: v1.access ${withUpstream}`,
    `4:14: v1.directory ${withUpstream}`,
    `5:10: v1.index ${withUpstream}`,
    `6:17: v1.registration ${withUpstream}`,
  ],
  ['upstream: http://a\nv1: { registration: false }\n', `2:21: v1.registration ${withUpstream}`],
  [
    'v1: { access: off, index: none, registration: true }\n',
    '1:27: v1.index has no effect while "v1.access" is off.',
    '1:47: v1.registration has no effect while "v1.access" is off.',
  ],
  [
    'v1:\n  index: none\n  registration: true\n',
    '3:17: v1.registration needs the built-in index; set "v1.index" to built-in, or remove the line.',
  ],
  [
    'v1:\n  index: https://index.example\n  registration: true\n',
    '3:17: v1.registration needs the built-in index; set "v1.index" to built-in, or remove the line.',
  ],
  ['v1: { index: none, registration: false }\n'],
  [
    'v1: { index: builtin }\n',
    '1:14: v1.index must be built-in, none, http://HOST:PORT or https://HOST:PORT, not "builtin".',
  ],
  ['v1: { index: "http://u:p@a" }\n', '1:14: v1.index must not hold a user name or password.'],
  ['v1: { index: "http://a/v1/" }\n', '1:14: v1.index must not have a path. End it after the port.'],
  ['v1: { tokenLifetime: 59s }\n', '1:22: v1.tokenLifetime must be 1m at least, not "59s".'],
  [
    'v1: { endpoints: ["http://a", "b:0", "[1]", "a b", "c:1", "C:1"] }\n',
    '1:19: v1.endpoints must be HOST:PORT alone, without a scheme such as https://.',
    '1:31: v1.endpoints must have a port from 1 to 65535, not 0.',
    '1:38: v1.endpoints must be a host with or without a port, such as registry.example.com:8443 or [2001:db8::1]:8443, not "[1]".',
    '1:45: v1.endpoints must be a host with or without a port, such as registry.example.com:8443 or [2001:db8::1]:8443, not "a b".',
    '1:59: v1.endpoints names c:1 twice.',
  ],
  ['greeting: "a\\nb"\n', '1:11: greeting must be a text of 1 to 1000 characters on one line, not "a\\nb".'],
  [
    'upstream: { url: http://a, ca: x.pem }\n',
    '1:32: upstream.ca has no effect: the upstream is not an https:// URL.',
  ],
  [
    'upstream: { ca: x.pem, connections: 5 }\n',
    '1:17: upstream.ca has no effect without the URL of the upstream: set "upstream.url".',
    '1:37: upstream.connections has no effect without the URL of the upstream: set "upstream.url".',
  ],
  [
    'upstream: { passAuthorization: true }\n',
    '1:32: upstream.passAuthorization has no effect without the URL of the upstream: set "upstream.url".',
  ],
  [
    'upstream: { tokens: true }\n',
    '1:21: upstream.tokens has no effect without the URL of the upstream: set "upstream.url".',
  ],
  [
    'upstream: { url: http://a, passAuthorization: true, tokens: true }\n',
    '1:61: upstream.tokens cannot be true beside "upstream.passAuthorization": a request has one Authorization.',
  ],
  ['upstream: { url: http://a, passAuthorization: true, tokens: false }\n'],
  [
    "upstream: { url: http://a, passAuthorization: 'yes' }\n",
    '1:47: upstream.passAuthorization must be true or false, not "yes". Write true.',
  ],
  [
    'upstream: { url: http://a, passAuthorization: 1 }\n',
    '1:47: upstream.passAuthorization must be true or false, not "1".',
  ],
  [
    'upstream: { url: http://a, connections: 0 }\n',
    '1:41: upstream.connections must be a whole number from 1 to 65535, not "0".',
  ],
  [
    'upstream: { url: http://a, connections: many }\n',
    '1:41: upstream.connections must be a whole number from 1 to 65535, not "many".',
  ],
  [
    'upstream: { url: http://a, connections: 1.5 }\n',
    '1:41: upstream.connections must be a whole number from 1 to 65535, not "1.5".',
  ],
  [
    'upstream: { url: }\n',
    '1:13: upstream.url has no value. Write a URL: http://HOST:PORT, https://HOST:PORT or http+unix:/PATH, or remove the line.',
  ],
  ["upstream: {}\ndata: ''\n", '2:7: data must be a path, not an empty text.'],
  [
    'data: ~/registry\n',
    '1:7: data must not begin with "~/": only a shell replaces that. Write the whole path.',
  ],
  ['data: "a\\0b"\n', '1:7: data must be a path; this one holds a NUL character.'],
  ['data: 5\n', "1:7: data must be text. Put it in quotes: '5'."],
  [
    'timeouts: 60s\n',
    '1:11: timeouts must be a mapping with the keys headers, idle, keepAlive, connect, firstByte, grace.',
  ],
  [
    'timeouts: { idle: soon }\n',
    '1:19: timeouts.idle must be a duration such as 500ms, 30s, 5m or 1h, not "soon".',
  ],
  ['timeouts: { idle: 0 }\n', '1:19: timeouts.idle must be longer than zero, not "0".'],
  ['timeouts: { idle: 0s }\n', '1:19: timeouts.idle must be longer than zero, not "0s".'],
  [
    'timeouts: { idle: -5s }\n',
    '1:19: timeouts.idle must be a duration such as 500ms, 30s, 5m or 1h, not "-5s".',
  ],
  [
    'timeouts: { idle: -5 }\n',
    '1:19: timeouts.idle must be a duration such as 500ms, 30s, 5m or 1h, not "-5".',
  ],
  [
    'timeouts: { idle: 5 s }\n',
    '1:19: timeouts.idle must be a duration such as 500ms, 30s, 5m or 1h, not "5 s".',
  ],
  [
    'timeouts: { idle: 1h30m }\n',
    '1:19: timeouts.idle must be a duration such as 500ms, 30s, 5m or 1h, not "1h30m".',
  ],
  ['timeouts: { grace: 25d }\n', '1:20: timeouts.grace must be 24d at most, not "25d".'],
  [
    'timeouts: { headers: true }\n',
    '1:22: timeouts.headers must be a duration such as 500ms, 30s, 5m or 1h, not "true".',
  ],
  [
    'timeouts: { headers: .inf }\n',
    '1:22: timeouts.headers must be a duration such as 500ms, 30s, 5m or 1h, not "Infinity".',
  ],
  [
    'timeouts: { headers: .nan }\n',
    '1:22: timeouts.headers must be a duration such as 500ms, 30s, 5m or 1h, not "NaN".',
  ],
  ['timeouts: { headers: [5s] }\n', '1:22: timeouts.headers must be a single value, not a list.'],
  [
    'timeouts: { headers: { a: b } }\n',
    '1:22: timeouts.headers must be a duration such as 500ms, 30s, 5m or 1h, not a mapping.',
  ],
  [
    'timeouts: { headers: 0x }\n',
    '1:22: timeouts.headers must be a duration such as 500ms, 30s, 5m or 1h, not "0x".',
  ],
  [
    'minimumRate: fast\n',
    '1:14: minimumRate must be a number of bytes such as 500, 1k or 64KiB, not "fast".',
  ],
  ['minimumRate: -1\n', '1:14: minimumRate must be a number of bytes such as 500, 1k or 64KiB, not "-1".'],
  [
    'minimumRate: 5 kB\n',
    '1:14: minimumRate must be a number of bytes such as 500, 1k or 64KiB, not "5 kB".',
  ],
  ['minimumRate: 99999999999GiB\n', '1:14: minimumRate must be less than 9 PB, not "99999999999GiB".'],
  [
    'minimumRate: 1e400\n',
    '1:14: minimumRate must be a number of bytes such as 500, 1k or 64KiB, not "Infinity".',
  ],
  [
    'trustedProxies: 10.0.0.0/33\n',
    '1:17: trustedProxies must be a range with a prefix of 32 bits at most, not "10.0.0.0/33".',
  ],
  [
    'trustedProxies: fd00::/129\n',
    '1:17: trustedProxies must be a range with a prefix of 128 bits at most, not "fd00::/129".',
  ],
  [
    'trustedProxies: 10.0.0\n',
    '1:17: trustedProxies must be an IP address or a CIDR range such as 10.0.0.0/8 or fd00::/8, not "10.0.0".',
  ],
  [
    'trustedProxies: proxy.example\n',
    '1:17: trustedProxies must be an IP address or a CIDR range such as 10.0.0.0/8 or fd00::/8, not "proxy.example".',
  ],
  [
    'trustedProxies: 10.0.0.0/\n',
    '1:17: trustedProxies must be an IP address or a CIDR range such as 10.0.0.0/8 or fd00::/8, not "10.0.0.0/".',
  ],
  [
    "trustedProxies: ['fe80::1%eth0']\n",
    '1:18: trustedProxies must be an IP address or a CIDR range such as 10.0.0.0/8 or fd00::/8, not "fe80::1%eth0".',
  ],
  [
    'trustedProxies: 10\n',
    '1:17: trustedProxies must be an IP address or a CIDR range such as 10.0.0.0/8 or fd00::/8, not "10".',
  ],
]);
