/** Transition tables of documents, checked when the program starts. */
export type Transitions<State extends string> = Readonly<Record<State, readonly State[]>>;

/**
 * The table as it is, once it is sure that every state can be reached from the first.
 * @throws Error naming the states that cannot (a bug, found at start).
 */
export function checkedStates<State extends string>(table: Transitions<State>, first: State): Transitions<State> {
  const reached = new Set<State>([first]);
  for (const state of reached) for (const next of table[state]) reached.add(next);
  const lost = (Object.keys(table) as State[]).filter((state) => !reached.has(state));
  if (lost.length > 0) throw new Error(`states that cannot be reached from ${first}: ${lost.join(", ")}`);
  return table;
}
