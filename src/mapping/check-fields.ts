/** Checking what the places of a line mean: addresses, fields, shapes, codes and dependency notes. */
import type { Address, FieldDefinition, Rule, Setting } from "./definition.ts";
import { refuse } from "./refusal.ts";
import { datedShape, isDatedShape, isDayShape, isShape, oneOfShapes, SHAPES, valuesOf } from "./shapes.ts";
import type { MapEntry, MapTree, TextTree, Tree } from "./tree.ts";
import {
  FIELD_WORDS,
  fieldPath,
  flagAt,
  listAt,
  mapAt,
  oneOf,
  outerPath,
  textAt,
  textsAt,
  wholeAt,
  wordsOf,
} from "./words.ts";

export const MOST_ELEMENTS = 199;

/** Reads an address in the form of the file's syntax. @throws MAPPING_VALUE */
export function addressAt(setting: Setting, text: TextTree): Address {
  const address = readAddress(setting, text.text);
  if (address !== undefined) return address;
  const expected = {
    x12: "an element, 4, with component 1.4 or repetition 3/2.1",
    edifact: "an element, 4, with component 1.4 or repetition 3/2.1",
    fixed: "positions first-last, 6-14, or one position, 106, within the record",
    csv: 'a header of message.headers, or "#4"',
    json: "no place: a JSON document is the canonical one",
  }[setting.syntax];
  throw refuse("MAPPING_VALUE", text.spot, `${JSON.stringify(text.text)} is no place in this message`, {
    expected,
    found: text.text,
    remedy: "Correct the address; quote it where YAML would take it for something else.",
  });
}

function readAddress(setting: Setting, text: string): Address | undefined {
  if (setting.syntax === "csv") {
    const numbered = /^#(\d{1,4})$/.exec(text);
    if (numbered !== null) return { kind: "column", header: "", number: Number(numbered[1]) };
    const at = setting.message.headers.indexOf(text);
    return at < 0 ? undefined : { kind: "column", header: text, number: at + 1 };
  }
  if (setting.syntax === "fixed") {
    const range = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(text);
    if (range === null) return undefined;
    const first = Number(range[1]);
    const last = Number(range[2] ?? range[1]);
    const fits = first >= 1 && first <= last && (setting.message.length === 0 || last <= setting.message.length);
    return fits ? { kind: "range", first, last } : undefined;
  }
  const place = /^(\d{1,3})(?:\/(\d{1,3}))?(?:\.(\d{1,2}))?$/.exec(text);
  if (place === null) return undefined;
  const element = Number(place[1]);
  if (element < 1 || element > MOST_ELEMENTS || place[2] === "0" || place[3] === "0") return undefined;
  return { kind: "element", element, component: Number(place[3] ?? 0), repetition: Number(place[2] ?? 0) };
}

/** The fields of a line, or of the qualifiers of `pairs`. */
export function fieldsAt(setting: Setting, tree: Tree, keys: "address" | "qualifier" = "address"): FieldDefinition[] {
  return [...mapAt(tree, "fields").entries].map(([key, entry]) => {
    const address: Address =
      keys === "qualifier"
        ? { kind: "element", element: 1, component: 0, repetition: 0 }
        : addressAt(setting, { kind: "text", spot: entry.spot, text: key });
    return fieldAt(setting, address, entry);
  });
}

/** What stands at an address. @throws MAPPING_WORD, MAPPING_VALUE or MAPPING_ONE_WAY */
export function fieldAt(setting: Setting, address: Address, entry: MapEntry): FieldDefinition {
  const map = longForm(entry.value);
  const words = wordsOf(map, FIELD_WORDS, "a field");
  const named = words.to === undefined ? [] : textsAt(words.to.value, "to").map(outerPath);
  const to = named.map(({ path }) => path);
  const of = named.length === 1 ? named[0]?.of : undefined;
  const as = shapeAt(setting, words.as?.value, to.length);
  if (!isShape(as)) {
    throw refuse("MAPPING_VALUE", words.as?.spot ?? entry.spot, `${JSON.stringify(as)} is no shape`, {
      expected: `one of ${SHAPES.join(", ")}, or a pattern such as YYYY-MM-DD, YYYY-Www, MM.YYYY`,
      found: as,
      remedy: "The list of shapes is closed: see docs/mappings.md, *Shapes*.",
    });
  }
  const field: FieldDefinition = {
    spot: entry.spot,
    address,
    ...(of === undefined ? {} : { of }),
    to,
    or: words.or && { path: fieldPath(textAt(words.or.value, "or")), isAround: false },
    as,
    codes: words.codes && codesAt(words.codes.value),
    synonyms: words.codes === undefined ? new Map() : synonymsAt(words.codes.value),
    is: words.is && textsAt(words.is.value, "is").map(({ text }) => text),
    empty: words.empty === undefined ? [] : textsAt(words.empty.value, "empty").map(({ text }) => text),
    fallback: words.default && textAt(words.default.value, "default").text,
    also: words.also !== undefined && flagAt(words.also.value, "also"),
    shared: false,
    count: words.count && textAt(words.count.value, "count").text,
    sum: words.sum && sumAt(setting, textAt(words.sum.value, "sum")),
    use: words.use === undefined ? "may" : oneOf(words.use.value, ["must", "may", "never"] as const, "use"),
    length: words.length && lengthAt(words.length.value),
    isOpen: words.open !== undefined && flagAt(words.open.value, "open"),
    isLoose: words.loose !== undefined && flagAt(words.loose.value, "loose"),
    ...(words.pieces === undefined ? {} : { pieces: wholeAt(words.pieces.value, "length of a piece", 2, 100_000) }),
  };
  checkField(field, entry);
  return field;
}

/** The name of the shape; a table's decimal mark says what a number is in it, and several shapes become one. */
function shapeAt(setting: Setting, tree: Tree | undefined, values: number): string {
  if (tree === undefined) return "text";
  if (tree.kind === "list") return oneOfShapes(textsAt(tree, "as").map(({ text }) => text));
  const { text } = textAt(tree, "as");
  if (text === "number" && setting.syntax === "csv" && setting.message.decimal === ",") return "number,";
  if (isDatedShape(text)) return datedShape(text, values);
  // A table's dates have one shape throughout, or one for each of days, weeks and months.
  if (text === "date" && setting.syntax === "csv") {
    const { dates } = setting.message;
    return values === 2 ? oneOfShapes(dates) : (dates.find(isDayShape) ?? text);
  }
  return values === 2 && isDayShape(text) ? oneOfShapes([text]) : text;
}

/** A bare name is short for `{ to: name }`. */
export function longForm(tree: Tree): MapTree {
  if (tree.kind === "map") return tree;
  return { kind: "map", spot: tree.spot, entries: new Map([["to", { spot: tree.spot, value: tree }]]) };
}

function codesAt(tree: Tree): ReadonlyMap<string, string> {
  return new Map([...mapAt(tree, "codes").entries].map(([code, entry]) => [code, firstWord(entry)]));
}

function firstWord({ value }: MapEntry): string {
  const [word] = textsAt(value, "codes");
  return word === undefined ? textAt(value, "a word").text : word.text;
}

/** `KG: [ KG, KGM ]`: the first word is read and written, the others are written as the same code. */
function synonymsAt(tree: Tree): ReadonlyMap<string, string> {
  return new Map(
    [...mapAt(tree, "codes").entries].flatMap(([code, entry]) =>
      textsAt(entry.value, "codes")
        .slice(1)
        .map(({ text }): [string, string] => [text, code]),
    ),
  );
}

function sumAt(setting: Setting, text: TextTree): FieldDefinition["sum"] {
  const [tag = "", ...rest] = text.text.split(".");
  return { tag, address: addressAt(setting, { ...text, text: rest.join(".") }), as: "number" };
}

function lengthAt(tree: Tree): { least: number; most: number } {
  const text = textAt(tree, "length");
  const [least = "", most = least] = text.text.split("..");
  const one = (part: string): number => wholeAt({ ...text, text: part }, "length", 0, 100_000);
  return most === least ? { least: one(least), most: one(least) } : { least: one(least), most: one(most) };
}

function checkField(field: FieldDefinition, entry: MapEntry): void {
  const against = (message: string, remedy: string): never => {
    throw refuse("MAPPING_ONE_WAY", entry.spot, message, { remedy });
  };
  const values = valuesOf(field.as);
  if (field.to.length > 0 && field.to.length !== values) {
    against(
      `The shape ${field.as} yields ${values === 1 ? "one value" : `${values} values`}, but ${field.to.length} fields are named`,
      "Name as many fields in to as the shape yields.",
    );
  }
  if (field.codes !== undefined && field.as !== "text" && values === 1) {
    against("A field is either translated by codes or read by a shape", "Leave out codes or as.");
  }
  if (field.codes !== undefined && (field.codes.size === 0 || field.codes.has(""))) {
    against("codes needs at least one code, and none may be empty", "List the partner's codes with our words.");
  }
  const meanings = [field.to.length > 0 || undefined, field.is, field.sum].filter((held) => held !== undefined);
  if (meanings.length > 1 || (field.is !== undefined && field.count !== undefined)) {
    against("A place is either a field, a constant, or a sum", "Keep one of to, is, sum.");
  }
  if (field.or !== undefined && field.to.length !== 1) {
    against("or names the field that stands for one other", "Name one field with to.");
  }
  if (field.is?.length === 0) against("is needs a value", "Name what the place always holds.");
  if (field.empty.length > 0 && field.use === "must") {
    against("empty says what stands at an empty place, so the place cannot be one that must be filled", "Keep one.");
  }
  if (field.to.length === 0 && field.fallback !== undefined) {
    against("default stands in for the value of a field", "Name the field with to.");
  }
  if (field.also && (field.to.length === 0 || field.use !== "may" || field.fallback !== undefined)) {
    against(
      "also is a further place of a field, which may be empty",
      "Name the field with to; leave out use and default.",
    );
  }
  if (field.to.length === 0 && field.codes !== undefined) {
    against("codes translates the value of a field", "Name the field with to.");
  }
  if (field.isLoose === true && (field.as === "text" || field.use === "must")) {
    against("loose leaves aside what a shape cannot read", "Name a shape, or leave out loose or use: must.");
  }
  if (field.isOpen === true && field.codes === undefined) {
    against(
      "open says that there are more codes than are listed",
      "List those that have a word of ours, or leave out open.",
    );
  }
  if (field.pieces !== undefined && (field.to.length !== 1 || field.as !== "text" || field.codes !== undefined)) {
    against("pieces is for one field of free text", "Leave out as and codes, or pieces.");
  }
  if (field.use === "must" && field.fallback !== undefined) {
    against(
      "default stands in when the place is empty, so the place cannot be one that must be filled",
      "Keep default or use: must.",
    );
  }
  const empty = field.to.length + Number(field.is !== undefined) + Number(field.count !== undefined);
  if (empty === 0 && field.sum === undefined && field.use === "may") {
    against("The place says nothing", "Name a field with to, a constant with is, or say use: must or never.");
  }
}

const RULE = /^([PRCEL])((?:\d\d){2,9})$/;

/** X12 syntax notes and EDIFACT dependency notes, as `P0304`: the kind, then two digits per element. */
export function rulesAt(setting: Setting, tree: Tree): Rule[] {
  return listAt(tree, "rules").items.map((item) => {
    const { text, spot } = textAt(item, "rules");
    const match = RULE.exec(text);
    if (match === null || setting.syntax === "fixed" || setting.syntax === "csv") {
      throw refuse("MAPPING_VALUE", spot, `${JSON.stringify(text)} is no dependency note`, {
        expected: "P, R, C, E or L and two digits per element, e.g. P0304",
        found: text,
        remedy: "Write the note as the standard prints it.",
      });
    }
    const elements = [...(match[2] ?? "").matchAll(/\d\d/g)].map(([digits]) => Number(digits));
    return { note: text, kind: match[1] as Rule["kind"], elements };
  });
}
