/** What a line `carries` into every object that is opened below it. */
import type { Held } from "./run.ts";

/** All that is carried into a group, name by name: it is laid out once, since every object below gets it. */
export interface Carried {
  /** As one object, of what further lines below may add to. */
  readonly held: Held;
  readonly names: readonly string[];
  readonly values: readonly unknown[];
  /** Whether there are objects within the objects carried. */
  readonly isDeep: boolean;
}

/** What is carried below a line that said `line`, where something was carried `above` it already. */
export function carriedBy(line: Held, above: Carried | undefined): Carried {
  const held = above === undefined ? line : copied(above.held);
  if (above !== undefined) merge(line, held);
  const names = Object.keys(held);
  const values = names.map((name) => held[name]);
  return { held, names, values, isDeep: values.some(holdsObject) };
}

/** Whether a value is an object that holds another one. */
function holdsObject(value: unknown): boolean {
  if (typeof value !== "object") return false;
  for (const name of Object.keys(value as Held)) if (typeof (value as Held)[name] === "object") return true;
  return false;
}

/** Copies what is carried into an object just made: every object has its own, also of what is nested. */
export function handDown({ isDeep, names, values }: Carried, object: Held): void {
  for (let at = 0; at < names.length; at += 1) {
    const value = values[at];
    if (typeof value !== "object") object[names[at] as string] = value;
    else object[names[at] as string] = isDeep ? copied(value as Held) : { ...value };
  }
}

function merge(from: Held, into: Held): void {
  for (const [name, value] of Object.entries(from)) {
    if (typeof value !== "object") into[name] = value;
    else if (into[name] === undefined) into[name] = copied(value as Held);
    else merge(value as Held, into[name] as Held);
  }
}

function copied(value: Held): Held {
  const copy: Held = {};
  merge(value, copy);
  return copy;
}
