/** Bounds for what is read, so that a wrong file cannot take all memory. Real configurations have a hundredth of it. */
export const LIMITS = {
  /** Files that are read, those that are included too. */
  files: 1_000,
  /** Files that include each other in a row. */
  includeDepth: 20,
  /** Characters of all files together. */
  characters: 16 * 1024 * 1024,
  /** Directives of all files together, each time that they are included. */
  directives: 200_000,
  /** Blocks in blocks. */
  nesting: 64,
  /** Words of one directive. */
  words: 10_000,
} as const;
