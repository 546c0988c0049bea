/** What of a document's lists is still to be written, and whether the message has room for it. */
import type { LineDefinition } from "./definition.ts";
import { listIn } from "./paths.ts";
import type { Admits } from "./requirements.ts";
import type { Held } from "./run.ts";
import { type Writing, writeFinding } from "./write-fields.ts";

/** The lists that a carrying line has cut into runs, for the lines below it. */
export type Cut = ReadonlyMap<string, readonly Held[]>;
export const UNCUT: Cut = new Map();

/** Writes what an object holds for a line; returns whether a value of the document was among it. */
export type WriteLine = (object: Held, writing: Writing, cut: Cut) => boolean;

/** An object with its place in its list. */
export interface Numbered {
  readonly item: Held;
  readonly index: number;
}

/** Objects of a list that nothing has written yet and that the line admits. */
export function unwritten(object: Held, name: string, writing: Writing, cut: Cut, isAdmitted: Admits): Numbered[] {
  const all = listIn(object, name);
  const run = cut.get(name);
  return (run ?? all)
    .map((item, at) => ({ item, index: run === undefined ? at : all.indexOf(item) }))
    .filter(({ item }) => !writing.written.has(item) && isAdmitted(item, writing));
}

/** Refuses a list of which no line has taken an object: it would be lost. */
export function checkTaken(object: Held, name: string, writing: Writing): void {
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

/** Refuses fewer or more segments than the line may have. */
export function checkTimes(line: LineDefinition, name: string, count: number, writing: Writing): void {
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
