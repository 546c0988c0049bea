/**
 * The lines of a production sequence (X12 866) name the same item again and again, each time with its place in the sequence.
 * Once their steps have that place, they are one line of the item.
 */
import type { ScheduleLine } from "./delivery-schedule.ts";

/** Lines after their steps were dated; those without a place in a sequence of vehicles or times stay as they are. */
export function linesTogether(lines: readonly ScheduleLine[]): ScheduleLine[] {
  const known = new Map<string, ScheduleLine>();
  return lines.flatMap((line) => {
    if (line.sequence === undefined || (line.vehicle === undefined && line.due === undefined)) return [line];
    const key = itemOf(line);
    const first = known.get(key);
    if (first === undefined) {
      const own = { ...line, ...(line.steps === undefined ? {} : { steps: [...line.steps] }) };
      known.set(key, own);
      return [own];
    }
    if (line.steps !== undefined) (first.steps ??= []).push(...line.steps);
    return [];
  });
}

/** All that a line says of its item, its place in the sequence aside. */
function itemOf({
  segment: _segment,
  number: _number,
  sequence: _sequence,
  vehicle: _vehicle,
  due: _due,
  steps: _steps,
  ...item
}: ScheduleLine): string {
  return JSON.stringify(item, (_key, held: unknown) =>
    typeof held === "object" && held !== null && "segment" in held ? { ...held, segment: undefined } : held,
  );
}
