/** The service could not be installed, removed or looked at. The message says why, and what to do. */
export class ServiceFailure extends Error {
  override readonly name = 'ServiceFailure';
}
