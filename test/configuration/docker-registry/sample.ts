/** A `config.yml` in the form of docker-registry's sample: flavours that merge each other, values from the environment. */
export const SAMPLE = `# Everybody's settings
common: &common
    issue: '"our old registry"'
    loglevel: _env:LOGLEVEL:info
    debug: _env:DEBUG:false
    standalone: _env:STANDALONE:true
    index_endpoint: _env:INDEX_ENDPOINT:https://index.docker.io
    storage_redirect: _env:STORAGE_REDIRECT
    disable_token_auth: _env:DISABLE_TOKEN_AUTH
    privileged_key: _env:PRIVILEGED_KEY
    secret_key: s3cret-cookie
    search_backend: _env:SEARCH_BACKEND
    sqlalchemy_index_database: _env:SQLALCHEMY_INDEX_DATABASE:sqlite:////tmp/docker-registry.db
    registry_endpoints: "registry.example.com:8443, other.example.com"

    mirroring:
        source: _env:MIRROR_SOURCE
        source_index: _env:MIRROR_SOURCE_INDEX
        tags_cache_ttl: _env:MIRROR_TAGS_CACHE_TTL:172800

    cache:
        host: _env:CACHE_REDIS_HOST:localhost
        port: _env:CACHE_REDIS_PORT
        db: _env:CACHE_REDIS_DB:0
        password: _env:CACHE_REDIS_PASSWORD:s3cret-redis

    cache_lru:
        host: _env:CACHE_LRU_REDIS_HOST
        db: _env:CACHE_LRU_REDIS_DB:0

    email_exceptions:
        smtp_host: _env:SMTP_HOST:mail.example.com
        smtp_port: _env:SMTP_PORT:25
        smtp_password: s3cret-mail
        to_addr: admin@example.com

    bugsnag: _env:BUGSNAG:s3cret-bugsnag

    cors:
        origins: _env:CORS_ORIGINS
        headers: _env:CORS_HEADERS:[Content-Type]

local: &local
    <<: *common
    storage: local
    storage_path: _env:STORAGE_PATH:/var/docker-registry/registry

s3: &s3
    <<: *common
    storage: s3
    s3_region: eu-west-1
    s3_access_key: s3cret-key
    s3_secret_key: s3cret-secret
    boto_bucket: _env:AWS_BUCKET:images
    storage_path: /registry
    cloudfront:
        base: https://cdn.example.com
        keysecret: s3cret-cdn

dev: &dev
    <<: *local
    loglevel: _env:LOGLEVEL:debug
    search_backend: _env:SEARCH_BACKEND:sqlalchemy

prod:
    <<: [*s3, *local]
    standalone: false
    index_endpoint: https://index.example.com/
    nginx_x_accel_redirect: /accel
    stroage_path: s3cret-typo

alone:
    standalone: no
    disable_token_auth: true
    issue: |
        two
        lines
    loglevel: LOUD
    swift_password: s3cret-swift
    oss_bucket: images
    elliptics_nodes: nodes
    gs_secret_key: s3cret-gs
    oauth2: true
    azure_storage_account_key: s3cret-azure
    storage_alternate: file
    registry_endpoints: ["https://user:s3cret-url@host"]
`;
