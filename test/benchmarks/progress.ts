const REMINDER_MS = 10_000;

/** Tells on standard error what is being done. */
export interface Progress extends Disposable {
  /** Tells what begins now; it is told again every ten seconds until something else begins. */
  readonly say: (line: string) => void;
}

/** Begins to count the seconds. */
export function createProgress(): Progress {
  const started = Date.now();
  let current = '';
  const print = (line: string) =>
    process.stderr.write(`${String(Math.round((Date.now() - started) / 1_000)).padStart(5)} s  ${line} …\n`);
  const timer = setInterval(() => print(`still: ${current}`), REMINDER_MS);
  return {
    say: (line) => {
      current = line;
      print(line);
      timer.refresh();
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
