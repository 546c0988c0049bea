/** Writing a document with a mapping: the same list of lines is walked, and each line writes what its object holds. */

import { encoderOf } from "../syntax/charsets.ts";
import type { WrittenSet } from "../syntax/x12-writer.ts";
import type { Finding } from "../values/finding.ts";
import type {
  FieldDefinition,
  LineDefinition,
  MappingDefinition,
  RepeatDefinition,
  Requirement,
} from "./definition.ts";
import { getAt, listIn } from "./paths.ts";
import type { Held } from "./run.ts";
import { type GetValue, valueAround, valueAt, type WriteContext, type Writing, writeFinding } from "./write-fields.ts";
import { type BuildSegment, compileBuilder } from "./write-segment.ts";
import { compileTableWriter } from "./write-table.ts";

export interface WriteResult {
  /** Tag and elements of each segment, the set's header first; its trailer is the syntax writer's. */
  readonly set: WrittenSet;
  /** The set may leave only when none of these rejects it. */
  readonly findings: Finding[];
}

/** Writes a canonical document as a set. */
export type Writer = (document: unknown, context: WriteContext) => WriteResult;

/** The lists that a carrying line has cut into runs, for the lines below it. */
type Cut = ReadonlyMap<string, readonly Held[]>;
const UNCUT: Cut = new Map();

/** Writes what an object holds for a line; returns whether a value of the document was among it. */
type WriteLine = (object: Held, writing: Writing, cut: Cut) => boolean;

/** Compiles a mapping for writing. */
export function compileWriter(definition: MappingDefinition): Writer {
  const writeAll =
    definition.syntax === "csv" ? compileTableWriter(definition) : compileScope(definition.lines, definition);
  return (document, context) => {
    const writing: Writing = {
      context,
      shapes: { family: context.family, version: context.version.slice(0, 6), sentYear: 0, dates: new Map() },
      encode: encoderOf(context.charset),
      out: [],
      findings: [],
      path: [],
      around: {},
      alternatives: new Set(),
      objects: [{ list: "document", object: document as Held }],
      written: new Set(),
    };
    writeAll(withControl(document as Held, context.setControl), writing, UNCUT);
    if (definition.syntax === "edifact") nameMessage(definition.message.type, writing);
    return { set: { type: definition.message.type, segments: writing.out }, findings: writing.findings };
  };
}

/** UNH S009: what the message is belongs to the envelope, and is the partner's choice. */
function nameMessage(type: string, { context, out }: Writing): void {
  const header = out[0];
  if (header?.[0] !== "UNH") return;
  const [version = "", release = ""] = context.version.split(":");
  const parts = [type, version, release, "UN", context.association ?? ""];
  header[1] ??= "";
  header[2] = parts.slice(0, context.association ? 5 : 4).join(context.delimiters.component);
}

function withControl(document: Held, setControl: string): Held {
  if (setControl === "") return document;
  return { ...document, set: { ...(document["set"] as Held | undefined), number: setControl } };
}

/** The lines that fill one object, and a check that none of its lists' objects was left out. */
function compileScope(lines: readonly LineDefinition[], definition: MappingDefinition): WriteLine {
  const writers = compileLines(lines, definition);
  const lists = [...new Set(listsOf(lines))];
  return (object, writing, cut) => {
    let hasValue = false;
    for (const write of writers) hasValue = write(object, writing, cut) || hasValue;
    if (cut === UNCUT) for (const name of lists) checkTaken(object, name, writing);
    return hasValue;
  };
}

function checkTaken(object: Held, name: string, writing: Writing): void {
  const left = listIn(object, name).findIndex((item) => !writing.written.has(item));
  if (left < 0) return;
  writing.path.push(`${name}[${left}]`);
  writing.findings.push(
    writeFinding(
      writing,
      "the message",
      undefined,
      "LIST_NOT_WRITABLE",
      "No line of the message takes this object",
      `objects that a line opening ${name} admits by its times and if`,
      JSON.stringify(listIn(object, name)[left]),
    ),
  );
  writing.path.pop();
}

/** Lists of the current object that these lines open, those of lines without an object of their own included. */
export function listsOf(lines: readonly LineDefinition[]): string[] {
  return lines.flatMap((line) => [
    ...(line.opens === undefined ? listsOf(line.below) : [line.opens]),
    ...(line.repeat === undefined || line.opens !== undefined ? [] : [line.repeat.opens]),
  ]);
}

/** Neighbours of one tag that open one list are written together, so that its objects keep their order. */
function compileLines(lines: readonly LineDefinition[], definition: MappingDefinition): WriteLine[] {
  const writers: WriteLine[] = [];
  for (let at = 0; at < lines.length; ) {
    const first = lines[at] as LineDefinition;
    let end = at + 1;
    while (end < lines.length && isTogether(first, lines[end] as LineDefinition)) end += 1;
    const together = lines.slice(at, end).filter((line) => line.most > 0);
    writers.push(together.length > 1 ? openingTogether(together, definition) : compileLine(first, definition));
    at = end;
  }
  return writers;
}

const isTogether = (one: LineDefinition, other: LineDefinition): boolean =>
  one.order === other.order && one.opens !== undefined && one.opens === other.opens && !one.carries && !other.carries;

function compileLine(line: LineDefinition, definition: MappingDefinition): WriteLine {
  if (line.most === 0) return () => false;
  const build = compileBuilder(line, definition);
  if (line.carries) return carrying(line, build, definition);
  if (line.opens !== undefined) return opening(line, line.opens, build, definition);
  if (line.repeat !== undefined) return repeating(line, line.repeat, build, definition);
  const long = line.fields.find(({ pieces }) => pieces !== undefined);
  return long === undefined ? plain(line, build, definition) : piecewise(line, long, definition);
}

/** Whether an object has the words that the line's `if` asks for. */
function admits(requirements: readonly Requirement[]): Admits {
  const tests = requirements.map(testOf);
  return (object, writing) => tests.every((test) => test(object, writing));
}

function testOf({ any, of, path, values }: Requirement): Admits {
  if (any !== undefined) {
    const tests = any.map(testOf);
    return (object, writing) => tests.some((test) => test(object, writing));
  }
  const get = of === undefined ? getAt(path) : valueAround(path, of);
  const { isNot, words } = wordsOf(values);
  return (object, writing) => words.has(get(object, writing) ?? "") !== isNot;
}
type Admits = (object: Held, writing: Writing) => boolean;

/** Words of an `if`; written `"!word"` all of them, they are those that do not admit. */
export function wordsOf(values: readonly string[]): { readonly words: ReadonlySet<string>; readonly isNot: boolean } {
  const isNot = values.length > 0 && values.every((value) => value.startsWith("!"));
  return { words: new Set(isNot ? values.map((value) => value.slice(1)) : values), isNot };
}

interface Numbered {
  readonly item: Held;
  readonly index: number;
}

/** Objects of a list that nothing has written yet and that the line admits. */
function open(object: Held, name: string, writing: Writing, cut: Cut, isAdmitted: Admits): Numbered[] {
  const all = listIn(object, name);
  const among = cut.get(name) ?? all;
  return among
    .map((item) => ({ item, index: cut.has(name) ? all.indexOf(item) : -1 }))
    .map((held, at) => ({ ...held, index: held.index < 0 ? at : held.index }))
    .filter(({ item }) => !writing.written.has(item) && isAdmitted(item, writing));
}

/** A line that opens a list: a segment for every object of it that its `if` admits, and what stands below. */
function opening(line: LineDefinition, name: string, build: BuildSegment, definition: MappingDefinition): WriteLine {
  const isAdmitted = admits(line.onlyIf);
  const writeItem = itemWriter(line, name, build, definition);
  return (object, writing, cut) => {
    const items = open(object, name, writing, cut, isAdmitted);
    checkTimes(line, name, items.length, writing);
    for (const held of items) writeItem(held, writing);
    return items.length > 0;
  };
}

function itemWriter(
  line: LineDefinition,
  name: string,
  build: BuildSegment,
  definition: MappingDefinition,
): (held: Numbered, writing: Writing) => void {
  const below = compileScope(line.below, definition);
  return ({ item, index }, writing) => {
    writing.written.add(item);
    writing.path.push(`${name}[${index}]`);
    writing.objects.push({ list: name, object: item });
    put(build(item, writing, blocksIn(item, line, writing)), writing);
    below(item, writing, UNCUT);
    writing.objects.pop();
    writing.path.pop();
  };
}

/** The objects that go into the blocks of an object's own record; what has no room there is refused. */
function blocksIn(item: Held, { repeat }: LineDefinition, writing: Writing): readonly (Held | undefined)[] {
  if (repeat === undefined) return [];
  const [blocks = []] = blocksOf(listIn(item, repeat.opens), repeat);
  for (const block of blocks) if (block !== undefined) writing.written.add(block);
  checkTaken(item, repeat.opens, writing);
  return blocks;
}

/** Lines that share a list: each object goes to the first line that admits it, in the order of the list. */
function openingTogether(lines: readonly LineDefinition[], definition: MappingDefinition): WriteLine {
  const name = lines[0]?.opens ?? "";
  const named = lines.map(namesIn);
  const all = new Set(named.flatMap((names) => [...names]));
  const writers = lines.map((line, at) => ({
    line,
    isAdmitted: admits(line.onlyIf),
    elsewhere: [...all].filter((one) => named[at]?.has(one) === false),
    writeItem: itemWriter(line, name, compileBuilder(line, definition), definition),
  }));
  return (object, writing, cut) => {
    const counts = new Map<LineDefinition, number>();
    for (const held of open(object, name, writing, cut, () => true)) {
      const writer = writers.find(({ isAdmitted }) => isAdmitted(held.item, writing));
      if (writer === undefined) continue;
      counts.set(writer.line, (counts.get(writer.line) ?? 0) + 1);
      checkPlaced(writer.line, `${name}[${held.index}]`, held.item, writer.elsewhere, writing);
      writer.writeItem(held, writing);
    }
    for (const { line } of writers) checkTimes(line, name, counts.get(line) ?? 0, writing);
    return counts.size > 0;
  };
}

/** Fields and lists of an object that a line and those below it write, by their first name. */
function namesIn(line: LineDefinition): ReadonlySet<string> {
  return new Set([
    ...ownNames(line),
    ...line.onlyIf.flatMap(({ path: [first = ""] }) => first),
    ...namesBelow(line.below),
  ]);
}

const namesBelow = (lines: readonly LineDefinition[]): string[] =>
  lines.flatMap((line) => (line.opens === undefined ? [...ownNames(line), ...namesBelow(line.below)] : [line.opens]));

const ownNames = ({ fields, pairs, repeat }: LineDefinition): string[] => [
  ...[...fields, ...(pairs?.fields.values() ?? [])].flatMap(({ to }) => to.map(([first = ""]) => first)),
  ...(repeat === undefined ? [] : [repeat.opens]),
];

/** What another line of the list has a place for and the line of this object has not is refused, since it would be lost. */
function checkPlaced(
  line: LineDefinition,
  path: string,
  item: Held,
  elsewhere: readonly string[],
  writing: Writing,
): void {
  const lost = elsewhere.find((one) => item[one] !== undefined && item[one] !== "");
  if (lost === undefined) return;
  writing.path.push(path);
  writing.findings.push(
    writeFinding(
      writing,
      line.tag,
      undefined,
      "LIST_NOT_WRITABLE",
      `The message has a place for ${lost} in another kind of line only`,
      `an object without ${lost}, or one that the other line takes`,
      JSON.stringify(item[lost]),
      lost,
    ),
  );
  writing.path.pop();
}

function put(built: ReturnType<BuildSegment>, writing: Writing): void {
  writing.out.push(built.elements);
  writing.findings.push(...built.findings);
}

function checkTimes(line: LineDefinition, name: string, count: number, writing: Writing): void {
  if (count >= line.least && count <= line.most) return;
  const few = count < line.least;
  writing.findings.push(
    writeFinding(
      writing,
      line.tag,
      undefined,
      few ? "LIST_TOO_SHORT" : "LIST_TOO_LONG",
      `The message takes ${few ? "more" : "fewer"} of these`,
      few ? `at least ${line.least}` : `at most ${line.most}`,
      String(count),
      name,
    ),
  );
}

/** A line whose fields hold for every object below it: written anew when they change, or for every object. */
function carrying(line: LineDefinition, build: BuildSegment, definition: MappingDefinition): WriteLine {
  const [name = ""] = listsOf(line.below);
  const isAdmitted = admits(line.onlyIf);
  const gets = [line, ...line.below.filter(isCarried)]
    .flatMap(({ fields, pairs }) => [...fields, ...(pairs?.fields.values() ?? [])])
    .filter(({ also }) => !also)
    .flatMap((field) => field.to.map((path) => valueAt(path, field.or)));
  const counts = line.fields.some(({ count }) => count !== undefined);
  const alternatives = alternativesOf(line, definition);
  const below = partsOf(line.below).map(({ isOfRun, lines }) => ({
    isOfRun,
    writers: compileLines(lines, definition),
  }));
  return (object, writing, cut) => {
    writing.around = object;
    const saysFor = ({ item }: Numbered): boolean =>
      line.least > 0 || counts || gets.some((get) => (get(item, writing) ?? "") !== "");
    // Objects without what is carried stand in front: behind a segment that carries they would inherit from it.
    const among = open(object, name, writing, cut, isAdmitted);
    const items = [...among.filter((held) => !saysFor(held)), ...among.filter(saysFor)];
    let runs = 0;
    for (let at = 0; at < items.length; ) {
      const key = keyOf(items[at]?.item, gets, writing);
      let end = at + 1;
      if (!line.each) while (end < items.length && keyOf(items[end]?.item, gets, writing) === key) end += 1;
      const run = items.slice(at, end);
      writing.path.push(`${name}[${run[0]?.index ?? 0}]`);
      const says = run[0] !== undefined && saysFor(run[0]);
      if (says) put(build(run[0]?.item ?? {}, writing, []), writing);
      if (says) checkAlternatives(line, alternatives, run[0]?.item ?? {}, object, writing);
      writing.path.pop();
      const within: Cut = new Map([...cut, [name, run.map(({ item }) => item)]]);
      for (const { isOfRun, writers } of below) {
        for (const write of writers) write(isOfRun ? (run[0]?.item ?? {}) : object, writing, within);
      }
      writing.around = object;
      if (says) runs += 1;
      at = end;
    }
    if (runs === 0 && line.least > 0 && gets.length === 0) {
      // What only marks a section stands in front of an empty one as well (UNS).
      put(build({}, writing, []), writing);
      runs += 1;
    }
    checkTimes(line, name, runs, writing);
    return items.length > 0;
  };
}

interface CarriedAlternative {
  readonly field: FieldDefinition;
  readonly own: (from: Held) => string | undefined;
  readonly other: (from: Held) => string | undefined;
  /** Whether nothing but this line says the other field. */
  readonly isOnly: boolean;
}

/** The fields of a carrying line for which one of the object around may stand. */
function alternativesOf(line: LineDefinition, { lines }: MappingDefinition): readonly CarriedAlternative[] {
  const said = new Set(lines.flatMap(filledWithin));
  return line.fields.flatMap((field) => {
    if (field.or === undefined) return [];
    const { path } = field.or;
    return [{ field, own: getAt(field.to[0] ?? []), other: getAt(path), isOnly: !said.has(path.join(".")) }];
  });
}

const filledWithin = (line: LineDefinition): string[] =>
  line.opens !== undefined || line.carries
    ? []
    : [...line.fields.flatMap(({ to }) => to.map((path) => path.join("."))), ...line.below.flatMap(filledWithin)];

/** What is read first is the value of the object around: it has to have one, and the first that is written has to be it. */
function checkAlternatives(
  line: LineDefinition,
  alternatives: readonly CarriedAlternative[],
  item: Held,
  around: Held,
  writing: Writing,
): void {
  for (const { field, isOnly, other, own } of alternatives) {
    const [mine, theirs] = [own(item), other(around)];
    const name = field.or?.path.join(".") ?? "";
    const isFirst = isOnly && !writing.alternatives.has(name);
    writing.alternatives.add(name);
    if (mine === undefined || mine === theirs || (theirs !== undefined && !isFirst)) continue;
    const message = `The value would be read as ${name}, which is ${theirs === undefined ? "absent" : "another"}`;
    const expected = theirs === undefined ? `${name} in the document` : `${theirs} first`;
    writing.findings.push(writeFinding(writing, line.tag, field, "FIELD_NOT_WRITABLE", message, expected, mine));
  }
}

/** A line below one that carries, with fields and no object of its own: what it says is carried as well. */
export const isCarried = ({ carries, fields, opens, pairs }: LineDefinition): boolean =>
  opens === undefined && !carries && (pairs !== undefined || fields.some(({ to }) => to.length > 0));

/** Neighbours that are carried, and neighbours that are not. */
function partsOf(lines: readonly LineDefinition[]): { readonly isOfRun: boolean; readonly lines: LineDefinition[] }[] {
  const parts: { isOfRun: boolean; lines: LineDefinition[] }[] = [];
  for (const line of lines) {
    const isOfRun = isCarried(line);
    const last = parts.at(-1);
    if (last?.isOfRun === isOfRun) last.lines.push(line);
    else parts.push({ isOfRun, lines: [line] });
  }
  return parts;
}

const keyOf = (item: Held | undefined, gets: readonly GetValue[], writing: Writing): string =>
  JSON.stringify(gets.map((get) => (item === undefined ? "" : (get(item, writing) ?? ""))));

/** A line that only says how much was written, like a trailer of totals: what it counts is always known. */
const isTally = ({ fields, pairs }: LineDefinition): boolean =>
  fields.length > 0 &&
  pairs === undefined &&
  fields.every(({ to, count, sum }) => to.length === 0 && (count !== undefined || sum !== undefined));

/** A line of the current object: written when it or a line below it holds a value, when it must come, or when it is a tally. */
function plain(line: LineDefinition, build: BuildSegment, definition: MappingDefinition): WriteLine {
  const isAdmitted = admits(line.onlyIf);
  const below = compileLines(line.below, definition);
  const stays = line.least > 0 || isTally(line);
  return (object, writing, cut) => {
    if (!isAdmitted(object, writing)) return false;
    const start = writing.out.length;
    const faults = writing.findings.length;
    const built = build(object, writing, []);
    put(built, writing);
    let hasValue = built.hasValue;
    for (const write of below) hasValue = write(object, writing, cut) || hasValue;
    if (hasValue || stays) return hasValue;
    // A field that could not be written is a value as well: the finding must not go with the segment.
    const kept = built.findings.filter((finding) => finding.code !== "FIELD_MISSING" && finding.code !== "FIELD_RULE");
    writing.out.length = start;
    writing.findings.length = faults;
    writing.findings.push(...kept);
    return false;
  };
}

/** A long text at several places and in several segments, cut at blanks where there is one to cut at. */
function piecewise(line: LineDefinition, field: FieldDefinition, definition: MappingDefinition): WriteLine {
  const isAdmitted = admits(line.onlyIf);
  const [path = []] = field.to;
  const get = getAt(path);
  const places = line.fields.filter(({ pieces }) => pieces !== undefined);
  const builds = places.map((_, count) => compileBuilder(withPlaces(line, places, count + 1), definition));
  return (object, writing) => {
    const text = isAdmitted(object, writing) ? (get(object) ?? "") : "";
    const pieces = text === "" ? [] : inPieces(text, field.pieces ?? text.length);
    checkTimes(line, path.join("."), Math.ceil(pieces.length / places.length), writing);
    for (let at = 0; at < pieces.length; at += places.length) {
      const held = pieces.slice(at, at + places.length);
      const holder: Held = Object.fromEntries(held.map((piece, n) => [`${PIECE}${n}`, piece]));
      const build = builds[held.length - 1];
      if (build !== undefined) put(told(build(holder, writing, []), path.join(".")), writing);
    }
    return pieces.length > 0;
  };
}

/** Name of the field that a piece of a text is handed over by. */
const PIECE = "piece of ";

/** The line with the first places of the text reading a piece each, and without the others. */
function withPlaces(line: LineDefinition, places: readonly FieldDefinition[], count: number): LineDefinition {
  const fields = line.fields.flatMap((field) => {
    const at = places.indexOf(field);
    if (at < 0) return [field];
    return at < count ? [{ ...field, to: [[`${PIECE}${at}`]] }] : [];
  });
  return { ...line, fields };
}

/** Findings about a piece are about the text. */
function told(built: ReturnType<BuildSegment>, name: string): ReturnType<BuildSegment> {
  const named = (text: string): string => text.replace(/piece of \d+/, name);
  const findings = built.findings.map((finding) => ({
    ...finding,
    message: named(finding.message),
    place: { ...finding.place, ...(finding.place.field === undefined ? {} : { field: named(finding.place.field) }) },
  }));
  return { ...built, findings };
}

/** Pieces that give the text again when they are joined by blanks; only a word longer than a piece is broken. */
function inPieces(text: string, most: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > most) {
    let at = most;
    while (at > 0 && !(rest[at] === " " && rest[at - 1] !== " " && rest[at + 1] !== " ")) at -= 1;
    pieces.push(rest.slice(0, at === 0 ? most : at));
    rest = rest.slice(at === 0 ? most : at + 1);
  }
  return [...pieces, rest];
}

/** A record that takes several objects of a list; the next line with `repeat` on the same list goes on with the rest. */
function repeating(
  line: LineDefinition,
  repeat: RepeatDefinition,
  build: BuildSegment,
  definition: MappingDefinition,
): WriteLine {
  const isAdmitted = admits(line.onlyIf);
  const below = compileLines(line.below, definition);
  return (object, writing, cut) => {
    const items = open(object, repeat.opens, writing, cut, isAdmitted).map(({ item }) => item);
    const all = blocksOf(items, repeat);
    let hasValue = items.length > 0;
    let records = 0;
    while (records < line.most && (records < all.length || records < Math.max(line.least, 1))) {
      const blocks = all[records] ?? [];
      const built = build(object, writing, blocks);
      if (blocks.length === 0 && !built.hasValue && line.least === 0) break;
      for (const item of blocks) if (item !== undefined) writing.written.add(item);
      hasValue ||= built.hasValue;
      put(built, writing);
      for (const write of below) write(object, writing, cut);
      records += 1;
    }
    return hasValue;
  };
}

/** The objects of each record, block by block; where blocks differ by a word, what has none of the words stays out. */
function blocksOf(items: readonly Held[], { by, count }: RepeatDefinition): (Held | undefined)[][] {
  if (by === undefined) {
    const records = Math.ceil(items.length / count);
    return Array.from({ length: records }, (_, record) => items.slice(record * count, (record + 1) * count));
  }
  const word = getAt(by.path);
  const columns = by.words.map((one) => items.filter((item) => word(item) === one));
  const records = Math.max(0, ...columns.map(({ length }) => length));
  return Array.from({ length: records }, (_, record) => columns.map((column) => column[record]));
}

export type { WriteContext };
