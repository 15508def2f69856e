/** How the numbers of several processes become one. Without it they are added up. */
export type Aggregator = 'sum' | 'first' | 'min' | 'max' | 'average' | 'omit';

export interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly aggregator?: Aggregator;
}

/**
 * All numbers that dockgate itself has, by the conventions of Prometheus: base units, `_total` for what only grows.
 * No label holds what a client has chosen.
 */
export const FAMILIES = {
  dockgate_build_info: {
    type: 'gauge',
    help: 'Always 1; its labels tell which version runs.',
    labels: ['version', 'node'],
    aggregator: 'first',
  },
  dockgate_http_requests_total: {
    type: 'counter',
    help: 'Requests that are over, by what they were for and the status of the reply (none: there was no reply).',
    labels: ['route', 'code'],
  },
  dockgate_http_request_duration_seconds: {
    type: 'histogram',
    help: 'From the header of a request to the last byte of its reply.',
    labels: ['route'],
  },
  dockgate_http_outcomes_total: {
    type: 'counter',
    help: 'Requests that are over, by how they ended.',
    labels: ['outcome'],
  },
  dockgate_http_received_bytes_total: {
    type: 'counter',
    help: 'Bytes of bodies of requests, those under way included.',
    labels: [],
  },
  dockgate_http_sent_bytes_total: {
    type: 'counter',
    help: 'Bytes of bodies of replies, those under way included.',
    labels: [],
  },
  dockgate_http_open_exchanges: {
    type: 'gauge',
    help: 'Requests that are under way.',
    labels: [],
  },
  dockgate_connections_open: {
    type: 'gauge',
    help: 'Connections of clients that are open.',
    labels: [],
  },
  dockgate_connections_total: {
    type: 'counter',
    help: 'Connections of clients that were accepted.',
    labels: [],
  },
  dockgate_tls_handshakes_total: {
    type: 'counter',
    help: 'TLS handshakes: full, resumed from an earlier one, or failed.',
    labels: ['result'],
  },
  dockgate_auth_verdicts_total: {
    type: 'counter',
    help: 'Who asked, by the way in which they showed it and what came of it.',
    labels: ['way', 'verdict'],
  },
  dockgate_auth_cache_entries: {
    type: 'gauge',
    help: 'Passwords whose verdict is remembered.',
    labels: [],
  },
  dockgate_auth_cache_hits_total: {
    type: 'counter',
    help: 'Passwords whose verdict was remembered.',
    labels: [],
  },
  dockgate_auth_cache_misses_total: {
    type: 'counter',
    help: 'Passwords whose verdict had to be found out.',
    labels: [],
  },
  dockgate_auth_queue: {
    type: 'gauge',
    help: 'Passwords that wait to be hashed: for a thread (pool), or in the lane of those who were never good (lane).',
    labels: ['queue'],
  },
  dockgate_auth_hashes_running: {
    type: 'gauge',
    help: 'Passwords that are being hashed.',
    labels: [],
  },
  dockgate_auth_hash_duration_seconds: {
    type: 'histogram',
    help: 'Time on a thread for hashing one password.',
    labels: [],
  },
  dockgate_upstream_requests_total: {
    type: 'counter',
    help: 'Replies of the upstream, by server and class of the status.',
    labels: ['server', 'code'],
  },
  dockgate_upstream_duration_seconds: {
    type: 'histogram',
    help: 'From passing a request on to the header of its reply.',
    labels: ['server'],
  },
  dockgate_upstream_failures_total: {
    type: 'counter',
    help: 'Requests to the upstream that got no reply, by why.',
    labels: ['server', 'kind'],
  },
  dockgate_upstream_retries_total: {
    type: 'counter',
    help: 'Requests that a server got after another connection or server had failed.',
    labels: ['server'],
  },
  dockgate_upstream_up: {
    type: 'gauge',
    help: '1 while the server gets requests, 0 while it is left alone because it failed.',
    labels: ['server'],
    aggregator: 'max',
  },
  dockgate_upstream_connections: {
    type: 'gauge',
    help: 'Connections to the upstream: busy with a request, or free.',
    labels: ['server', 'state'],
  },
  dockgate_upstream_queue: {
    type: 'gauge',
    help: 'Requests that wait for a connection to the upstream.',
    labels: ['server'],
  },
  dockgate_storage_free_bytes: {
    type: 'gauge',
    help: 'Bytes that are free where the data directory lies.',
    labels: [],
    aggregator: 'min',
  },
  dockgate_storage_size_bytes: {
    type: 'gauge',
    help: 'Bytes of the whole file system on which the data directory lies.',
    labels: [],
    aggregator: 'min',
  },
  dockgate_storage_collections_total: {
    type: 'counter',
    help: 'Clean-ups that ended, by how: done or failed.',
    labels: ['result'],
  },
  dockgate_storage_collected_bytes_total: {
    type: 'counter',
    help: 'Bytes that clean-ups have freed.',
    labels: [],
  },
  dockgate_storage_collections_running: {
    type: 'gauge',
    help: 'Clean-ups under way.',
    labels: [],
  },
  dockgate_storage_last_collection_timestamp_seconds: {
    type: 'gauge',
    help: 'When a clean-up was last done, in seconds since 1970; 0: never since the start.',
    labels: [],
    aggregator: 'max',
  },
  dockgate_storage_damaged_contents_total: {
    type: 'counter',
    help: 'Contents that were found damaged.',
    labels: [],
  },
  dockgate_config_last_reload_success: {
    type: 'gauge',
    help: '1 when the last reload took the configuration over, 0 when it was refused.',
    labels: [],
    aggregator: 'min',
  },
  dockgate_config_last_reload_timestamp_seconds: {
    type: 'gauge',
    help: 'When the configuration was last taken over, in seconds since 1970.',
    labels: [],
    aggregator: 'max',
  },
  dockgate_config_reloads_total: {
    type: 'counter',
    help: 'Reloads of the configuration: done or refused.',
    labels: ['result'],
  },
  dockgate_certificate_expiry_timestamp_seconds: {
    type: 'gauge',
    help: 'When a certificate in use ends, in seconds since 1970.',
    labels: ['file'],
    aggregator: 'min',
  },
  dockgate_event_loop_delay_seconds: {
    type: 'histogram',
    help: 'How late the event loop comes to what is due, looked at every 50 ms.',
    labels: [],
  },
  dockgate_workers: {
    type: 'gauge',
    help: 'Processes that share the work: how many are wanted, and how many run.',
    labels: ['state'],
  },
  dockgate_worker_deaths_total: {
    type: 'counter',
    help: 'Workers that ended without being asked to.',
    labels: [],
  },
  dockgate_worker_replacements_total: {
    type: 'counter',
    help: 'Workers that were replaced as planned.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, Family>>;

export type FamilyName = keyof typeof FAMILIES;

/** The labels of a family, each with a value. */
export type LabelsOf<Name extends FamilyName> = Readonly<
  Record<(typeof FAMILIES)[Name]['labels'][number], string>
>;
