import { expectSentences } from './sentences.js';

expectSentences([
  ['listen: 0.0.0.0\n', '1:9: listen must have a port: "0.0.0.0:8443".'],
  ['listen: ::1\n', '1:9: listen must have an IPv6 address in brackets and a port: "[::1]:8443".'],
  ['listen: localhost\n', '1:9: listen must have a port: "localhost:8443".'],
  [
    'listen: https://0.0.0.0:8443\n',
    '1:9: listen must be HOST:PORT alone, without a scheme such as https://.',
  ],
  ['listen: 65536\n', '1:9: listen must have a port from 0 to 65535, not 65536.'],
  [
    'listen: -1\n',
    '1:9: listen must be an address such as 0.0.0.0:8443, [::1]:8443, :8443 or 8443, not "-1".',
  ],
  [
    'listen: 8443.5\n',
    '1:9: listen must be an address such as 0.0.0.0:8443, [::1]:8443, :8443 or 8443, not "8443.5".',
  ],
  [
    'listen: a:b\n',
    '1:9: listen must be an address such as 0.0.0.0:8443, [::1]:8443, :8443 or 8443, not "a:b".',
  ],
  ["listen: '[1.2.3.4]:80'\n", '1:9: listen must have an IPv6 address between the brackets, not "1.2.3.4".'],
  [
    "listen: '[::1]'\n",
    '1:9: listen must be an address such as 0.0.0.0:8443, [::1]:8443, :8443 or 8443, not "[::1]".',
  ],
  [
    'listen: 300.1.2.3:80\n',
    '1:9: listen must have a host name or an IP address before the port, not "300.1.2.3".',
  ],
  [
    'listen: under_score:80\n',
    '1:9: listen must have a host name or an IP address before the port, not "under_score".',
  ],
  ["listen: '*:8443'\n", '1:9: listen must have a host name or an IP address before the port, not "*".'],
  ["listen: [8443, '0.0.0.0:8443']\n", '1:16: listen names 0.0.0.0:8443 twice.'],
  ["listen: ['[::1]:1', 2, '[::1]:1']\n", '1:24: listen names [::1]:1 twice.'],
  [
    'hostname: https://a.example\n',
    '1:11: hostname must be a host name alone, without a scheme such as https://.',
  ],
  [
    'hostname: a.example:8443\n',
    '1:11: hostname must be a host name without a port; ports belong to "listen". It is "a.example:8443".',
  ],
  ["hostname: '[::1]'\n", '1:11: hostname must be an IPv6 address without brackets: "::1".'],
  [
    'hostname: under_score\n',
    '1:11: hostname must be a host name such as registry.example.com or an IP address, not "under_score".',
  ],
  [
    'hostname: -a\n',
    '1:11: hostname must be a host name such as registry.example.com or an IP address, not "-a".',
  ],
  [
    'hostname: 1.2.3\n',
    '1:11: hostname must be a host name such as registry.example.com or an IP address, not "1.2.3".',
  ],
  ['hostname: bücher.example\n', '1:11: hostname must be written in ASCII: "xn--bcher-kva.example".'],
  [
    "hostname: '*.example.com'\n",
    '1:11: hostname must be a host name such as registry.example.com or an IP address, not "*.example.com".',
  ],
  [
    "hostname: ''\n",
    '1:11: hostname must be a host name such as registry.example.com or an IP address, not "".',
  ],
  [
    'hostname: 5\n',
    '1:11: hostname must be a host name such as registry.example.com or an IP address, not "5".',
  ],
  ['upstream: localhost:5000\n', '1:11: upstream must begin with a scheme: "http://localhost:5000".'],
  ['upstream: registry\n', '1:11: upstream must be http://HOST:PORT, https://HOST:PORT or http+unix:/PATH.'],
  [
    'upstream: ftp://a\n',
    '1:11: upstream must be http://HOST:PORT, https://HOST:PORT or http+unix:/PATH, not "ftp://...".',
  ],
  ['upstream: http:a\n', '1:11: upstream must be http://HOST:PORT, https://HOST:PORT or http+unix:/PATH.'],
  ['upstream: http:/a\n', '1:11: upstream must have two slashes after "http:".'],
  [
    'upstream: http://user:secret@a:5000\n',
    '1:11: upstream must not hold a user name or password. Set "upstream.passAuthorization" to pass on those of the client.',
  ],
  [
    'upstream: http://user:sec/ret@a\n',
    '1:11: upstream must not hold a user name or password. Set "upstream.passAuthorization" to pass on those of the client.',
  ],
  [
    'upstream: http://user:secret\n',
    '1:11: upstream must have a host name or an IP address, and a port from 1 to 65535: http://HOST:PORT.',
  ],
  [
    'upstream: http://a/v2/\n',
    '1:11: upstream must not have a path: the paths of the clients go upstream as they are. End it after the port.',
  ],
  ['upstream: http://a?token=secret\n', '1:11: upstream must not have a query ("?...").'],
  ['upstream: http://a#x\n', '1:11: upstream must not have a fragment ("#...").'],
  ['upstream: http://a:0\n', '1:11: upstream must have a port from 1 to 65535, not 0.'],
  [
    'upstream: http://a:99999\n',
    '1:11: upstream must have a host name or an IP address, and a port from 1 to 65535: http://HOST:PORT.',
  ],
  [
    'upstream: http://\n',
    '1:11: upstream must have a host name or an IP address, and a port from 1 to 65535: http://HOST:PORT.',
  ],
  ['upstream: unix:/run/x.sock\n', '1:11: upstream must be written "http+unix:/PATH" for a unix socket.'],
  [
    'upstream: http+unix://run/x.sock\n',
    '1:11: upstream must have one slash or three before the path of the socket: "http+unix:/PATH".',
  ],
  [
    'upstream: http+unix://%2Frun%2Fx.sock/v2\n',
    '1:11: upstream must not have a path behind the socket. Escape the slashes of the socket as %2F.',
  ],
  [
    'upstream: http+unix:/run/x.sock?a\n',
    '1:11: upstream must not have a query or a fragment behind the path of the socket.',
  ],
  [
    'upstream: http+unix:/run/%zz\n',
    '1:11: upstream must have a % only before two hexadecimal digits; write %25 for the sign itself.',
  ],
  ['upstream: http+unix:/\n', '1:11: upstream must name the path of a unix socket.'],
  ['upstream: http+unix://user:secret@%2Frun\n', '1:11: upstream must not hold a user name or password.'],
  [
    'upstream: [http://a]\n',
    '1:11: upstream must be a URL: http://HOST:PORT, https://HOST:PORT or http+unix:/PATH; or a mapping with the keys url, servers, ca, passAuthorization, tokens, connections, maxFails, failTimeout.',
  ],
  [
    'upstream: 5000\n',
    '1:11: upstream must be a URL: http://HOST:PORT, https://HOST:PORT or http+unix:/PATH, not "5000".',
  ],
]);
