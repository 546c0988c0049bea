/**
 * What a mapping can hold, read off its lines: for each object of the document the places of its fields, and the lines that
 * open its lists. Only conditions and codes are taken from the mapping; which fields there are, the document's schema says.
 */
import type {
  FieldDefinition,
  LineDefinition,
  MappingDefinition,
  Requirement,
  SameDefinition,
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
  readonly openers: Map<string, Opener[]>;
}

const empty = (): Model => ({ places: new Map(), openers: new Map() });

/** The model of a mapping's document. */
export function modelOf({ lines }: MappingDefinition): Model {
  const model = empty();
  walk(lines, [], model);
  return model;
}

function walk(lines: readonly LineDefinition[], around: readonly Requirement[], model: Model): void {
  for (const line of lines) {
    if (line.most === 0) continue;
    if (line.carries) walkCarrying(line, around, model);
    else if (line.opens !== undefined) {
      addOpener(model, line.opens, {
        line: line.path,
        requires: line.onlyIf,
        around,
        most: line.most,
        key: [],
        model: within(line),
      });
    } else {
      const requires = [...around, ...line.onlyIf];
      addPlaces(model, line, requires);
      walkRepeat(line, requires, model);
      for (const same of line.same) walkSame(same, requires, model);
      walk(line.below, requires, model);
    }
  }
}

/** The object that a line opens. */
function within(line: LineDefinition): Model {
  const model = empty();
  addPlaces(model, line, []);
  walkRepeat(line, [], model);
  for (const same of line.same) walkSame(same, [], model);
  if (line.columns !== undefined) walkColumns(line.columns, [], model);
  walk(line.below, [], model);
  return model;
}

/** What a line carries is held by the objects opened below it. */
function walkCarrying(line: LineDefinition, around: readonly Requirement[], model: Model): void {
  const below = empty();
  walk(line.below, around, below);
  for (const [name, openers] of below.openers) {
    for (const opener of openers) {
      addPlaces(opener.model, line, line.onlyIf);
      addOpener(model, name, opener);
    }
  }
  for (const [name, places] of below.places) model.places.set(name, [...(model.places.get(name) ?? []), ...places]);
}

function walkRepeat({ repeat, path, most }: LineDefinition, around: readonly Requirement[], model: Model): void {
  if (repeat === undefined) return;
  const opened = empty();
  for (const field of repeat.fields) addPlace(opened, field, [], []);
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

function walkSame(same: SameDefinition, around: readonly Requirement[], model: Model): void {
  const opened = empty();
  for (const field of same.fields) addPlace(opened, field, [], []);
  for (const inner of same.same) walkSame(inner, [], opened);
  if (same.columns !== undefined) walkColumns(same.columns, [], opened);
  const key = same.key.map((name) => name.join("."));
  addOpener(model, same.opens, {
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
  model: Model,
): void {
  const opened = empty();
  for (const field of [columns.header, columns.value, ...columns.fields]) addPlace(opened, field, [], []);
  const key = columns.header.to.map((name) => name.join("."));
  addOpener(model, columns.opens, {
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

function addPlaces(model: Model, line: LineDefinition, requires: readonly Requirement[]): void {
  for (const field of line.fields) addPlace(model, field, requires, besideOf(line, field));
  const seen = new Set<string>();
  for (const field of line.pairs?.fields.values() ?? []) {
    const name = field.to[0]?.join(".") ?? "";
    if (seen.has(name)) continue;
    seen.add(name);
    addPlace(model, field, requires, []);
  }
}

function addPlace(
  model: Model,
  field: FieldDefinition,
  requires: readonly Requirement[],
  beside: readonly string[],
): void {
  // What is worked out or only read is no place to keep a value at.
  if (field.use === "never" || field.sum !== undefined) return;
  field.to.forEach((path, at) => {
    const name = path.join(".");
    model.places.set(name, [...(model.places.get(name) ?? []), { field, at, requires, beside }]);
  });
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
