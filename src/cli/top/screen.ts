import type { ReadStream, WriteStream } from 'node:tty';

/** A terminal that shows whole screens. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly hasColours: boolean;
  /** @param lines harmless ones, no wider than the screen */
  show(lines: readonly string[]): void;
  /** Puts everything back. May be called again. */
  close(): void;
}

/** What a person does with it. */
export interface ScreenListener {
  key(key: string): void;
  resized(): void;
  /** A signal wants the program to end. */
  ended(): void;
}

const ESC = '\u001b[';
/** The other screen, no cursor, no line that goes on in the next (xterm control sequences). */
const OPEN = `${ESC}?1049h${ESC}?25l${ESC}?7l`;
const CLOSE = `${ESC}?7h${ESC}?25h${ESC}?1049l`;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Takes a terminal over until it is closed, or the process ends in whatever way it can notice. */
export class TerminalScreen implements Screen {
  readonly hasColours: boolean;
  readonly #output: WriteStream;
  readonly #input: ReadStream;
  readonly #listener: ScreenListener;
  #open = true;

  constructor(output: WriteStream, input: ReadStream, hasColours: boolean, listener: ScreenListener) {
    this.#output = output;
    this.#input = input;
    this.hasColours = hasColours;
    this.#listener = listener;
    output.write(OPEN);
    if (input.isTTY) {
      input.setRawMode(true);
      input.setEncoding('latin1');
      input.on('data', this.#onData);
      input.resume();
    }
    output.on('resize', this.#onResize);
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
    // Somebody put the program aside and took it up again: the terminal has forgotten.
    process.on('SIGCONT', this.#onContinued);
    process.on('exit', this.#onExit);
  }

  get columns(): number {
    return this.#output.columns || 80;
  }

  get rows(): number {
    return this.#output.rows || 24;
  }

  show(lines: readonly string[]): void {
    // In one piece, line by line, each cleared to its end: nothing flickers.
    const text = lines.map((line) => `${line}${ESC}K`).join('\r\n');
    this.#output.write(`${ESC}H${text}${ESC}J`);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#output.off('resize', this.#onResize);
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
    process.off('SIGCONT', this.#onContinued);
    process.off('exit', this.#onExit);
    if (this.#input.isTTY) {
      this.#input.off('data', this.#onData);
      this.#input.setRawMode(false);
      this.#input.pause();
    }
    this.#output.write(CLOSE);
  }

  readonly #onData = (text: string): void => {
    // Ctrl-C is a key like others while the terminal is raw.
    if (text.includes('\u0003')) this.#listener.ended();
    else for (const key of text) this.#listener.key(key);
  };

  readonly #onResize = (): void => this.#listener.resized();

  readonly #onSignal = (): void => this.#listener.ended();

  readonly #onExit = (): void => this.close();

  readonly #onContinued = (): void => {
    if (this.#input.isTTY) this.#input.setRawMode(true);
    this.#output.write(OPEN);
    this.#listener.resized();
  };
}
