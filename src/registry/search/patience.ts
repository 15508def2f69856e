/** Waits for something, however it ends, but not beyond a time, in milliseconds since the epoch. */
export async function withinTime(work: Promise<unknown>, end: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const time = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, end - Date.now()));
  });
  try {
    await Promise.race([work.catch(() => undefined), time]);
  } finally {
    clearTimeout(timer);
  }
}
