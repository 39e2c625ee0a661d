/** What comes in time; undefined where nothing does. */
export const inTime = <Value>(value: Promise<Value>, patienceMs: number): Promise<Value | undefined> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, patienceMs, undefined).unref();
    value.then((given) => {
      clearTimeout(timer);
      resolve(given);
    });
  });
