/**
 * Reads YAML (or JSON, which is YAML) against a zod schema and says for each fault where it stands.
 *
 * A scalar is taken as the text it is written as wherever the schema wants text: `010` and `0012` are codes, and YAML
 * would make them numbers. Keys are always text.
 */
import type { z } from "zod";
import { nearest } from "../values/nearest.ts";
import type { ConfigFault } from "./faults.ts";
import { jsonSchemaOf, keysAt } from "./json-schema.ts";
import { keyOf, type Path, type PlacedText, pathInWords, placedText } from "./placed-text.ts";

type Issue = z.core.$ZodIssue;

export interface ReadText<Value> {
  /** Absent when there are faults. */
  readonly value: Value | undefined;
  readonly faults: readonly ConfigFault[];
  readonly places: PlacedText;
}

/** Reads `text` by `schema`; every fault is found in one go. */
export function readYaml<S extends z.ZodType>(name: string, text: string, schema: S): ReadText<z.output<S>> {
  const places = placedText(name, text);
  if (places.faults.length > 0) return { value: undefined, faults: places.faults, places };
  const asText = new Set<string>();
  for (;;) {
    const parsed = schema.safeParse(places.value(asText));
    if (parsed.success) return { value: parsed.data, faults: [], places };
    const before = asText.size;
    for (const path of parsed.error.issues.flatMap((issue) => textWanted(issue, places))) asText.add(keyOf(path));
    if (asText.size === before) {
      const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue, schema, places));
      return { value: undefined, faults: onePerPlace(faults), places };
    }
  }
}

/** One value may fail several checks of its kind; the first says enough. */
function onePerPlace(faults: readonly ConfigFault[]): ConfigFault[] {
  const seen = new Map<string, ConfigFault>();
  for (const fault of faults) {
    const key = JSON.stringify([fault.code, fault.place]);
    if (!seen.has(key)) seen.set(key, fault);
  }
  return [...seen.values()];
}

/** Paths where text was wanted and YAML read a number, a truth value and the like. */
function textWanted(issue: Issue, places: PlacedText, above: Path = []): Path[] {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_union") {
    return issue.errors.flatMap((errors) => errors.flatMap((inner) => textWanted(inner, places, path)));
  }
  const written = places.plainText(path);
  if (written === undefined) return [];
  if (issue.code === "invalid_type" && issue.expected === "string") return [path];
  return issue.code === "invalid_value" && issue.values.includes(written) ? [path] : [];
}

function faultsOf(issue: Issue, schema: z.ZodType, places: PlacedText, above: Path = []): ConfigFault[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(jsonSchemaOf(schema), path);
    return issue.keys.map((key) => unknownKey(key, path, known, places));
  }
  if (issue.code === "invalid_union") return faultsOfUnion(issue, path, schema, places);
  const found = places.found(path);
  if (found === undefined && (issue.code === "invalid_type" || issue.code === "invalid_value")) {
    return [
      {
        code: "CONFIG_MISSING",
        message: `\`${pathInWords(path)}\` is missing`,
        place: places.placeOf(path),
        expected: expectedBy(issue),
        remedy: `Add \`${String(path.at(-1) ?? "")}\` here`,
      },
    ];
  }
  const meant =
    issue.code === "invalid_value" && found !== undefined ? nearest(found, issue.values.map(String)) : undefined;
  return [
    {
      code: "CONFIG_VALUE",
      message: `\`${pathInWords(path)}\` has a value that is not allowed`,
      place: places.placeOf(path),
      expected: expectedBy(issue),
      found: found ?? "nothing",
      remedy: meant === undefined ? "Correct the value" : `Did you mean \`${meant}\`?`,
    },
  ];
}

function unknownKey(key: string, path: Path, known: readonly string[], places: PlacedText): ConfigFault {
  const meant = nearest(key, known);
  return {
    code: "CONFIG_KEY",
    message: `\`${pathInWords([...path, key])}\` is not a setting`,
    place: places.placeOfKey(path, key),
    expected: known.length === 0 ? undefined : `one of ${known.join(", ")}`,
    found: key,
    remedy: meant === undefined ? "Remove it" : `Did you mean \`${meant}\`?`,
  };
}

/** The alternative that the writer most likely meant says what is wrong; plain words of several are joined. */
function faultsOfUnion(
  issue: Extract<Issue, { code: "invalid_union" }>,
  path: Path,
  schema: z.ZodType,
  places: PlacedText,
): ConfigFault[] {
  const reached = issue.errors.filter((errors) => errors.some((error) => error.path.length > 0));
  const grouped = places.found(path) === "a group of settings";
  const meant = grouped && reached.length > 0 ? fewest(reached) : undefined;
  if (meant !== undefined) return meant.flatMap((error) => faultsOf(error, schema, places, path));
  const expected = [...new Set(issue.errors.map(([first]) => (first === undefined ? "" : expectedBy(first))))];
  return [
    {
      code: "CONFIG_VALUE",
      message: `\`${pathInWords(path)}\` has a value that is not allowed`,
      place: places.placeOf(path),
      expected: issue.errors.length === 0 ? issue.message : expected.filter((words) => words !== "").join(", or "),
      found: places.found(path) ?? "nothing",
      remedy: "Correct the value",
    },
  ];
}

const fewest = (alternatives: readonly (readonly Issue[])[]): readonly Issue[] | undefined =>
  alternatives.toSorted((a, b) => a.length - b.length)[0];

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a group of settings",
  record: "a group of settings",
};

/** What an issue of a schema expects, for a person. */
export function expectedBy(issue: Issue): string {
  if (issue.code === "invalid_type") return TYPES[issue.expected] ?? issue.expected;
  if (issue.code === "invalid_value") return oneOf(issue.values.map(String));
  if (issue.code === "too_small") {
    return `${issue.exact === true ? "exactly" : "at least"} ${issue.minimum}${sized(issue.origin)}`;
  }
  if (issue.code === "too_big") {
    return `${issue.exact === true ? "exactly" : "at most"} ${issue.maximum}${sized(issue.origin)}`;
  }
  return issue.message.replace(/^Invalid (input|string): /, "");
}

const oneOf = (words: readonly string[]): string =>
  words.length === 1 ? (words[0] as string) : `one of ${words.join(", ")}`;

function sized(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" ? " entries" : "";
}
