/** Lines of a mapping compiled for writing, each by what it opens, carries or repeats. */
import type { LineDefinition, MappingDefinition } from "./definition.ts";
import { listsOf } from "./lines.ts";
import { admits } from "./requirements.ts";
import { carrying, partsOf } from "./write-carried.ts";
import { checkTaken, UNCUT, type WriteLine } from "./write-lists.ts";
import { type OpeningLine, opening, openingTogether } from "./write-objects.ts";
import { piecewise } from "./write-pieces.ts";
import { repeating } from "./write-repeat.ts";
import { type BuildSegment, compileBuilder, put } from "./write-segment.ts";

/** The lines that fill one object, and a check that none of its lists' objects was left out. */
export function compileScope(lines: readonly LineDefinition[], definition: MappingDefinition): WriteLine {
  const writers = compileLines(lines, definition);
  const lists = [...new Set(listsOf(lines))];
  return (object, writing, cut) => {
    let hasValue = false;
    for (const write of writers) hasValue = write(object, writing, cut) || hasValue;
    if (cut === UNCUT) for (const name of lists) checkTaken(object, name, writing);
    return hasValue;
  };
}

/** Neighbours of one tag that open one list are written together, so that its objects keep their order. */
function compileLines(lines: readonly LineDefinition[], definition: MappingDefinition): WriteLine[] {
  const writers: WriteLine[] = [];
  for (let at = 0; at < lines.length; ) {
    const first = lines[at] as LineDefinition;
    let end = at + 1;
    while (end < lines.length && isTogether(first, lines[end] as LineDefinition)) end += 1;
    const [one, ...others] = lines.slice(at, end).filter((line) => line.most > 0);
    if (one?.opens !== undefined && others.length > 0) {
      const name = one.opens;
      const together = [one, ...others].map((line) => opened(line, name, definition));
      writers.push(openingTogether(name, together));
    } else if (one !== undefined) writers.push(compileLine(one, definition));
    at = end;
  }
  return writers;
}

const isTogether = (one: LineDefinition, other: LineDefinition): boolean =>
  one.order === other.order && one.opens !== undefined && one.opens === other.opens && !one.carries && !other.carries;

function compileLine(line: LineDefinition, definition: MappingDefinition): WriteLine {
  if (line.carries) {
    const parts = partsOf(line.below).map(({ isOfRun, lines }) => ({
      isOfRun,
      writers: compileLines(lines, definition),
    }));
    return carrying(line, compileBuilder(line, definition), parts, definition);
  }
  if (line.opens !== undefined) return opening(opened(line, line.opens, definition));
  const long = line.fields.find(({ pieces }) => pieces !== undefined);
  if (line.repeat === undefined && long !== undefined) return piecewise(line, long, definition);
  const below = compileLines(line.below, definition);
  const build = compileBuilder(line, definition);
  return line.repeat === undefined ? plain(line, build, below) : repeating(line, line.repeat, build, below);
}

function opened(line: LineDefinition, name: string, definition: MappingDefinition): OpeningLine {
  return { line, name, build: compileBuilder(line, definition), below: compileScope(line.below, definition) };
}

/** A line that only says how much was written, like a trailer of totals: what it counts is always known. */
const isTally = ({ fields, pairs }: LineDefinition): boolean =>
  fields.length > 0 &&
  pairs === undefined &&
  fields.every(({ to, count, sum }) => to.length === 0 && (count !== undefined || sum !== undefined));

/** A line of the current object: written when it or a line below it holds a value, when it must come, or when it is a tally. */
function plain(line: LineDefinition, build: BuildSegment, below: readonly WriteLine[]): WriteLine {
  const isAdmitted = admits(line.onlyIf);
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
