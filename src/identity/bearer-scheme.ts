/** Whether an `Authorization` value is of the Bearer scheme (RFC 6750 §2.1); schemes know no case (RFC 9110 §11.1). */
export function isBearer(authorization: string): boolean {
  return authorization.length >= 7 && authorization.slice(0, 7).toLowerCase() === 'bearer ';
}
