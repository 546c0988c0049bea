/** A diff as JSON, as a verdict stores it, and back. Figures are decimal text, dates ISO text. */
import { z } from "zod";
import { date, decimal } from "../documents/fields.ts";
import type { PlainDate } from "../values/dates.ts";
import { CalloffError } from "../values/errors.ts";
import { type Quantity, quantity, writeMillionths } from "../values/figures.ts";
import type { Json } from "../values/json.ts";
import type { ScheduleDiff } from "./diff.ts";

const figure = decimal.transform((text): Quantity => quantity(text));
const day = date.transform((text) => text as PlainDate);
const dated = z.strictObject({ date: day, quantity: figure });
const move = z.strictObject({ from: day, to: day, quantity: figure });
const heightPair = z.tuple([day, figure, figure, figure]);
const bucket = z.tuple([day, day]);
const changed = { quantity: figure, was: z.string(), now: z.string() };

const stored = z.strictObject({
  liftedTo: figure,
  messageDate: day,
  buckets: z.array(bucket),
  moves: z.array(move),
  cuts: z.array(dated),
  additions: z.array(dated),
  horizonAdded: z.array(dated),
  horizonDropped: z.array(dated),
  heights: z.array(heightPair),
  regrouped: z.array(z.strictObject({ from: day, to: day, ...changed })),
  commitments: z.array(z.strictObject({ date: day, ...changed })),
  backlog: z.strictObject({ stated: figure, expected: figure }).optional(),
  remainder: z.strictObject({ before: figure, after: figure }),
});

/** The diff as plain JSON: the column *changes* of a verdict. */
export function diffToJson(diff: ScheduleDiff): Json {
  const { buckets, heights, ...rest } = diff;
  return plain({
    ...rest,
    buckets: buckets.map(({ from, to }) => [from, to]),
    heights: heights.map((pair) => [pair.date, pair.before, pair.after, pair.oldStep]),
  });
}

function plain(value: unknown): Json {
  if (typeof value === "bigint") return writeMillionths(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value as Json;
  const held = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(held.map(([key, one]) => [key, plain(one)]));
}

/** The diff that `diffToJson` wrote. @throws CalloffError DIFF_UNREADABLE when the stored verdict has been altered. */
export function diffFromJson(json: unknown): ScheduleDiff {
  const read = stored.safeParse(json);
  if (!read.success) {
    const issue = read.error.issues[0];
    throw new CalloffError("DIFF_UNREADABLE", "the changes stored with a verdict cannot be read", {
      place: { field: issue?.path.join(".") ?? "" },
      expected: "what was written when the schedule was judged",
      found: issue?.message ?? "",
      remedy: "The row of the table verdict was altered outside the program; restore the database from a backup.",
    });
  }
  const { buckets, heights, backlog, ...rest } = read.data;
  return {
    ...rest,
    backlog,
    buckets: buckets.map(([from, to]) => ({ from, to })),
    heights: heights.map(([at, before, after, oldStep]) => ({ date: at, before, after, oldStep })),
  };
}
