/** What a site is about on this machine. */
export interface SitePlace {
  /** Port that the site listens on, on 127.0.0.1. */
  readonly port: number;
  /** Ports of servers of the registry, on 127.0.0.1. */
  readonly registry: readonly [number, number];
  /** Directory with server.crt, server.key, htpasswd, groups. */
  readonly directory: string;
}

const pair = ({ directory }: SitePlace): string =>
  `ssl_certificate ${directory}/server.crt;\n  ssl_certificate_key ${directory}/server.key;`;

/** The site of the handbook: a password for everything but the two pings. */
export const classic = (place: SitePlace): string => `
upstream docker-registry {
  server 127.0.0.1:${place.registry[0]};
}
server {
  listen 127.0.0.1:${place.port};
  server_name localhost;
  ssl on;
  ${pair(place)}
  proxy_set_header Host $http_host;
  proxy_set_header X-Real-IP $remote_addr;
  client_max_body_size 0;
  chunked_transfer_encoding on;
  location / {
    auth_basic "Restricted";
    auth_basic_user_file htpasswd;
    proxy_pass http://docker-registry;
  }
  location /_ping {
    auth_basic off;
    proxy_pass http://docker-registry;
  }
  location /v1/_ping {
    auth_basic off;
    proxy_pass http://docker-registry;
  }
}
`;

/** The site that docker-registry came with, from nginx 1.3.9 on, with the included half of it. */
export const contributed = (place: SitePlace): string => `
upstream docker-registry {
  server 127.0.0.1:${place.registry[0]};
}
server {
  listen 127.0.0.1:${place.port} ssl;
  server_name localhost;
  ${pair(place)}
  client_max_body_size 0;
  chunked_transfer_encoding on;
  location / {
    auth_basic "Docker Registry";
    auth_basic_user_file ${place.directory}/htpasswd;
    include docker-registry.conf;
  }
  location /_ping {
    auth_basic off;
    include docker-registry.conf;
  }
  location /v1/_ping {
    auth_basic off;
    include docker-registry.conf;
  }
}
`;

/** What {@link contributed} includes. */
export const contributedInclude = `
proxy_pass http://docker-registry;
proxy_set_header Host $http_host;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header Authorization "";
proxy_read_timeout 900;
`;

/** What distribution publishes: a whole nginx.conf. @param top directives in front, as a test needs them */
export const published = (place: SitePlace, top = '', within = ''): string => `${top}
events {
  worker_connections 1024;
}
http {
  ${within}
  upstream docker-registry {
    server 127.0.0.1:${place.registry[0]};
  }
  map $upstream_http_docker_distribution_api_version $docker_distribution_api_version {
    '' 'registry/2.0';
  }
  server {
    listen 127.0.0.1:${place.port} ssl;
    server_name localhost;
    ${pair(place)}
    ssl_protocols TLSv1.2;
    ssl_ciphers 'EECDH+AESGCM:EDH+AESGCM:AES256+EECDH:AES256+EDH';
    ssl_prefer_server_ciphers on;
    ssl_session_cache shared:SSL:10m;
    client_max_body_size 0;
    chunked_transfer_encoding on;
    location /v2/ {
      if ($http_user_agent ~ "^(docker\\/1\\.(3|4|5(?!\\.[0-9]-dev))|Go ).*$" ) {
        return 404;
      }
      auth_basic "Registry realm";
      auth_basic_user_file ${place.directory}/htpasswd;
      add_header 'Docker-Distribution-Api-Version' $docker_distribution_api_version always;
      proxy_pass                          http://docker-registry;
      proxy_set_header  Host              $http_host;
      proxy_set_header  X-Real-IP         $remote_addr;
      proxy_set_header  X-Forwarded-For   $proxy_add_x_forwarded_for;
      proxy_set_header  X-Forwarded-Proto $scheme;
      proxy_read_timeout                  900;
    }
  }
}
`;

/** The head of a site whose locations are given. */
const server = (place: SitePlace, locations: string, before = ''): string => `
${before}
server {
  listen 127.0.0.1:${place.port} ssl;
  server_name localhost;
  ${pair(place)}
  client_max_body_size 0;
  proxy_set_header Host $http_host;
  proxy_set_header X-Real-IP $remote_addr;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto https;
  proxy_set_header Authorization "";
${locations}
}
`;

const passing = ({ registry: [port] }: SitePlace): string => `proxy_pass http://127.0.0.1:${port};`;
const password = ({ directory }: SitePlace): string =>
  `auth_basic "x"; auth_basic_user_file ${directory}/htpasswd;`;

/** Whoever comes from one network needs no password to read. */
export const satisfyAny = (place: SitePlace): string =>
  server(
    place,
    `
  location / {
    satisfy any;
    allow 127.0.0.3;
    allow 10.0.0.0/8;
    deny all;
    ${password(place)}
    ${passing(place)}
  }
  location /v2/team/ {
    allow 127.0.0.2;
    deny 127.0.0.0/24;
    ${password(place)}
    ${passing(place)}
  }`,
  );

/** Everybody reads, those with a password write, and one repository is closed. */
export const publicReading = (place: SitePlace): string =>
  server(
    place,
    `
  location /v2/ {
    ${passing(place)}
    limit_except GET HEAD { ${password(place)} }
    location ~ ^/v2/(secret|hidden)/ { ${password(place)} ${passing(place)} }
    location ^~ /v2/closed/ { deny all; ${passing(place)} }
    location = /v2/_catalog { ${password(place)} ${passing(place)} }
  }
  location ~ /\\.ht { deny all; }`,
  );

/** Those with a password read, nobody writes or deletes but from one address. */
export const readOnly = (place: SitePlace): string =>
  server(
    place,
    `
  ${password(place)}
  location / {
    ${passing(place)}
    limit_except GET {
      allow 127.0.0.2;
      deny all;
    }
  }
  if ($request_method = DELETE) { return 403; }
  location /v1/ { return 404; }`,
  );

/** Several servers of one registry. */
export const balanced = (place: SitePlace): string =>
  server(
    place,
    `  location / { ${password(place)} proxy_pass http://registries; proxy_next_upstream error; }`,
    `upstream registries {
  least_conn;
  server 127.0.0.1:${place.registry[0]} weight=3 max_fails=2 fail_timeout=15s;
  server 127.0.0.1:${place.registry[1]};
  server 127.0.0.1:9 backup;
  server 127.0.0.1:1 down;
  keepalive 16;
}`,
  );

/** Everything that the grammar allows and nobody writes. */
export const nasty = (place: SitePlace): string => `# comment; with { signs } "and quotes
upstream r\\ { server "127.0.0.1:${place.registry[0]}"; }
map $host $unused{default "a;b}{";"~^(?<n>x)y\\d{2}$" '\\'$n';}
server{listen 127.0.0.1:${place.port} ssl;server_name "localhost";# behind a directive
${pair(place)}
set $place 127.0.0.1;set $port '${place.registry[0]}';
set $target "http://\${place}:$port";
location =/v2/_catalog{deny all;proxy_pass $target;}
location ~* "^/v2/(?:a|B)/x{0}" { deny all; proxy_pass $target; }
location / {
  auth_basic
    "Quo'ted; { realm }"
  ;
  auth_basic_user_file ${place.directory}/./htpasswd;
  proxy_pass
$target;
  proxy_set_header Host $http_host; }
}
`;
