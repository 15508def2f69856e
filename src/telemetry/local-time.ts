const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Local time as web servers write it, `28/Nov/2026:10:37:17 +0100`; made anew only when the second is another one. */
export class LocalTime {
  #second = Number.NaN;
  #text = '';

  /** @param milliseconds since 1970 */
  at(milliseconds: number): string {
    const second = Math.floor(milliseconds / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = format(new Date(second * 1_000));
    }
    return this.#text;
  }
}

function format(date: Date): string {
  // Minutes west of Greenwich.
  const offset = date.getTimezoneOffset();
  const distance = Math.abs(offset);
  const zone = `${offset > 0 ? '-' : '+'}${two(Math.floor(distance / 60))}${two(distance % 60)}`;
  const day = `${two(date.getDate())}/${MONTHS[date.getMonth()]}/${date.getFullYear()}`;
  return `${day}:${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${zone}`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}
