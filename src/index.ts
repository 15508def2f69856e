export type { Configuration } from './configuration/configuration.js';
export { ConfigurationError } from './configuration/problem.js';
