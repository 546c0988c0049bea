/** What lines of a mapping open and carry. */
import type { LineDefinition } from "./definition.ts";

/** Lists of the current object that these lines open, those of lines without an object of their own included. */
export function listsOf(lines: readonly LineDefinition[]): string[] {
  return lines.flatMap((line) => [
    ...(line.opens === undefined ? listsOf(line.below) : [line.opens]),
    ...(line.repeat === undefined || line.opens !== undefined ? [] : [line.repeat.opens]),
  ]);
}

/** A line below one that carries, with fields and no object of its own: what it says is carried as well. */
export const isCarried = ({ carries, fields, opens, pairs }: LineDefinition): boolean =>
  opens === undefined && !carries && (pairs !== undefined || fields.some(({ to }) => to.length > 0));
