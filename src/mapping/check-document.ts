/**
 * Whether what a mapping reads can stand in its document: every field it names exists there, figures and dates are read by
 * shapes that yield them, and where a field takes a few words only, codes give one of those. What does not fit would
 * reject every message of the partner, so the mapping is refused instead, at its place in the file.
 */
import { nearest } from "../values/nearest.ts";
import { type Against, checkShape, checkWord, didYouMean, yieldOf } from "./check-values.ts";
import type {
  ColumnsDefinition,
  FieldDefinition,
  LineDefinition,
  MappingDefinition,
  RepeatDefinition,
  Requirement,
  SameDefinition,
} from "./definition.ts";
import { documentShape, type FieldKind, type ObjectShape } from "./document-shape.ts";
import { isCarried } from "./lines.ts";
import { toldBy } from "./paths.ts";
import { refuse, type Spot } from "./refusal.ts";
import { wordsOf } from "./requirements.ts";
import { spotOfText } from "./spot-of-text.ts";
import type { MapTree } from "./tree.ts";

/** Checks a mapping against its document. @throws CalloffError MAPPING_VALUE with file, line and column */
export function checkDocument(definition: MappingDefinition, tree: MapTree): void {
  const against: Against = (near, found, message, expected, remedy) => {
    throw refuse("MAPPING_VALUE", spotOfText(tree, near, found), message, { expected, found, remedy });
  };
  const document = documentShape(definition.document);
  checkLines(definition.lines, document, against);
  const near = tree.entries.get("loses")?.spot ?? tree.spot;
  for (const lost of definition.loses) checkLost(lost, document, near, against);
}

/** What a message loses is a field, an object or a list of the document, with the lists that it stands in. */
function checkLost(lost: string, document: ObjectShape, near: Spot, against: Against): void {
  let object = document;
  const path = lost.split(".");
  for (let list = object.lists.get(path[0] ?? ""); list !== undefined; list = object.lists.get(path[0] ?? "")) {
    object = list;
    path.shift();
  }
  const rest = path.join(".");
  const names = [...object.fields.keys()];
  if (rest === "" || names.some((name) => name === rest || name.startsWith(`${rest}.`))) return;
  const remedy = didYouMean(nearest(rest, names), "Name a field that the document has.");
  against(near, lost, `${rest} is no field of ${object.name}`, `one of ${names.join(", ")}`, remedy);
}

/** The objects around those of a line, by the list they stand in. */
type Around = ReadonlyMap<string, ObjectShape>;

function checkLines(
  lines: readonly LineDefinition[],
  object: ObjectShape,
  against: Against,
  outer: Around = new Map([["document", object]]),
  carriedTo?: ObjectShape,
): void {
  for (const line of lines) {
    const target = line.opens === undefined ? object : listOf(object, line.opens, line.spot, against);
    const filled =
      line.carries && line.opens === undefined
        ? (openedBelow(line.below, object, against) ?? object)
        : carriedTo !== undefined && isCarried(line)
          ? carriedTo
          : target;
    const around = line.opens === undefined ? outer : new Map([...outer, [line.opens, target]]);
    for (const field of [...line.fields, ...(line.pairs?.fields.values() ?? [])]) {
      checkField(field, ofAround(field.of, field.spot, filled, around, against), against, object);
    }
    for (const requirement of line.onlyIf.flatMap((one) => one.any ?? one)) {
      checkRequirement(requirement, line.spot, ofAround(requirement.of, line.spot, filled, around, against), against);
    }
    if (line.repeat !== undefined) checkRepeat(line.repeat, target, against);
    if (line.columns !== undefined) checkColumns(line.columns, target, against);
    checkSame(line.same, target, against);
    checkLines(line.below, target, against, around, line.carries ? filled : undefined);
  }
}

/** The object that a field is of: its line's own, or the one around that it names. */
function ofAround(of: string | undefined, spot: Spot, own: ObjectShape, around: Around, against: Against): ObjectShape {
  if (of === undefined) return own;
  const names = [...around.keys()];
  return (
    around.get(of) ??
    against(
      spot,
      of,
      `${of} is no object around this line`,
      `one of ${names.join(", ")}`,
      "Name a list that a line above opens.",
    )
  );
}

/** The objects that inherit what a line carries: those opened below it, not those further inside. */
function openedBelow(lines: readonly LineDefinition[], object: ObjectShape, against: Against): ObjectShape | undefined {
  for (const line of lines) {
    if (line.opens !== undefined) return listOf(object, line.opens, line.spot, against);
    const below = openedBelow(line.below, object, against);
    if (below !== undefined) return below;
  }
  return undefined;
}

function checkRepeat(repeat: RepeatDefinition, object: ObjectShape, against: Against): void {
  const opened = listOf(object, repeat.opens, repeat.spot, against);
  if (repeat.by !== undefined) {
    const kind = fieldOf(opened, repeat.by.path, repeat.spot, against);
    for (const word of repeat.by.words) checkWord(word, kind, repeat.by.path, repeat.spot, against);
  }
  for (const field of repeat.fields) checkField(field, opened, against);
}

function checkSame(levels: readonly SameDefinition[], object: ObjectShape, against: Against): void {
  for (const level of levels) {
    const opened = listOf(object, level.opens, level.spot, against);
    for (const path of level.key) fieldOf(opened, path, level.spot, against);
    for (const field of level.fields) checkField(field, opened, against);
    if (level.columns !== undefined) checkColumns(level.columns, opened, against);
    checkSame(level.same, opened, against);
  }
}

function checkColumns(
  { spot, opens, header, value, fields }: ColumnsDefinition,
  object: ObjectShape,
  against: Against,
): void {
  const opened = listOf(object, opens, spot, against);
  for (const field of [header, value, ...fields]) checkField(field, opened, against);
}

function checkRequirement({ path, values }: Requirement, spot: Spot, object: ObjectShape, against: Against): void {
  const kind = fieldOf(object, path, spot, against);
  for (const word of wordsOf(values).words) if (word !== "") checkWord(word, kind, path, spot, against);
}

function checkField(field: FieldDefinition, object: ObjectShape, against: Against, around = object): void {
  const { spot, as, codes, count, fallback, or } = field;
  if (or !== undefined) {
    const other = fieldOf(or.isAround ? around : object, or.path, spot, against);
    if (codes === undefined) checkShape(other, { name: or.path.join("."), as, yields: yieldOf(as) }, spot, against);
  }
  field.to.forEach((path, at) => {
    const kind = fieldOf(object, path, spot, against);
    if (at === 0 && fallback !== undefined) checkWord(fallback, kind, path, spot, against);
    // Of a shape of two values, codes give the first one for texts that the shape does not read.
    if (codes !== undefined && at === 0)
      for (const word of [...codes.values(), ...field.synonyms.keys()]) checkWord(word, kind, path, spot, against);
    if (codes === undefined || field.to.length === 2) {
      const yields = count !== undefined && as === "text" ? "figure" : yieldOf(as, at);
      checkShape(kind, { name: path.join("."), as, yields }, spot, against);
    }
  });
}

/** The list that is opened. */
function listOf(object: ObjectShape, name: string, spot: Spot, against: Against): ObjectShape {
  const list = object.lists.get(name);
  if (list !== undefined) return list;
  const names = [...object.lists.keys()];
  return against(
    spot,
    name,
    `${name} is no list of ${object.name}`,
    names.length === 0 ? `no list: ${object.name} has none` : `one of ${names.join(", ")}`,
    didYouMean(nearest(name, names), "Open one of the document's lists."),
  );
}

/** The field of that path. */
function fieldOf(object: ObjectShape, path: readonly string[], spot: Spot, against: Against): FieldKind {
  const told = toldBy(path[0] ?? "");
  if (told !== undefined) {
    const held = listOf(object, told.list, spot, against);
    checkWord(told.word, fieldOf(held, [told.field], spot, against), [told.field], spot, against);
    return fieldOf(held, path.slice(1), spot, against);
  }
  const name = path.join(".");
  const field = object.fields.get(name);
  if (field !== undefined) return field;
  const names = [...object.fields.keys()];
  const isList = object.lists.has(path[0] ?? "");
  return against(
    spot,
    name,
    isList ? `${path[0]} is a list, and no field of ${object.name}` : `${name} is no field of ${object.name}`,
    `one of ${names.join(", ")}`,
    isList
      ? `Open an object of the list by a line with opens: ${path[0]}, and name the object's fields there.`
      : didYouMean(meantBy(name, names), "Name a field that the document has, or leave the place out."),
  );
}

/** The field that was meant: misspelt, or named without or with only the object that it stands in. */
function meantBy(name: string, names: readonly string[]): string | undefined {
  return (
    nearest(name, names) ??
    names.find((held) => held.endsWith(`.${name}`)) ??
    names.find((held) => held.startsWith(`${name}.`))
  );
}
