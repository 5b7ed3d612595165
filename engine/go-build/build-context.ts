/** What a build tells, line by line, and what ends it early. A line comes at least every 15 s. */
export interface BuildContext {
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}
