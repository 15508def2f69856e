/** Rows gathered before the first are printed: enough to find good widths, few enough for any memory. */
const BATCH = 200;

/** A table of any length. Widths come from the rows at its beginning and grow when longer ones follow. */
export class Table {
  readonly #print: (line: string) => void;
  readonly #toTheRight: ReadonlySet<number>;
  readonly #widths: number[] = [];
  #rows: (readonly string[])[];

  /** @param toTheRight columns of numbers, counted from 0. */
  constructor(print: (line: string) => void, head: readonly string[], toTheRight: readonly number[] = []) {
    this.#print = print;
    this.#toTheRight = new Set(toTheRight);
    this.#rows = [head];
  }

  add(row: readonly string[]): void {
    this.#rows.push(row);
    if (this.#rows.length >= BATCH) this.flush();
  }

  /** Prints what has been gathered. */
  flush(): void {
    for (const row of this.#rows) {
      for (const [column, cell] of row.entries()) {
        this.#widths[column] = Math.max(this.#widths[column] ?? 0, cell.length);
      }
    }
    for (const row of this.#rows) this.#print(this.#line(row));
    this.#rows = [];
  }

  #line(row: readonly string[]): string {
    return row
      .map((cell, column) => {
        const width = this.#widths[column] ?? 0;
        return this.#toTheRight.has(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  }
}
