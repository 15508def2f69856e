import type { SitePlace } from './nginx-sites.js';

const head = ({ port, directory }: SitePlace): string => `<VirtualHost 127.0.0.1:${port}>
  ServerName localhost
  SSLEngine on
  SSLCertificateFile ${directory}/server.crt
  SSLCertificateKeyFile "${directory}/server.key"`;

/** What distribution publishes: a group that reads and a group that writes. */
export const published = (place: SitePlace): string => `${head(place)}
  SSLCompression off
  SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1
  SSLCipherSuite EECDH+AESGCM:EDH+AESGCM:AES256+EECDH:AES256+EDH
  SSLHonorCipherOrder on

  Header always set "Docker-Distribution-Api-Version" "registry/2.0"
  Header onsuccess set "Docker-Distribution-Api-Version" "registry/2.0"
  RequestHeader set X-Forwarded-Proto "https"

  ProxyRequests     off
  ProxyPreserveHost on
  ProxyPass        /error/ !
  ProxyPass        /v2 http://127.0.0.1:${place.registry[0]}/v2
  ProxyPassReverse /v2 http://127.0.0.1:${place.registry[0]}/v2

  <Location /v2>
    Order deny,allow
    Allow from all
    AuthName "Registry Authentication"
    AuthType basic
    AuthUserFile "${place.directory}/htpasswd"
    AuthGroupFile "${place.directory}/groups"

    <Limit GET HEAD>
      Require valid-user
    </Limit>
    <Limit POST PUT DELETE PATCH>
      Require group pusher
    </Limit>
  </Location>
</VirtualHost>
`;

/** Requirements of Apache 2.4, by path, and several servers. */
export const required = (place: SitePlace): string => `<Proxy "balancer://registries">
  BalancerMember http://127.0.0.1:${place.registry[0]} loadfactor=2
  BalancerMember http://127.0.0.1:${place.registry[1]}
</Proxy>
${head(place)}
  Define REALM "Registry of \\
the company"
  ProxyPreserveHost On
  ProxyPass / balancer://registries/ timeout=600
  <Location "/">
    AuthType Basic
    AuthName "\${REALM}"
    AuthUserFile ${place.directory}/htpasswd
    AuthGroupFile ${place.directory}/groups
    <RequireAny>
      Require ip 127.0.0.3
      Require valid-user
    </RequireAny>
  </Location>
  <Location "/v2/team/">
    <RequireAll>
      Require group pusher
      <RequireNone>
        Require ip 127.0.0.2
      </RequireNone>
    </RequireAll>
  </Location>
  <LocationMatch "^/v2/(secret|hidden)/">
    Require user writer
  </LocationMatch>
  <Location /v2/closed>
    Require all denied
  </Location>
  <IfModule !mod_proxy.c>
    Require all granted
  </IfModule>
</VirtualHost>
`;

/** Order, Allow, Deny and Satisfy of Apache 2.2. */
export const old = (place: SitePlace): string => `${head(place)}
  ProxyPreserveHost On
  ProxyPass / http://127.0.0.1:${place.registry[0]}/
  <Location />
    AuthType Basic
    AuthName x
    AuthUserFile ${place.directory}/htpasswd
    Require valid-user
    Order deny,allow
    Deny from all
    Allow from 127.0.0.3 10.1
    Satisfy Any
  </Location>
  <Location /v2/team>
    Order allow,deny
    Allow from 127.0.0
    Deny from 127.0.0.2
    Satisfy All
    <LimitExcept GET>
      Require user writer
    </LimitExcept>
  </Location>
</VirtualHost>
`;
