/** What a person who misspelt a name most likely meant. */

/** How many characters have to be put in, taken out or replaced to make one text of the other. */
export function editDistance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let at = 1; at <= other.length; at += 1) {
      const replaced = (above[at - 1] ?? 0) + (one[row - 1] === other[at - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[at] ?? 0) + 1, (current[at - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[other.length] ?? 0;
}

/** The name closest to what was written, where one is close: two characters apart, or a third of a long name. */
export function nearestOf(written: string, names: readonly string[]): string | undefined {
  const reach = Math.max(2, Math.floor(written.length / 3));
  const lower = written.toLowerCase();
  const [nearest] = names
    .map((name) => ({ name, distance: editDistance(lower, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= reach && distance < name.length)
    .toSorted((a, b) => a.distance - b.distance);
  return nearest?.name;
}
