/**
 * Which name was probably meant by one that is not known.
 */

/** The name that the fewest changes of letters lead to, if they are few; the first of several. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  // Two letters that changed places are two changes.
  const most = name.length < 3 ? 1 : Math.max(2, Math.min(3, Math.floor(name.length / 3)));
  let nearest: string | undefined;
  let least = most + 1;
  for (const candidate of names) {
    const changes = distance(name.toLowerCase(), candidate.toLowerCase());
    if (changes < least) [nearest, least] = [candidate, changes];
  }
  return nearest;
}

/** Levenshtein's distance. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const change = row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[other.length];
}
