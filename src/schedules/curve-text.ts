/** The steps of a curve as one text: compact, stable, lossless. Stored once per content, found again by its hash. */
import { TIMINGS, type Timing } from "../documents/schedule-step.ts";
import { plainDate } from "../values/dates.ts";
import { CalloffError } from "../values/errors.ts";
import { quantity, writeMillionths } from "../values/figures.ts";
import type { DemandKind, Step } from "./types.ts";

/** One letter per word keeps thousands of steps small; the letters are permanent, they are stored. */
const KIND_LETTERS: Readonly<Record<DemandKind, string>> = { dated: "d", backlog: "b", immediate: "i", remainder: "r" };
const TIMING_LETTERS: Readonly<Record<Timing, string>> = {
  day: "d",
  week: "w",
  month: "m",
  range: "f",
  backlog: "b",
  immediate: "i",
  "forecast-start": "s",
  "no-demand": "n",
  remainder: "r",
};
const KIND_OF = new Map(Object.entries(KIND_LETTERS).map(([kind, letter]) => [letter, kind as DemandKind]));
const TIMING_OF = new Map(TIMINGS.map((timing) => [TIMING_LETTERS[timing], timing]));

const FIELDS = 12;

const escaped = (text: string): string =>
  text === "" || !/[\\|\n\r]/.test(text)
    ? text
    : text.replace(/[\\|\n\r]/g, (held) => ({ "\\": "\\\\", "|": "\\p", "\n": "\\n", "\r": "\\r" })[held] as string);
const unescaped = (text: string): string =>
  !text.includes("\\")
    ? text
    : text.replace(/\\(.)/g, (_, letter: string) => ({ p: "|", n: "\n", r: "\r" })[letter] ?? letter);

/** One step per line, fields apart by `|`, what a day step does not need left empty. */
export function writeSteps(steps: readonly Step[]): string {
  return steps.map(writeStep).join("\n");
}

function writeStep(step: Step): string {
  const { commitment, customerOrderNumber, reference, referenceKind, window, route, segment } = step;
  // Nearly every step has a segment, the last field, and few of the texts before it.
  if (segment !== 0 && !customerOrderNumber && !reference && !referenceKind && !window && !route) {
    return `${standOf(step)}|${writeMillionths(step.cumulative)}|${escaped(commitment)}||||||${segment}`;
  }
  const fields = [
    standOf(step),
    writeMillionths(step.cumulative),
    escaped(commitment),
    escaped(customerOrderNumber),
    escaped(reference),
    escaped(referenceKind),
    escaped(window),
    escaped(route),
    segment === 0 ? "" : String(segment),
  ];
  let used = fields.length;
  while (fields[used - 1] === "") used -= 1;
  return (used === fields.length ? fields : fields.slice(0, used)).join("|");
}

/** The first four fields: where a step stands in time. */
const standOf = ({ date, kind, timing, from, to }: Step): string =>
  `${date}|${KIND_LETTERS[kind]}${TIMING_LETTERS[timing]}|${from === date ? "" : from}|${to === date ? "" : to}`;

/**
 * The steps that `writeSteps` wrote.
 * @throws CalloffError CURVE_UNREADABLE when the text is not of that form: the stored curve has been altered.
 */
export function readSteps(text: string): Step[] {
  return text === "" ? [] : text.split("\n").map(readStep);
}

type Stand = Pick<Step, "date" | "kind" | "timing" | "from" | "to">;

/** Where steps stand, by their first four fields: the items of a message share them, so each is read once. */
const stands = new Map<string, Stand>();
/** More than the steps of any horizon; what senders state must not fill the memory. */
const MOST_STANDS = 4000;

function readStep(line: string, index: number): Step {
  const end = endOfStand(line);
  const fields = line.slice(end + 1).split("|");
  if (end === -1 || fields.length > FIELDS - STAND_FIELDS) throw unreadable(line, index);
  const optional = (at: number) => unescaped(fields[at] ?? "");
  try {
    const { date, kind, timing, from, to } = standAt(line.slice(0, end));
    return {
      date,
      kind,
      timing,
      from,
      to,
      cumulative: quantity(fields[0] ?? ""),
      commitment: optional(1),
      customerOrderNumber: optional(2),
      reference: optional(3),
      referenceKind: optional(4),
      window: optional(5),
      route: optional(6),
      segment: Number(fields[7] ?? "0"),
    };
  } catch (cause) {
    throw unreadable(line, index, cause);
  }
}

const STAND_FIELDS = 4;

/** Index of the bar behind the first four fields; -1 where there are not so many. */
function endOfStand(line: string): number {
  let end = -1;
  for (let n = 0; n < STAND_FIELDS; n += 1) {
    end = line.indexOf("|", end + 1);
    if (end === -1) return -1;
  }
  return end;
}

function standAt(text: string): Stand {
  const known = stands.get(text);
  if (known !== undefined) return known;
  const [day = "", letters = "", first, last] = text.split("|");
  const kind = KIND_OF.get(letters[0] ?? "");
  const timing = TIMING_OF.get(letters[1] ?? "");
  if (kind === undefined || timing === undefined) throw new RangeError(`${letters} is no kind and timing`);
  const date = plainDate(day);
  const stand = { date, kind, timing, from: first ? plainDate(first) : date, to: last ? plainDate(last) : date };
  if (stands.size >= MOST_STANDS) stands.clear();
  stands.set(text, stand);
  return stand;
}

function unreadable(line: string, index: number, cause?: unknown): CalloffError {
  return new CalloffError("CURVE_UNREADABLE", "a stored curve cannot be read", {
    place: { line: index + 1 },
    expected: "date|kind and timing|from|to|cumulative|…",
    found: line,
    remedy: "The row of the table curve was altered outside the program; restore the database from a backup.",
    cause,
  });
}
