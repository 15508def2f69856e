import type { Action } from '../exchange/action.js';

/** Actions as bits, so that many of them are compared at once. */
export const BITS: Readonly<Record<Action, number>> = {
  pull: 1,
  push: 2,
  delete: 4,
  catalog: 8,
  search: 16,
  admin: 32,
};
