import { ARGOCD } from '../../support/stage.ts';
import type { ClusterApi } from './cluster-api.ts';
import { OPERATOR } from './operator-pods.ts';

/** A line that the operator writes after each round of writes. */
interface WriteLine {
  readonly pod: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Which pods of the operator have written Argo CD's objects, by their own logs. The logs of a pod go with the pod, so look often. */
export class WriteLog {
  readonly #api: ClusterApi;
  readonly #lines = new Map<string, WriteLine>();

  constructor(api: ClusterApi) {
    this.#api = api;
  }

  async look(): Promise<void> {
    const text = await this.#api.logs(ARGOCD, OPERATOR);
    for (const [line, pod = '', json = ''] of text.matchAll(
      /^\[pod\/([^/]+)\/\S+\] (\{.*"msg":"written".*\})$/gm,
    ))
      this.#lines.set(line, { pod, at: new Date(JSON.parse(json).time).getTime() });
  }

  /** The pods in the order of their first writes. */
  writers(): string[] {
    return [...new Set(this.#inOrder().map(({ pod }) => pod))];
  }

  /** Writes of a pod that came after a write of its successor. */
  interleaved(): WriteLine[] {
    const lines = this.#inOrder();
    const past = new Set<string>();
    return lines.filter(({ pod }, index) => {
      const before = lines[index - 1]?.pod;
      if (before !== undefined && before !== pod) past.add(before);
      return past.has(pod);
    });
  }

  #inOrder(): WriteLine[] {
    return [...this.#lines.values()].sort((a, b) => a.at - b.at);
  }
}
