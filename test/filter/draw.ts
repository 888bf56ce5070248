/**
 * Choices by chance and weight over the seeded generator, for packets and expressions.
 */
import type { Random } from '../support/random.js';

const FINE = 1000;

/** True in about `percent` of a hundred cases. */
export function chance(random: Random, percent: number): boolean {
  return random.below(100) < percent;
}

/** One of the values, each as often as its weight says. */
export function weighted<T>(random: Random, choices: readonly (readonly [weight: number, value: T])[]): T {
  const sum = choices.reduce((total, [weight]) => total + weight, 0);
  // Weights need not be whole.
  let left = random.below(FINE * sum) / FINE;
  for (const [weight, value] of choices) {
    left -= weight;
    if (left < 0) return value;
  }
  throw new Error('no choices');
}

/** `count` random bytes. */
export function noise(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.below(256));
}
