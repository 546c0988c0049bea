/** What stands in for places that are empty, by `default`. */
import type { FieldDefinition } from "./definition.ts";
import { nameOfField, placeInFile } from "./field-places.ts";
import { getAt, putAt } from "./paths.ts";
import type { ReadPlaces } from "./places.ts";
import { placeIn, report } from "./run.ts";

/** What stands in for empty places, with a note. */
export function fallbackPlaces(fields: readonly FieldDefinition[]): ReadPlaces | undefined {
  const fallbacks = fields.filter((field) => field.fallback !== undefined);
  if (fallbacks.length === 0) return undefined;
  const compiled = fallbacks.map((field) => {
    const path = field.to[0] ?? [];
    return { field, value: field.fallback ?? "", get: getAt(path), put: putAt(path), place: placeInFile(field) };
  });
  return (_segment, target, run) => {
    for (const { field, value, get, put, place } of compiled) {
      if (get(target) !== undefined) continue;
      put(target, value);
      report(run, {
        code: "DEFAULT_ASSUMED",
        severity: "note",
        message: `The place is empty, ${value} is assumed`,
        place: placeIn(run, place.element, place.component, place.repetition, nameOfField(field)),
        expected: value,
        found: "nothing",
        remedy: "Nothing to do, unless the assumption is wrong: then change `default` in a dialect.",
      });
    }
  };
}
