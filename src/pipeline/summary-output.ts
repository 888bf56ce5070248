/**
 * Where records of sessions go to be summed up: a renderer thread that makes nothing of them but, when they are all there, their figures.
 */
import { RECORD_SESSION } from '../analysis/events.js';
import type { SessionFigures } from '../summary/figures.js';
import type { SummaryPlan } from '../summary/selector.js';
import type { LineOutput } from './line-output.js';
import { RenderedRecords } from './record-output.js';

export class SummaryOutput extends RenderedRecords {
  readonly #collected: CollectedText;

  /** `addressKey`: what addresses are mapped by before anything is made of them; conditions of the plan are about what they are mapped to, then. */
  constructor(plan: SummaryPlan, addressKey?: Uint8Array) {
    const collected = new CollectedText();
    super({ kind: RECORD_SESSION, format: 'summary', summary: plan }, collected, addressKey);
    this.#collected = collected;
  }

  /** What the sessions come to, once `finish` has resolved; undefined before, and of a run in which nothing could be read. */
  get figures(): SessionFigures | undefined {
    const { text } = this.#collected;
    return text === '' ? undefined : JSON.parse(text);
  }
}

/** A place of lines in memory. */
class CollectedText implements LineOutput {
  readonly isFull = false;
  readonly failed = new Promise<never>(() => {});
  readonly #pieces: string[] = [];
  readonly #decoder = new TextDecoder();

  get text(): string {
    return this.#pieces.join('');
  }

  begin(): void {}

  append(bytes: Uint8Array): void {
    this.#pieces.push(this.#decoder.decode(bytes, { stream: true }));
  }

  push(): void {}

  async ready(): Promise<void> {}

  async flush(): Promise<void> {}

  async complete(): Promise<void> {}
}
