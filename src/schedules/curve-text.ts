/** The steps of a curve as one text: compact, stable, lossless. Stored once per content, found again by its hash. */
import { TIMINGS, type Timing } from "../documents/delivery-schedule.ts";
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
  text === ""
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
  const fields = [
    step.date,
    KIND_LETTERS[step.kind] + TIMING_LETTERS[step.timing],
    step.from === step.date ? "" : step.from,
    step.to === step.date ? "" : step.to,
    writeMillionths(step.cumulative),
    escaped(step.commitment),
    escaped(step.customerOrderNumber),
    escaped(step.reference),
    escaped(step.referenceKind),
    escaped(step.window),
    escaped(step.route),
    step.segment === 0 ? "" : String(step.segment),
  ];
  let used = fields.length;
  while (fields[used - 1] === "") used -= 1;
  return (used === fields.length ? fields : fields.slice(0, used)).join("|");
}

/**
 * The steps that `writeSteps` wrote.
 * @throws CalloffError CURVE_UNREADABLE when the text is not of that form: the stored curve has been altered.
 */
export function readSteps(text: string): Step[] {
  return text === "" ? [] : text.split("\n").map(readStep);
}

function readStep(line: string, index: number): Step {
  const fields = line.split("|");
  const kind = KIND_OF.get(fields[1]?.[0] ?? "");
  const timing = TIMING_OF.get(fields[1]?.[1] ?? "");
  if (kind === undefined || timing === undefined || fields.length > FIELDS) throw unreadable(line, index);
  const optional = (at: number) => unescaped(fields[at] ?? "");
  try {
    const date = plainDate(fields[0] ?? "");
    return {
      date,
      kind,
      timing,
      from: fields[2] ? plainDate(fields[2]) : date,
      to: fields[3] ? plainDate(fields[3]) : date,
      cumulative: quantity(fields[4] ?? ""),
      commitment: optional(5),
      customerOrderNumber: optional(6),
      reference: optional(7),
      referenceKind: optional(8),
      window: optional(9),
      route: optional(10),
      segment: Number(fields[11] ?? "0"),
    };
  } catch (cause) {
    throw unreadable(line, index, cause);
  }
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
