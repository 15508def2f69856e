import { hash, randomBytes } from 'node:crypto';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_BYTES = 8;
const SECRET_BYTES = 32;
/** Digits to base 62 that hold 256 bits. */
const SECRET_DIGITS = 43;
/** Digits to base 62 that hold 32 bits. */
const CHECK_DIGITS = 6;
const FORM = /^dgt_([0-9a-f]{16})_[0-9A-Za-z]{49}$/;

/** Whether a text can be the identifier of a robot: 16 hexadecimal digits. */
export function isRobotId(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}

/** An identifier that no robot has yet, as good as certainly. It is no secret: it stands in lists. */
export function newRobotId(): string {
  return randomBytes(ID_BYTES).toString('hex');
}

/**
 * A new secret: `dgt_`, the robot's identifier, `_`, 256 random bits to base 62, and six digits that check all before, so
 * that scanners for leaked secrets, and whoever mistypes one, can tell without asking anybody. A double click selects it whole.
 */
export function newSecret(id: string): string {
  const random = BigInt(`0x${randomBytes(SECRET_BYTES).toString('hex')}`);
  const text = `dgt_${id}_${toBase62(random, SECRET_DIGITS)}`;
  return `${text}${checkDigits(text)}`;
}

/** The identifier in a secret; undefined when the text is no secret of a robot. */
export function idInSecret(text: string): string | undefined {
  // The form bounds the length, so that a long password costs nothing.
  const id = FORM.exec(text)?.[1];
  return id !== undefined && checkDigits(text.slice(0, -CHECK_DIGITS)) === text.slice(-CHECK_DIGITS)
    ? id
    : undefined;
}

/**
 * What is kept of a secret. A slow hash makes guessing dear where there is something to guess; 256 random bits cannot be
 * guessed at any price, and a fast one keeps every request cheap.
 *
 * @returns SHA-256 in hexadecimal digits
 */
export function digestOfSecret(secret: string): string {
  return hash('sha256', secret);
}

/** In plain numbers, because it is reckoned at every request. */
function checkDigits(text: string): string {
  let rest = Number.parseInt(hash('sha256', text).slice(0, 8), 16);
  let digits = '';
  for (; digits.length < CHECK_DIGITS; rest = Math.floor(rest / 62)) digits = `${DIGITS[rest % 62]}${digits}`;
  return digits;
}

function toBase62(number: bigint, digits: number): string {
  let text = '';
  for (let rest = number; text.length < digits; rest /= 62n) text = `${DIGITS[Number(rest % 62n)]}${text}`;
  return text;
}
