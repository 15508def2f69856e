/** A command could not do its work: the message goes to stderr, the code becomes the process's. */
export class CommandFailure extends Error {
  /** 1: the work failed; 2: the command line or the configuration is wrong. */
  readonly exitCode: number;

  constructor(message: string, exitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
  }
}
