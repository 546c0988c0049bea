/** Building one segment, record or row from an object of the document. */
import type { Finding } from "../values/finding.ts";
import type {
  Address,
  FieldDefinition,
  LineDefinition,
  MappingDefinition,
  PairsDefinition,
  RepeatDefinition,
} from "./definition.ts";
import { addressInWords } from "./definition.ts";
import { ruleBroken } from "./read-line.ts";
import type { Held } from "./run.ts";
import { compileFieldWriter, type WriteField, type Writing, type WrittenPlace, writeFinding } from "./write-fields.ts";

export interface BuiltSegment {
  readonly elements: string[];
  /** Whether a value of the document stands in it. */
  readonly hasValue: boolean;
  /** What is wrong with it, should it be written. */
  readonly findings: readonly Finding[];
}

/** Builds a line's segment; `blocks` are the objects of a `repeat` that go into this record. */
export type BuildSegment = (object: Held, writing: Writing, blocks: readonly (Held | undefined)[]) => BuiltSegment;

/** Puts a segment into the message, with what is wrong with it. */
export function put({ elements, findings }: BuiltSegment, writing: Writing): void {
  writing.out.push(elements);
  writing.findings.push(...findings);
}

/** Compiles the building of a line's own segment. */
export function compileBuilder(line: LineDefinition, definition: MappingDefinition): BuildSegment {
  const fields = line.fields.map(compileFieldWriter);
  const constants = qualifiers(line);
  const pairs = line.pairs === undefined ? undefined : pairWriter(line.pairs);
  const repeat = line.repeat === undefined ? undefined : repeatWriter(line);
  const dependent = dependentConstants(line);
  return (object, writing, blocks) => {
    const findings: Finding[] = [];
    const places: WrittenPlace[] = [...constants];
    for (const write of fields) {
      const place = write(object, writing, line.tag, findings);
      if (place !== undefined) places.push(place);
    }
    if (pairs !== undefined) places.push(...pairs(object, writing, line.tag, findings));
    if (repeat !== undefined) places.push(...repeat(blocks, writing, findings));
    const kept = places.filter((place) => !dependent(place, places));
    const elements = laidOut(line, definition, kept, writing, findings);
    checkRules(line, elements, writing, findings);
    return { elements, hasValue: kept.some((place) => place.isValue), findings };
  };
}

/** The first value of `when` is written; a field of the same place, which is laid out after it, says another. */
function qualifiers(line: LineDefinition): WrittenPlace[] {
  return line.when.flatMap(({ address, values }) => {
    const [value] = values;
    if (value === undefined || value.startsWith("!")) return [];
    return [{ address, text: value, beside: "", isValue: false, isNumber: false }];
  });
}

/** A constant component goes with the other components of its element: `92` says nothing about a code that is not there. */
function dependentConstants(line: LineDefinition): (place: WrittenPlace, all: readonly WrittenPlace[]) => boolean {
  const constant = new Set(
    line.fields
      .filter(({ address, is, use }) => is !== undefined && use !== "must" && isComponentWithField(line, address))
      .map((field) => addressInWords(field.address)),
  );
  return (place, all) => {
    if (!constant.has(addressInWords(place.address)) || place.address.kind !== "element") return false;
    const { element } = place.address;
    return !all.some((one) => one.isValue && one.address.kind === "element" && one.address.element === element);
  };
}

const isComponentWithField = (line: LineDefinition, address: Address): boolean =>
  address.kind === "element" &&
  address.component > 0 &&
  line.fields.some(
    (field) => field.to.length > 0 && field.address.kind === "element" && field.address.element === address.element,
  );

const elementAt = (element: number, component: number): Address => ({
  kind: "element",
  element,
  component,
  repetition: 0,
});

function pairWriter(
  pairs: PairsDefinition,
): (object: Held, writing: Writing, tag: string, findings: Finding[]) => WrittenPlace[] {
  const seen = new Set<string>();
  const writers: { code: string; write: WriteField }[] = [];
  for (const [code, field] of pairs.fields) {
    const name = field.to[0]?.join(".") ?? "";
    // The first qualifier listed for a field is the one that is written.
    if (seen.has(name)) continue;
    seen.add(name);
    writers.push({ code, write: compileFieldWriter(field) });
  }
  return (object, writing, tag, findings) => {
    const places: WrittenPlace[] = [];
    let next = pairs.from;
    let written = 0;
    for (const { code, write } of writers) {
      const place = write(object, writing, tag, findings);
      if (place === undefined) continue;
      written += 1;
      if (written > pairs.count) {
        findings.push(
          writeFinding(
            writing,
            tag,
            pairs.fields.get(code),
            "LIST_TOO_LONG",
            "The segment has no place for a further pair",
            `at most ${pairs.count} pairs`,
            code,
          ),
        );
        break;
      }
      const qualifier: WrittenPlace = {
        address: elementAt(next, pairs.qualifier),
        text: code,
        beside: "",
        isValue: false,
        isNumber: false,
      };
      places.push(qualifier, { ...place, address: elementAt(pairs.qualifier === 0 ? next + 1 : next, pairs.value) });
      next += pairs.qualifier === 0 ? 2 : 1;
    }
    return places;
  };
}

function repeatWriter(
  line: LineDefinition,
): (blocks: readonly (Held | undefined)[], writing: Writing, findings: Finding[]) => WrittenPlace[] {
  const { repeat } = line;
  if (repeat === undefined) return () => [];
  const writers = repeat.fields.map((field) => ({ field, write: compileFieldWriter(field) }));
  const [end = ""] = repeat.end;
  const first = Math.min(...repeat.fields.map(({ address }) => firstOf(address)));
  return (blocks, writing, findings) =>
    Array.from({ length: repeat.count }, (_, block) => {
      const offset = repeat.from - 1 + block * repeat.width;
      const object = blocks[block];
      if (object === undefined) {
        if (end.trim() === "") return writers.flatMap(({ field }) => filling(field, offset));
        const address = moved({ kind: "range", first: 1, last: end.length }, offset);
        return [{ address, text: end, beside: "", isValue: false, isNumber: false }];
      }
      writing.path.push(`${repeat.opens}[]`);
      const faults = findings.length;
      const places = writers.flatMap(({ write }) => write(object, writing, line.tag, findings) ?? []);
      const says =
        repeat.by === undefined ? places.some((place) => firstOf(place.address) === first) : places.some(isSaid);
      if (!says && findings.length === faults) findings.push(unplaced(line, repeat, writing, first));
      writing.path.pop();
      return places.map((place) => ({ ...place, address: moved(place.address, offset) }));
    }).flat();
}

const firstOf = (address: Address): number =>
  address.kind === "range" ? address.first : address.kind === "element" ? address.element : 0;
const isSaid = ({ isValue, text }: WrittenPlace): boolean => isValue && !/^0*$/.test(text);

/** A block is read by its first place, or where blocks differ by a word by any; without it, it would be lost. */
function unplaced(line: LineDefinition, repeat: RepeatDefinition, writing: Writing, first: number): Finding {
  const field = repeat.by === undefined ? repeat.fields.find(({ address }) => firstOf(address) === first) : undefined;
  return writeFinding(
    writing,
    line.tag,
    field,
    "FIELD_MISSING",
    "The object would be read as an unused place",
    field === undefined ? "a value other than zero" : "a value at the first place",
    "nothing",
  );
}

/** What stands at a place of an unused block: its own text for an empty place. */
function filling({ address, empty: [text] }: FieldDefinition, offset: number): WrittenPlace[] {
  if (text === undefined || text === "") return [];
  return [{ address: moved(address, offset), text, beside: "", isValue: false, isNumber: false }];
}

function moved(address: Address, offset: number): Address {
  if (address.kind === "range") return { ...address, first: address.first + offset, last: address.last + offset };
  if (address.kind === "element") return { ...address, element: address.element + offset };
  return address;
}

function laidOut(
  line: LineDefinition,
  definition: MappingDefinition,
  places: readonly WrittenPlace[],
  writing: Writing,
  findings: Finding[],
): string[] {
  if (definition.syntax === "fixed")
    return [line.tag, record(line, definition.message.length, places, writing, findings)];
  if (definition.syntax === "csv") {
    const cells = definition.message.headers.map(() => "");
    for (const { address, text } of places) if (address.kind === "column") cells[address.number - 1] = text;
    return [line.tag, ...Array.from(cells, (cell) => cell ?? "")];
  }
  return [line.tag, ...delimited(places, writing)];
}

function delimited(places: readonly WrittenPlace[], writing: Writing): string[] {
  const { component: byComponent, repetition: byRepetition } = writing.context.delimiters;
  const elements: string[][][] = [];
  for (const { address, text, beside } of places) {
    if (address.kind !== "element") continue;
    const repetitions = (elements[address.element - 1] ??= []);
    const components = (repetitions[Math.max(address.repetition, 1) - 1] ??= []);
    const at = Math.max(address.component, 1) - 1;
    components[at] = text;
    if (beside !== "") components[at + 1] = beside;
  }
  const joined = (parts: readonly (string | undefined)[], by: string): string =>
    trimmed(Array.from(parts, (part) => part ?? "")).join(by);
  return trimmed(
    Array.from(elements, (repetitions) =>
      joined(
        Array.from(repetitions ?? [], (components) => joined(components ?? [], byComponent)),
        byRepetition,
      ),
    ),
  );
}

function trimmed(parts: string[]): string[] {
  let { length } = parts;
  while (length > 0 && parts[length - 1] === "") length -= 1;
  return parts.slice(0, length);
}

/** Text left and blank-filled, figures right and zero-filled. */
function record(
  line: LineDefinition,
  length: number,
  places: readonly WrittenPlace[],
  writing: Writing,
  findings: Finding[],
): string {
  let held = line.tag.padEnd(length, " ");
  for (const place of places) {
    const { address, text } = place;
    if (address.kind !== "range") continue;
    const width = address.last - address.first + 1;
    if (text.length > width) {
      const field = line.fields.find((one) => one.address === address);
      findings.push(
        writeFinding(
          writing,
          line.tag,
          field,
          "FIELD_TOO_LONG",
          "The value is too long for its place",
          `at most ${width} characters`,
          text,
        ),
      );
    }
    const cell = (place.isNumber ? zeroFilled(text, width) : text.padEnd(width, " ")).slice(0, width);
    held = held.padEnd(address.last, " ");
    held = held.slice(0, address.first - 1) + cell + held.slice(address.last);
  }
  return held;
}

/** Zeros stand behind the sign. */
const zeroFilled = (text: string, width: number): string =>
  text.startsWith("-") ? `-${text.slice(1).padStart(width - 1, "0")}` : text.padStart(width, "0");

function checkRules(line: LineDefinition, elements: readonly string[], writing: Writing, findings: Finding[]): void {
  for (const rule of line.rules) {
    const broken = ruleBroken(rule, elements);
    if (broken === undefined) continue;
    const field = line.fields.find((one) => one.address.kind === "element" && one.address.element === broken.element);
    findings.push(
      writeFinding(
        writing,
        line.tag,
        field,
        "FIELD_RULE",
        "Fields that depend on each other do not agree",
        broken.words,
        elements.slice(1).join(" | "),
      ),
    );
  }
}
