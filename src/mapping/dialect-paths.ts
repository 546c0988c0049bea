/** Paths of a dialect: `LIN/SHP[02]` names a line by its tags, `fields.8.use` what is meant below it. */
import { refuse } from "./refusal.ts";
import { type MapEntry, UNSAFE_NAMES } from "./tree.ts";

/** A change of the standard file, as the dialect writes it. */
export interface Change {
  readonly path: string;
  readonly entry: MapEntry;
}

export interface LineChange extends Change {
  /** The words below the line that is named; absent where the line itself is changed. */
  readonly below: readonly string[] | undefined;
}

/** A line of a path. */
export interface Step {
  readonly tag: string;
  readonly qualifier: string | undefined;
}

const LINE_PATH = /^((?:[A-Za-z0-9_]+(?:\[[^\]]*\])?)(?:\/[A-Za-z0-9_]+(?:\[[^\]]*\])?)*)(?:\.(.+))?$/;

/**
 * What a path names first, a line by its tags or a word of the head, and the words below it.
 * @throws CalloffError MAPPING_DIALECT where it is no path
 */
export function partsOfPath({ path, entry }: Change): { readonly first: string; readonly below: LineChange["below"] } {
  if (path.split(/[./]/).some((part) => UNSAFE_NAMES.has(part))) {
    throw refuse("MAPPING_DIALECT", entry.spot, `${path} is no path into a mapping`, {
      expected: "LIN/SDP/FST.fields.8.use and the like",
      found: path,
      remedy: "Name a line by its tags and a word below it.",
    });
  }
  const [whole, first = "", below] = LINE_PATH.exec(path) ?? [];
  if (whole === undefined) {
    throw refuse("MAPPING_DIALECT", entry.spot, `${JSON.stringify(path)} is no path`, {
      expected: "tags with / between, then words with . between: LIN/SHP[02].times",
      found: path,
      remedy: "Correct the path.",
    });
  }
  return { first, below: below?.split(".") };
}

/** `SHP[02]`: the tag, and the qualifier where it has one. */
export function stepOf(text: string): Step {
  const [, tag = "", qualifier] = /^([^[]+)(?:\[([^\]]*)\])?$/.exec(text) ?? [];
  return { tag, qualifier };
}

/** A path that leads nowhere. */
export function missing({ path, entry }: Change, part: string, there: readonly string[]): Error {
  return refuse("MAPPING_DIALECT", entry.spot, `${path} names nothing in the standard file: there is no ${part}`, {
    expected: there.length === 0 ? "a path that exists" : `one of ${[...new Set(there)].join(", ")}`,
    found: part,
    remedy: "Correct the path; a line the standard file lacks is given with after: TAG.",
  });
}
