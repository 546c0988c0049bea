/** Whether a line by itself can be read and written: its words go together, and every field has a place of its own. */
import {
  addressInWords,
  type FieldDefinition,
  type LineDefinition,
  type MappingDefinition,
  UNLIMITED,
} from "./definition.ts";
import { isFilling } from "./held-fields.ts";
import { isCarried, listsOf } from "./lines.ts";
import { against } from "./one-way.ts";
import { isDatedShape } from "./shapes.ts";

/** All lines, each followed by those below it. */
export const linesBelow = (lines: readonly LineDefinition[]): LineDefinition[] =>
  lines.flatMap((line) => [line, ...linesBelow(line.below)]);

export function checkWords(line: LineDefinition, { syntax, lines }: MappingDefinition): void {
  if (syntax === "csv") checkRow(line, lines);
  else if (line.same.length > 0 || line.columns !== undefined) {
    against(
      line.spot,
      "same and columns are words of tables",
      "Use opens and then in messages of segments or records.",
    );
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
  checkPieces(line);
  if (syntax !== "csv") checkTimes(line);
  if (line.repeat !== undefined) checkBlocks(line);
}

/** A table has rows of one kind only. */
function checkRow(line: LineDefinition, lines: readonly LineDefinition[]): void {
  if (line.below.length > 0 || line.pairs !== undefined || line.repeat !== undefined || line.carries) {
    against(
      line.spot,
      "Tables have rows only: then, pairs, repeat and carries have no place in them",
      "Use same and key.",
    );
  }
  if (lines.length > 1) against(line.spot, "A table has one kind of row", "Keep one line, row.");
}

const inPieces = ({ fields }: LineDefinition): readonly FieldDefinition[] =>
  fields.filter(({ pieces }) => pieces !== undefined);

function checkPieces(line: LineDefinition): void {
  const pieces = inPieces(line).length;
  if (pieces === 0) return;
  if (pieces < line.fields.filter(isFilling).length || line.opens !== undefined || line.below.length > 0) {
    against(
      line.spot,
      `${line.path} holds a piece of a text, so nothing else has a place in it`,
      "Leave out pieces, or the other fields, opens and then.",
    );
  }
}

/** A line that may come again needs a place for what it says each time. */
function checkTimes(line: LineDefinition): void {
  const isRepeated = line.most > 1 && line.opens === undefined && !line.carries && inPieces(line).length === 0;
  const fills = [...line.fields, ...(line.pairs?.fields.values() ?? [])].some(isFilling);
  if (!isRepeated || !fills) return;
  against(
    line.spot,
    `${line.path} may come more than once, but its fields have one place`,
    "Open a list with opens, let it carry, or set times to 0..1.",
    "times: 0..1, opens or carries",
    `times up to ${line.most === UNLIMITED ? "*" : line.most}`,
  );
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
export function checkAddresses(line: LineDefinition): void {
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
export function checkQualifier(line: LineDefinition): void {
  for (const { address, values, spot } of line.when) {
    if (values.length > 0) continue;
    against(spot, `when lists no value for ${addressInWords(address)}`, "Give the values that choose the line.");
  }
}

/** What a line carries is written for the objects of one list below it. */
export function checkCarrying(line: LineDefinition): void {
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

export function checkCounters(line: LineDefinition, tags: ReadonlySet<string>): void {
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
