/** Refuses, when a mapping is compiled, what could be read but not written, or written but not read. */
import {
  addressInWords,
  type FieldDefinition,
  type LineDefinition,
  type MappingDefinition,
  UNLIMITED,
} from "./definition.ts";
import { refuse, type Spot } from "./refusal.ts";
import { isDatedShape, readsTiming } from "./shapes.ts";
import { isCarried, listsOf, wordsOf } from "./write.ts";

/** @throws CalloffError MAPPING_ONE_WAY with the place of what cannot work in both directions */
export function checkBothWays(definition: MappingDefinition): void {
  const tags = new Set(linesBelow(definition.lines).map((line) => line.tag));
  for (const line of linesBelow(definition.lines)) {
    checkWords(line, definition);
    checkAddresses(line);
    checkQualifier(line);
    checkCarrying(line);
    checkCounters(line, tags);
  }
  checkReach(definition.lines);
  checkScope(scopeOf(definition.lines, []), definition.lines);
  checkLoses(definition);
}

const linesBelow = (lines: readonly LineDefinition[]): LineDefinition[] =>
  lines.flatMap((line) => [line, ...linesBelow(line.below)]);

function against(spot: Spot, message: string, remedy: string, expected?: string, found?: string): never {
  throw refuse("MAPPING_ONE_WAY", spot, message, {
    remedy,
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
  });
}

/** Whether a field is written here; a further place (`also`) of one is not. */
const isFilling = (field: FieldDefinition): boolean =>
  field.to.length > 0 && field.use !== "never" && !field.also && field.of === undefined;

function checkWords(line: LineDefinition, definition: MappingDefinition): void {
  const { syntax } = definition;
  const isTable = syntax === "csv";
  if (!isTable && (line.same.length > 0 || line.columns !== undefined)) {
    against(
      line.spot,
      "same and columns are words of tables",
      "Use opens and then in messages of segments or records.",
    );
  }
  if (isTable && (line.below.length > 0 || line.pairs !== undefined || line.repeat !== undefined || line.carries)) {
    against(
      line.spot,
      "Tables have rows only: then, pairs, repeat and carries have no place in them",
      "Use same and key.",
    );
  }
  if (isTable && definition.lines.length > 1) {
    against(line.spot, "A table has one kind of row", "Keep one line, row.");
  }
  if (line.columns !== undefined && line.opens === undefined) {
    against(line.spot, "columns needs rows that open an object each", "Add opens to the row.");
  }
  if (syntax === "fixed" && line.pairs !== undefined) {
    against(line.spot, "pairs is a word of delimited messages", "Name the positions with fields or repeat.");
  }
  if (line.repeat !== undefined && line.carries) {
    against(line.spot, "A line with repeat opens its list by repeat only", "Leave out carries.");
  }
  if (line.each && !line.carries) against(line.spot, "each goes with carries", "Add carries: true, or leave out each.");
  const fills = [...line.fields, ...(line.pairs?.fields.values() ?? [])].some(isFilling);
  const inPieces = line.fields.filter(({ pieces }) => pieces !== undefined);
  if (
    inPieces.length > 0 &&
    (inPieces.length < line.fields.filter(isFilling).length || line.opens !== undefined || line.below.length > 0)
  ) {
    against(
      line.spot,
      `${line.path} holds a piece of a text, so nothing else has a place in it`,
      "Leave out pieces, or the other fields, opens and then.",
    );
  }
  const isRepeated = line.most > 1 && line.opens === undefined && !line.carries && inPieces.length === 0;
  if (isRepeated && fills && !isTable) {
    against(
      line.spot,
      `${line.path} may come more than once, but its fields have one place`,
      "Open a list with opens, let it carry, or set times to 0..1.",
      "times: 0..1, opens or carries",
      `times up to ${line.most === UNLIMITED ? "*" : line.most}`,
    );
  }
  if (line.repeat !== undefined) checkBlocks(line);
}

function checkBlocks(line: LineDefinition): void {
  const { repeat } = line;
  if (repeat?.by !== undefined && (repeat.by.words.length !== repeat.count || repeat.end.length > 0)) {
    against(
      repeat.spot,
      "by needs a word for each block, and such blocks have no end",
      "Give as many words as count says, and leave out end.",
      `${repeat.count} words`,
      String(repeat.by.words.length),
    );
  }
  for (const field of repeat?.fields ?? []) {
    const { address } = field;
    const last = address.kind === "range" ? address.last : address.kind === "element" ? address.element : 0;
    if (repeat !== undefined && last > repeat.width) {
      against(
        field.spot,
        `The place ${addressInWords(address)} lies outside the block`,
        "Correct width or the address.",
        `up to ${repeat.width}`,
        String(last),
      );
    }
    if (!isFilling(field)) against(field.spot, "A place of a block has to fill a field", "Name the field with to.");
  }
}

/** Two fields of one line may not stand at the same place. */
function checkAddresses(line: LineDefinition): void {
  const { pairs } = line;
  line.fields.forEach((field, at) => {
    const { address } = field;
    for (const other of line.fields.slice(0, at)) {
      if (overlap(field, other)) {
        against(
          field.spot,
          `${addressInWords(address)} lies over ${addressInWords(other.address)}`,
          "Give every field a place of its own.",
        );
      }
    }
    const pairsEnd = pairs === undefined ? 0 : pairs.from + pairs.count * (pairs.qualifier === 0 ? 2 : 1);
    if (
      pairs !== undefined &&
      address.kind === "element" &&
      address.element >= pairs.from &&
      address.element < pairsEnd
    ) {
      against(
        field.spot,
        `Element ${address.element} lies among the pairs`,
        "Lower count of pairs, or leave out the field.",
      );
    }
  });
}

function overlap(one: FieldDefinition, other: FieldDefinition): boolean {
  const a = one.address;
  const b = other.address;
  if (a.kind === "range" && b.kind === "range") return a.first <= b.last && b.first <= a.last;
  if (a.kind === "column" && b.kind === "column") return a.number === b.number;
  if (a.kind !== "element" || b.kind !== "element" || a.element !== b.element) return false;
  if (Math.max(a.repetition, 1) !== Math.max(b.repetition, 1)) return false;
  const first = Math.max(a.component, 1);
  const second = Math.max(b.component, 1);
  if (first === second) return true;
  // A date with its format code takes two components.
  return (isDatedShape(one.as) && second === first + 1) || (isDatedShape(other.as) && first === second + 1);
}

/** Of several values the first is written, unless a field says which. */
function checkQualifier(line: LineDefinition): void {
  for (const { address, values, spot } of line.when) {
    if (values.length > 0) continue;
    against(spot, `when lists no value for ${addressInWords(address)}`, "Give the values that choose the line.");
  }
}

/** What a line carries is written for the objects of one list below it. */
function checkCarrying(line: LineDefinition): void {
  if (!line.carries) return;
  if (line.opens !== undefined) {
    against(
      line.spot,
      "A line opens an object or carries to the objects below it, not both",
      "Leave out opens or carries.",
    );
  }
  const lists = new Set(listsOf(line.below));
  if (lists.size !== 1) {
    against(
      line.spot,
      `${line.path} carries, so exactly one list has to be opened below it`,
      "Open one list below the line with opens.",
      "one list",
      lists.size === 0 ? "none" : [...lists].join(", "),
    );
  }
  const deep = line.below
    .filter(isCarried)
    .find((one) => linesBelow(one.below).some((held) => held.fields.some(isFilling)));
  if (deep !== undefined) {
    against(
      deep.spot,
      `What ${deep.path} says is carried, and no line below it can fill a field as well`,
      "Leave out the fields of the lines below it, or let it open or carry.",
    );
  }
}

function checkCounters(line: LineDefinition, tags: ReadonlySet<string>): void {
  for (const field of line.fields) {
    const tag = field.count ?? field.sum?.tag;
    if (tag !== undefined && !tags.has(tag)) {
      against(
        field.spot,
        `There is no line ${tag} to count or add up`,
        "Name a tag of this mapping.",
        [...tags].join(", "),
        tag,
      );
    }
  }
}

/** A line behind one that takes every segment of its tag is never reached. */
function checkReach(lines: readonly LineDefinition[]): void {
  lines.forEach((line, at) => {
    const before = lines
      .slice(0, at)
      .find((one) => one.tag === line.tag && one.when.length === 0 && one.next === undefined && one.most === UNLIMITED);
    if (before !== undefined) {
      against(
        line.spot,
        `${line.path} is never reached: ${before.path} before it takes every ${line.tag}`,
        "Put the line with when in front.",
      );
    }
    checkReach(line.below);
  });
}

interface Filling {
  readonly spot: Spot;
  readonly path: string;
  readonly line: LineDefinition;
  /** What has to hold for the line to be written: its own `if` and those of the lines above it. */
  readonly when: readonly When[];
}
/** Words by field, the object around in front: `document/basis`. */
type When = ReadonlyMap<string, ReturnType<typeof wordsOf>>;

/** The fields that lines fill in one object, lines without an object of their own included. */
function scopeOf(lines: readonly LineDefinition[], above: readonly When[]): Filling[] {
  return lines.flatMap((line) => {
    const own: When = new Map(
      line.onlyIf
        .filter(({ any }) => any === undefined)
        .map(({ of, path, values }) => [`${of ?? ""}/${path.join(".")}`, wordsOf(values)] as const),
    );
    const when = own.size === 0 ? above : [...above, own];
    const filled = line.opens !== undefined || line.carries ? [] : fillings(line, when);
    return line.opens === undefined && !line.carries ? [...filled, ...scopeOf(line.below, when)] : filled;
  });
}

function fillings(line: LineDefinition, when: Filling["when"]): Filling[] {
  const of = (field: FieldDefinition): Filling[] =>
    isFilling(field) ? writtenPaths(field).map((path) => ({ spot: field.spot, path: path.join("."), line, when })) : [];
  // Several qualifiers of one pair field are one filling: the first of them is written.
  const paired = [...(line.pairs?.fields.values() ?? [])].flatMap(of);
  const seen = new Set<string>();
  // The places of one text in pieces are one filling as well.
  const [first, ...further] = line.fields.filter(({ pieces }) => pieces !== undefined);
  const places = further.filter((field) => field.to.join("/") === first?.to.join("/"));
  return [
    ...line.fields.filter((field) => !places.includes(field)).flatMap(of),
    ...paired.filter(({ path }) => !seen.has(path) && seen.add(path) !== undefined),
  ];
}

/** `dtm` reads how long a bucket is, which refines what a segment above says of it, and leaves the writing to that. */
const writtenPaths = ({ as, to }: FieldDefinition): readonly (readonly string[])[] =>
  readsTiming(as) && as.startsWith("dtm") ? to.slice(1) : to;

function checkScope(filled: readonly Filling[], lines: readonly LineDefinition[]): void {
  filled.forEach((one, at) => {
    for (const other of filled.slice(0, at)) {
      if (other.path === one.path && !areApart(one, other)) {
        against(
          one.spot,
          `${one.path} is filled twice, by ${other.line.path} and ${one.line.path}: both would be written`,
          "Fill it once, or say with if for which words of another field each line is.",
        );
      }
    }
  });
  checkOpeners(lines);
  checkScopesBelow(lines);
}

/** Of two lines that open one list, the first writes every object that its `if` admits: without one, all of them. */
function checkOpeners(lines: readonly LineDefinition[]): void {
  const openers = openersOf(lines);
  openers.forEach(({ line }, at) => {
    const before = openers.slice(0, at).find((one) => one.line.opens === line.opens && one.takesAll)?.line;
    if (before === undefined) return;
    against(
      line.spot,
      `${line.path} opens ${line.opens ?? ""} as ${before.path} does, which writes every object of it`,
      "Open another list, or say with if which objects the first line is for.",
    );
  });
}

interface Opener {
  readonly line: LineDefinition;
  /** Whether neither its own `if` nor that of a carrying line above it leaves an object to another line. */
  readonly takesAll: boolean;
}

const openersOf = (lines: readonly LineDefinition[], isCut = false): Opener[] =>
  lines.flatMap((line) => {
    const cut = isCut || (line.onlyIf.length > 0 && (line.carries || line.opens !== undefined));
    return line.opens === undefined ? openersOf(line.below, cut) : [{ line, takesAll: !cut }];
  });

/** Whether two lines are never both written: some field decides between them by different words. */
function areApart(one: Filling, other: Filling): boolean {
  return one.when.some((mine) =>
    other.when.some((theirs) =>
      [...mine].some(([path, words]) => {
        const others = theirs.get(path);
        return others !== undefined && haveNoneInCommon(words, others);
      }),
    ),
  );
}

function haveNoneInCommon(one: ReturnType<typeof wordsOf>, other: ReturnType<typeof wordsOf>): boolean {
  if (one.isNot && other.isNot) return false;
  const [named, rest] = one.isNot ? [other, one] : [one, other];
  return [...named.words].every((word) => rest.words.has(word) === rest.isNot);
}

/** Every line that opens begins an object of its own; what a line carries belongs to the objects opened below it. */
function checkScopesBelow(lines: readonly LineDefinition[], carried: readonly Filling[] = []): void {
  for (const line of lines) {
    if (line.opens !== undefined) {
      checkScope([...carried, ...fillings(line, []), ...scopeOf(line.below, [])], line.below);
    } else if (line.carries) {
      const held = [
        ...carried,
        ...fillings(line, []),
        ...line.below.filter(isCarried).flatMap((one) => fillings(one, [])),
      ];
      checkScopesBelow(line.below, held);
    } else checkScopesBelow(line.below, carried);
  }
}

/** The mapping without losses that a dialect has made good by a line of its own. */
export const withoutHeldLosses = (definition: MappingDefinition): MappingDefinition => {
  const held = new Set(fieldPaths(definition.lines, ""));
  return { ...definition, loses: definition.loses.filter((path) => !held.has(path)) };
};

function checkLoses(definition: MappingDefinition): void {
  const held = new Set(fieldPaths(definition.lines, ""));
  const wrong = definition.loses.find((path) => held.has(path));
  if (wrong !== undefined) {
    const [line] = definition.lines;
    against(
      line?.spot ?? { file: definition.name, line: 1, column: 1 },
      `${wrong} is listed in loses, but the message holds it`,
      "Take it off the list.",
    );
  }
}

/** Every field the mapping holds, as `lines.steps.quantity`. */
export function fieldPaths(
  lines: readonly LineDefinition[],
  object: string,
  carried: readonly string[] = [],
): string[] {
  return lines.flatMap((line) => {
    const filled = [...line.fields, ...(line.pairs?.fields.values() ?? [])];
    const own = namesOf(filled);
    const others = below(object, namesBeside(filled));
    if (line.opens !== undefined) {
      const inner = join(object, line.opens);
      return [
        ...below(inner, [...carried, ...own, ...namesBeside(filled)]),
        ...deeperPaths(line, inner),
        ...fieldPaths(line.below, inner),
      ];
    }
    if (line.carries) {
      const [plain, rest] = [line.below.filter(isCarried), line.below.filter((one) => !isCarried(one))];
      const said = plain.flatMap(({ fields, pairs }) => namesOf([...fields, ...(pairs?.fields.values() ?? [])]));
      return [...others, ...fieldPaths(rest, object, [...carried, ...own, ...said])];
    }
    return [...others, ...below(object, own), ...deeperPaths(line, object), ...fieldPaths(line.below, object, carried)];
  });
}

const namesOf = (fields: readonly FieldDefinition[]): string[] =>
  fields.filter(isFilling).flatMap((field) => writtenPaths(field).map((path) => path.join(".")));
/** Fields that stand for others. */
const namesBeside = (fields: readonly FieldDefinition[]): string[] =>
  fields.flatMap(({ or }) => (or === undefined ? [] : [or.path.join(".")]));

/** What a record's blocks, or the deeper levels and columns of a row, hold. */
function deeperPaths(
  { columns, repeat, same }: Partial<Pick<LineDefinition, "columns" | "repeat" | "same">>,
  object: string,
): string[] {
  const word = repeat?.by === undefined ? [] : [repeat.by.path.join(".")];
  return [
    ...(repeat === undefined ? [] : below(join(object, repeat.opens), [...word, ...namesOf(repeat.fields)])),
    ...(columns === undefined
      ? []
      : below(join(object, columns.opens), namesOf([columns.header, columns.value, ...columns.fields]))),
    ...(same ?? []).flatMap((level) => [
      ...below(join(object, level.opens), namesOf(level.fields)),
      ...deeperPaths(level, join(object, level.opens)),
    ]),
  ];
}

const below = (prefix: string, paths: readonly string[]): string[] => paths.map((path) => join(prefix, path));

const join = (object: string, name: string): string => (object === "" ? name : `${object}.${name}`);
