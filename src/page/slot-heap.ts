/**
 * Slots in a heap, each with a key: the one with the least key is found at once.
 */
export class SlotHeap {
  readonly #slots: number[] = [];
  readonly #keys: number[] = [];

  get size(): number {
    return this.#slots.length;
  }

  /** The least key; infinity where there is none. */
  get least(): number {
    return this.#keys[0] ?? Number.POSITIVE_INFINITY;
  }

  /** All slots, those with the greatest keys first. */
  sorted(): number[] {
    const order = this.#slots.map((_, i) => i).sort((a, b) => this.#keys[b] - this.#keys[a]);
    return order.map((i) => this.#slots[i]);
  }

  /** The same as to push one more and to take out the one with the least key. */
  exchange(slot: number, key: number): number {
    if (key <= this.least) return slot;
    const first = this.#slots[0];
    this.#sink(slot, key);
    return first;
  }

  push(slot: number, key: number): void {
    const slots = this.#slots;
    const keys = this.#keys;
    keys.push(key);
    let at = slots.push(slot) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent] <= key) break;
      slots[at] = slots[parent];
      keys[at] = keys[parent];
      at = parent;
    }
    slots[at] = slot;
    keys[at] = key;
  }

  /** Takes out the one with the least key; there is one. */
  pop(): number {
    const first = this.#slots[0];
    const last = this.#slots.pop()!;
    const key = this.#keys.pop()!;
    if (this.#slots.length > 0) this.#sink(last, key);
    return first;
  }

  /** Puts it in the place of the first one, and from there where it belongs. */
  #sink(slot: number, key: number): void {
    const slots = this.#slots;
    const keys = this.#keys;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= slots.length) break;
      if (child + 1 < slots.length && keys[child + 1] < keys[child]) child++;
      if (keys[child] >= key) break;
      slots[at] = slots[child];
      keys[at] = keys[child];
      at = child;
    }
    slots[at] = slot;
    keys[at] = key;
  }
}
