/** The bytes of a layer are no archive that an engine could unpack. */
export class LayerUnreadable extends Error {
  readonly code = 'LAYER_UNREADABLE';

  /** @param reason what is wrong, after "the layer … ": `is no tar archive`. Never text out of the layer itself. */
  constructor(reason: string, options?: ErrorOptions) {
    super(`the layer ${reason}`, options);
    this.name = 'LayerUnreadable';
  }
}
