/**
 * Slots in a heap: the one that is to go first is found at once.
 */
export class SlotHeap {
  readonly #slots: number[] = [];
  readonly #goesBefore: (a: number, b: number) => boolean;

  /** `goesBefore`: whether slot `a` is to go before slot `b`. */
  constructor(goesBefore: (a: number, b: number) => boolean) {
    this.#goesBefore = goesBefore;
  }

  get size(): number {
    return this.#slots.length;
  }

  /** The one that is to go first; undefined where there is none. */
  get first(): number | undefined {
    return this.#slots[0];
  }

  /** All of them, in no particular order. */
  get slots(): readonly number[] {
    return this.#slots;
  }

  /** The same as to push one more and to take out the one that is to go first. */
  exchange(slot: number): number {
    if (this.#slots.length === 0 || this.#goesBefore(slot, this.#slots[0])) return slot;
    this.push(slot);
    return this.pop();
  }

  push(slot: number): void {
    const slots = this.#slots;
    let at = slots.push(slot) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#goesBefore(slot, slots[parent])) break;
      slots[at] = slots[parent];
      at = parent;
    }
    slots[at] = slot;
  }

  /** Takes out the one that is to go first; there is one. */
  pop(): number {
    const slots = this.#slots;
    const first = slots[0];
    const last = slots.pop()!;
    if (slots.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= slots.length) break;
      if (child + 1 < slots.length && this.#goesBefore(slots[child + 1], slots[child])) child++;
      if (!this.#goesBefore(slots[child], last)) break;
      slots[at] = slots[child];
      at = child;
    }
    slots[at] = last;
    return first;
  }
}
