/** Writing lines that open a list: a segment for each of its objects, and what stands below it. */
import type { LineDefinition } from "./definition.ts";
import { listIn } from "./paths.ts";
import { admits } from "./requirements.ts";
import type { Held } from "./run.ts";
import { type Writing, writeFinding } from "./write-fields.ts";
import { checkTaken, checkTimes, type Numbered, UNCUT, unwritten, type WriteLine } from "./write-lists.ts";
import { blocksOf } from "./write-repeat.ts";
import { type BuildSegment, put } from "./write-segment.ts";

/** A line with a list of its own. */
export interface OpeningLine {
  readonly line: LineDefinition;
  /** The list. */
  readonly name: string;
  readonly build: BuildSegment;
  /** What stands below an object of it. */
  readonly below: WriteLine;
}

/** A line that opens a list: a segment for every object of it that its `if` admits. */
export function opening(opens: OpeningLine): WriteLine {
  const { line, name } = opens;
  const isAdmitted = admits(line.onlyIf);
  return (object, writing, cut) => {
    const items = unwritten(object, name, writing, cut, isAdmitted);
    checkTimes(line, name, items.length, writing);
    for (const held of items) writeItem(opens, held, writing);
    return items.length > 0;
  };
}

function writeItem({ below, build, line, name }: OpeningLine, { item, index }: Numbered, writing: Writing): void {
  writing.written.add(item);
  writing.path.push(`${name}[${index}]`);
  writing.objects.push({ list: name, object: item });
  put(build(item, writing, blocksIn(item, line, writing)), writing);
  below(item, writing, UNCUT);
  writing.objects.pop();
  writing.path.pop();
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
export function openingTogether(name: string, together: readonly OpeningLine[]): WriteLine {
  const named = together.map(({ line }) => namesIn(line));
  const all = new Set(named.flatMap((names) => [...names]));
  const writers = together.map((opens, at) => ({
    opens,
    isAdmitted: admits(opens.line.onlyIf),
    elsewhere: [...all].filter((one) => named[at]?.has(one) === false),
  }));
  return (object, writing, cut) => {
    const counts = new Map<LineDefinition, number>();
    for (const held of unwritten(object, name, writing, cut, () => true)) {
      const writer = writers.find(({ isAdmitted }) => isAdmitted(held.item, writing));
      if (writer === undefined) continue;
      const { elsewhere, opens } = writer;
      counts.set(opens.line, (counts.get(opens.line) ?? 0) + 1);
      checkPlaced(opens, held, elsewhere, writing);
      writeItem(opens, held, writing);
    }
    for (const { line } of together) checkTimes(line, name, counts.get(line) ?? 0, writing);
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
  { line, name }: OpeningLine,
  { item, index }: Numbered,
  elsewhere: readonly string[],
  writing: Writing,
): void {
  const lost = elsewhere.find((one) => item[one] !== undefined && item[one] !== "");
  if (lost === undefined) return;
  writing.path.push(`${name}[${index}]`);
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
