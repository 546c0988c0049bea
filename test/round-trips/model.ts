/**
 * What a mapping can hold, read off its lines: for each object of the document the places of its fields, and the lines that
 * open its lists. Only conditions and codes are taken from the mapping; which fields there are, the document's schema says.
 */
import {
  addressInWords,
  type FieldDefinition,
  type LineDefinition,
  type MappingDefinition,
  type Requirement,
  type SameDefinition,
} from "../../src/mapping/definition.ts";

/** A field of an object and where the message has it. */
export interface Place {
  readonly field: FieldDefinition;
  /** Which value of the field's shape this is; shapes of two values fill two fields. */
  readonly at: number;
  /** What the object must be like for the place to be written. */
  readonly requires: readonly Requirement[];
  /** Fields that dependency notes ask for beside this one. */
  readonly beside: readonly string[];
  /** Lists within the object that have to be there, since the field is said in them only. */
  readonly inside: readonly string[];
  /** Where it stands in the message: `BFR03`, `SHP[02]04`, `512 9-17`. */
  readonly where: string;
}

/** A line that opens an object of a list. */
export interface Opener {
  readonly line: string;
  /** What the opened object must be like. */
  readonly requires: readonly Requirement[];
  /** What the object around it must be like. */
  readonly around: readonly Requirement[];
  readonly most: number;
  /** Fields by which rows of a table are one object. */
  readonly key: readonly string[];
  readonly model: Model;
}

export interface Model {
  readonly places: Map<string, Place[]>;
  /** Where fields are read as well, but not written. */
  readonly further: Map<string, string[]>;
  readonly openers: Map<string, Opener[]>;
}

const empty = (): Model => ({ places: new Map(), further: new Map(), openers: new Map() });

/** An object and the lists that lead to it, the document first. */
interface Level {
  readonly list: string;
  readonly model: Model;
}

/** The model of a mapping's document. */
export function modelOf({ lines }: MappingDefinition): Model {
  const model = empty();
  walk(lines, [], [{ list: "document", model }]);
  return model;
}

const innermost = (levels: readonly Level[]): Model => (levels.at(-1) as Level).model;

function walk(lines: readonly LineDefinition[], around: readonly Requirement[], levels: readonly Level[]): void {
  const model = innermost(levels);
  for (const line of lines) {
    if (line.most === 0) continue;
    if (line.carries) walkCarrying(line, around, levels);
    else if (line.opens !== undefined) {
      addOpener(model, line.opens, {
        line: line.path,
        requires: ownOf(line.onlyIf),
        around: [...around, ...aroundOf(line.onlyIf)],
        most: line.most,
        key: [],
        model: within(line, line.opens, levels),
      });
    } else {
      const requires = [...around, ...ownOf(line.onlyIf)];
      addPlaces(levels, line, requires);
      walkRepeat(line, requires, levels);
      for (const same of line.same) walkSame(same, requires, levels);
      walk(line.below, requires, levels);
    }
  }
}

/** Conditions on the object itself, and those on the one around it. */
const ownOf = (requirements: readonly Requirement[]): Requirement[] =>
  requirements.filter(({ of }) => of === undefined);
const aroundOf = (requirements: readonly Requirement[]): Requirement[] =>
  requirements.filter(({ of }) => of !== undefined);

/** The object that a line opens. */
function within(line: LineDefinition, list: string, above: readonly Level[]): Model {
  const model = empty();
  const levels = [...above, { list, model }];
  addPlaces(levels, line, []);
  walkRepeat(line, [], levels);
  for (const same of line.same) walkSame(same, [], levels);
  if (line.columns !== undefined) walkColumns(line.columns, [], levels);
  walk(line.below, [], levels);
  return model;
}

/** What a line carries is held by the objects opened below it. */
function walkCarrying(line: LineDefinition, around: readonly Requirement[], above: readonly Level[]): void {
  const model = innermost(above);
  const below = empty();
  walk(line.below, around, [...above.slice(0, -1), { list: above.at(-1)?.list ?? "", model: below }]);
  for (const [name, openers] of below.openers) {
    for (const opener of openers) {
      addPlaces([...above, { list: name, model: opener.model }], line, ownOf(line.onlyIf));
      // Plain lines below a carrying one are carried as well.
      for (const [field, places] of below.places) {
        opener.model.places.set(field, [...(opener.model.places.get(field) ?? []), ...places]);
      }
      addOpener(model, name, opener);
    }
  }
}

function walkRepeat(
  { repeat, path, most }: LineDefinition,
  around: readonly Requirement[],
  above: readonly Level[],
): void {
  if (repeat === undefined) return;
  const model = innermost(above);
  const opened = empty();
  for (const field of repeat.fields) {
    addPlace(
      [...above, { list: repeat.opens, model: opened }],
      field,
      [],
      [],
      `${path.split("/").at(-1) ?? ""} block ${addressInWords(field.address)}`,
    );
  }
  if (repeat.by !== undefined) {
    const { path: name, words } = repeat.by;
    for (const word of words) {
      const requires = [{ path: name, values: [word] }];
      addOpener(model, repeat.opens, {
        line: `${path} ${word}`,
        requires,
        around,
        most: 1,
        key: [name.join(".")],
        model: opened,
      });
    }
    return;
  }
  const held = model.openers.get(repeat.opens)?.[0];
  // A later line with repeat on the same list goes on with it.
  if (held !== undefined) return;
  const count = most > 1000 ? Number.MAX_SAFE_INTEGER : most * repeat.count;
  addOpener(model, repeat.opens, { line: path, requires: [], around, most: count, key: [], model: opened });
}

function walkSame(same: SameDefinition, around: readonly Requirement[], above: readonly Level[]): void {
  const opened = empty();
  const levels = [...above, { list: same.opens, model: opened }];
  for (const field of same.fields) addPlace(levels, field, [], [], whereIn(undefined, field));
  for (const inner of same.same) walkSame(inner, [], levels);
  if (same.columns !== undefined) walkColumns(same.columns, [], levels);
  const key = same.key.map((name) => name.join("."));
  addOpener(innermost(above), same.opens, {
    line: "row",
    requires: [],
    around,
    most: Number.MAX_SAFE_INTEGER,
    key,
    model: opened,
  });
}

function walkColumns(
  columns: NonNullable<LineDefinition["columns"]>,
  around: readonly Requirement[],
  above: readonly Level[],
): void {
  const opened = empty();
  const levels = [...above, { list: columns.opens, model: opened }];
  addPlace(levels, columns.header, [], [], "heading");
  addPlace(levels, columns.value, [], [], "cell");
  for (const field of columns.fields) addPlace(levels, field, [], [], whereIn(undefined, field));
  const key = columns.header.to.map((name) => name.join("."));
  addOpener(innermost(above), columns.opens, {
    line: "columns",
    requires: [],
    around,
    most: Number.MAX_SAFE_INTEGER,
    key,
    model: opened,
  });
}

function addOpener(model: Model, name: string, opener: Opener): void {
  model.openers.set(name, [...(model.openers.get(name) ?? []), opener]);
}

function addPlaces(levels: readonly Level[], line: LineDefinition, requires: readonly Requirement[]): void {
  for (const field of line.fields) addPlace(levels, field, requires, besideOf(line, field), whereIn(line, field));
  const seen = new Set<string>();
  for (const [code, field] of line.pairs?.fields ?? []) {
    const name = field.to[0]?.join(".") ?? "";
    const where = `${tagOf(line)} ${code}`;
    addPlace(levels, seen.has(name) ? { ...field, also: true } : field, requires, [], where);
    seen.add(name);
  }
}

function addPlace(
  levels: readonly Level[],
  field: FieldDefinition,
  requires: readonly Requirement[],
  beside: readonly string[],
  where: string,
): void {
  // What is worked out or only read is no place to keep a value at.
  if (field.use === "never" || field.sum !== undefined) return;
  const own = field.of === undefined ? levels.length - 1 : levels.findLastIndex(({ list }) => list === field.of);
  const { model } = levels[own] as Level;
  const inside = levels.slice(own + 1).map((_, at, inner) =>
    inner
      .slice(0, at + 1)
      .map(({ list }) => list)
      .join("."),
  );
  field.to.forEach((path, at) => {
    const name = path.join(".");
    if (field.also) {
      model.further.set(name, [...(model.further.get(name) ?? []), where]);
      return;
    }
    const place = { field, at, requires: inside.length > 0 ? [] : requires, beside, inside, where };
    model.places.set(name, [...(model.places.get(name) ?? []), place]);
  });
}

/** `SHP[02]`, `MEA[AAX,AAD]`, `SHP[02]/REF[SI]`: the tag with the qualifiers that choose the line and the one it belongs to. */
function tagOf({ tag, when, path }: LineDefinition): string {
  const qualifiers = when.map(({ values }) => values.join("|"));
  const above = path.split("/").at(-2) ?? "";
  const own = qualifiers.length === 0 ? tag : `${tag}[${qualifiers.join(",")}]`;
  return above.includes("[") ? `${above}/${own}` : own;
}

/** Where a line has a field: `BFR03`, `UIT01-4`, `512 9-17`, or a table's column. */
function whereIn(line: LineDefinition | undefined, { address }: FieldDefinition): string {
  if (address.kind === "column" || line === undefined) return addressInWords(address);
  if (address.kind === "range") return `${tagOf(line)} ${addressInWords(address)}`;
  const element = String(address.element).padStart(2, "0");
  const repetition = address.repetition > 0 ? `/${address.repetition}` : "";
  return `${tagOf(line)}${element}${repetition}${address.component > 0 ? `-${address.component}` : ""}`;
}

const elementOf = ({ address }: FieldDefinition): number => (address.kind === "element" ? address.element : 0);

/** Other fields of the line that have to stand beside a field: by a note P, C, L or R, or because they say which qualifier is meant. */
function besideOf(line: LineDefinition, field: FieldDefinition): string[] {
  const own = elementOf(field);
  const wanted = new Set<number>();
  for (const { kind, elements } of line.rules) {
    const others = elements.filter((element) => element !== own);
    if (kind === "P" && elements.includes(own)) for (const element of others) wanted.add(element);
    if (kind === "C" && elements[0] === own) for (const element of others) wanted.add(element);
    if (kind === "L" && elements[0] === own && others[0] !== undefined) wanted.add(others[0]);
  }
  const choosing = line.when.filter(({ values }) => values.length > 1).map(({ address }) => address);
  return line.fields.flatMap((other) => {
    const name = other.to[0]?.join(".");
    const chooses = choosing.some((address) => JSON.stringify(address) === JSON.stringify(other.address));
    return name === undefined || other === field || !(chooses || wanted.has(elementOf(other))) ? [] : [name];
  });
}

/** Fields that a mapping fills, or works out, where the document says nothing. */
export function assumedFields(model: Model, prefix = ""): Set<string> {
  const found = new Set<string>();
  for (const [name, places] of model.places)
    if (places.some(({ field }) => field.fallback !== undefined || field.count !== undefined)) found.add(prefix + name);
  for (const [name, openers] of model.openers)
    for (const opener of openers) for (const path of assumedFields(opener.model, `${prefix}${name}.`)) found.add(path);
  return found;
}

/** Every field and list that has a place somewhere, by its full path. */
export function heldPaths(model: Model, prefix = ""): Set<string> {
  const found = new Set<string>([...model.places.keys()].map((name) => prefix + name));
  for (const [name, openers] of model.openers) {
    found.add(prefix + name);
    for (const opener of openers) for (const path of heldPaths(opener.model, `${prefix}${name}.`)) found.add(path);
  }
  return found;
}
