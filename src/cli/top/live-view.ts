import { CommandFailure } from '../command-failure.js';
import { type Figures, figuresOf } from './figures.js';
import { frameOf } from './frame.js';
import { Interval, type Reading, type ReadingSource, takeReading } from './reading.js';
import type { Screen, ScreenListener } from './screen.js';
import { paint } from './style.js';
import type { Order } from './transfers.js';

const ORDERS: Readonly<Record<string, Order>> = { r: 'rate', b: 'bytes', t: 'time', u: 'user' };
/** Milliseconds after which the first rates are shown, though they are over a short time. */
const FIRST = 300;
/** Readings in a row that may fail: a server that is restarted is there again soon. */
const PATIENCE = 30;

/** Shows a server's figures again and again until somebody has seen enough. */
export class LiveView implements ScreenListener {
  readonly #source: ReadingSource;
  readonly #interval: number;
  readonly #openScreen: (listener: ScreenListener) => Screen;
  #screen: Screen | undefined;
  #order: Order = 'rate';
  #figures: Figures | undefined;
  #trouble: string | undefined;
  #wake: () => void = () => {};
  #ended = false;

  /** @param interval milliseconds between two readings */
  constructor(source: ReadingSource, interval: number, openScreen: (listener: ScreenListener) => Screen) {
    this.#source = source;
    this.#interval = interval;
    this.#openScreen = openScreen;
  }

  /** Resolves when somebody quits. @throws {Error} as the source does, at once at the beginning and later after a while */
  async run(): Promise<void> {
    let before = await takeReading(this.#source);
    const screen = this.#openScreen(this);
    this.#screen = screen;
    try {
      this.#look(before, before);
      let wait = Math.min(FIRST, this.#interval);
      for (let failures = 0; !this.#ended; ) {
        await this.#pause(wait);
        wait = this.#interval;
        if (this.#ended) break;
        try {
          const after = await takeReading(this.#source);
          this.#look(before, after);
          before = after;
          failures = 0;
        } catch (error) {
          failures += 1;
          if (!(error instanceof Error) || failures >= PATIENCE) throw error;
          this.#trouble = error instanceof CommandFailure ? error.message : String(error);
          this.#draw();
        }
      }
    } finally {
      screen.close();
    }
  }

  key(key: string): void {
    if (key === 'q' || key === 'Q' || key === '\u0004') this.ended();
    const order = ORDERS[key];
    if (order === undefined) return;
    this.#order = order;
    this.#draw();
  }

  resized(): void {
    this.#draw();
  }

  ended(): void {
    this.#ended = true;
    this.#wake();
  }

  #look(before: Reading, after: Reading): void {
    this.#trouble = undefined;
    this.#figures = figuresOf(new Interval(before, after));
    this.#draw();
  }

  #draw(): void {
    const [screen, figures] = [this.#screen, this.#figures];
    if (screen === undefined || figures === undefined || this.#ended) return;
    const { rows, columns, hasColours } = screen;
    const lines = frameOf(figures, { rows, order: this.#order, trouble: this.#trouble });
    screen.show(lines.map((line) => paint(line, columns, hasColours)));
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#ended) this.#wake();
    });
  }
}
