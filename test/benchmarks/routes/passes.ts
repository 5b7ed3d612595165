/** One look of Argo CD's controller at one Application. Times are those of the log's arrival here, in milliseconds. */
export interface Pass {
  /** `namespace/name` */
  readonly resource: string;
  readonly from: number;
  readonly to: number;
  /** What it has logged, its first and last line included. */
  readonly lines: number;
  readonly bytes: number;
}

const START = 'msg="Start processing"';
const END = 'msg="Processing completed"';

/**
 * Reads the controller's log as it comes, since Argo CD writes whole seconds into it. It has one worker, so what stands
 * between the first and the last line of a pass belongs to that pass.
 */
export class PassLog {
  /** In the order in which they ended. */
  readonly passes: Pass[] = [];
  #rest = '';
  #open: { resource: string; from: number; lines: number; bytes: number } | undefined;

  /** @param at when it came, in milliseconds */
  append(text: string, at: number): void {
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line, at);
  }

  #take(line: string, at: number): void {
    if (line.includes(START)) {
      this.#open = { resource: resourceOf(line), from: at, lines: 0, bytes: 0 };
    }
    if (!this.#open) return;
    this.#open.lines += 1;
    this.#open.bytes += Buffer.byteLength(line) + 1;
    if (!line.includes(END)) return;
    this.passes.push({ ...this.#open, to: at });
    this.#open = undefined;
  }
}

const resourceOf = (line: string): string => /resource="?([^"\s]+)/.exec(line)?.[1] ?? '';
