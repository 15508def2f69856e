import { formatBytes } from './registry/size.js';

/** Where progress is shown: the standard error output, or something that behaves like it. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** How far some work has come. */
export interface Step {
  readonly label: string;
  readonly done: number;
  /** undefined while nobody knows. */
  readonly total?: number | undefined;
  readonly unit: 'bytes' | 'items';
}

/** Milliseconds between two drawings of the bar, and between two plain lines. */
const REDRAW = 100;
const NEXT_LINE = 5_000;

const WIDTH = 24;
const CLEAR = '\r\u001b[2K';

/** A bar that is drawn over itself on a terminal; elsewhere a plain line every few seconds. */
export class Progress {
  readonly #screen: Screen | undefined;
  readonly #clock: () => number;
  #shownAt: number;
  #isDrawn = false;

  /** @param screen undefined: nothing is shown. @param clock milliseconds. */
  constructor(screen: Screen | undefined, clock: () => number = () => performance.now()) {
    this.#screen = screen;
    this.#clock = clock;
    // The first plain line comes late, so that short work says nothing.
    this.#shownAt = screen?.isTTY === true ? Number.NEGATIVE_INFINITY : clock();
  }

  update(step: Step): void {
    const screen = this.#screen;
    if (screen === undefined) return;
    const now = this.#clock();
    if (now - this.#shownAt < (screen.isTTY === true ? REDRAW : NEXT_LINE)) return;
    this.#shownAt = now;
    if (screen.isTTY !== true) {
      screen.write(`${textOf(step)}\n`);
      return;
    }
    this.#isDrawn = true;
    screen.write(`${CLEAR}${lineOf(step).slice(0, Math.max(1, (screen.columns ?? 80) - 1))}`);
  }

  /** Takes the bar away, so that something else can be printed; the next update brings it back. */
  clear(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    this.#shownAt = Number.NEGATIVE_INFINITY;
    this.#screen?.write(CLEAR);
  }
}

function lineOf(step: Step): string {
  if (step.total === undefined) return textOf(step);
  const filled = Math.round(WIDTH * Math.min(1, step.total === 0 ? 1 : step.done / step.total));
  return `[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}] ${textOf(step)}`;
}

function textOf({ label, done, total, unit }: Step): string {
  const amount = (value: number): string => (unit === 'bytes' ? formatBytes(value) : String(value));
  return `${label}: ${amount(done)}${total === undefined ? '' : ` of ${amount(total)}`}`;
}
