/** Differences in a planner's words: "300 moved 3 → 6 March; 100 cancelled on 10 March" (features.md B5). */
import type { PlainDate } from "../values/dates.ts";
import { NOTHING, negated, type Quantity, total, writeMillionths } from "../values/figures.ts";
import { type DatedQuantity, isUnchanged, type Move, type ScheduleDiff } from "./diff.ts";

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
/** Of longer lists the rest is summed up, so that a sentence stays one. */
const MOST_TOLD = 8;

/** `6 March`, with the year where it is not the message's. */
export function dayInWords(date: PlainDate, besides: PlainDate): string {
  const year = date.slice(0, 4);
  return `${Number(date.slice(8))} ${MONTHS[Number(date.slice(5, 7)) - 1]}${year === besides.slice(0, 4) ? "" : ` ${year}`}`;
}

/** `3 → 6 March`, `28 February → 3 March`. */
export function spanInWords(from: PlainDate, to: PlainDate, besides: PlainDate): string {
  const start = from.slice(0, 7) === to.slice(0, 7) ? String(Number(from.slice(8))) : dayInWords(from, besides);
  return `${start} → ${dayInWords(to, besides)}`;
}

export const inPieces = (of: Quantity): string => writeMillionths(of);

/** What changed, in one sentence without a full stop; `nothing changed` when both curves ask for the same. */
export function changesInWords(diff: ScheduleDiff): string {
  const say = (date: PlainDate) => dayInWords(date, diff.messageDate);
  const moves = told(diff.moves, (move) => moveInWords(move, diff.messageDate), "moved");
  const cuts = told(diff.cuts, (cut) => `${inPieces(cut.quantity)} cancelled on ${say(cut.date)}`, "cancelled");
  const added = [
    ...told(diff.additions, (one) => `+${inPieces(one.quantity)} on ${say(one.date)}`, "added"),
    ...told(diff.horizonAdded, (one) => `${inPieces(one.quantity)} new on ${say(one.date)}`, "new"),
  ];
  const dropped = told(
    diff.horizonDropped,
    (one) => `${inPieces(one.quantity)} no longer listed on ${say(one.date)}`,
    "no longer listed",
  );
  const parts = [...moves, cuts.join(", "), added.join(", "), dropped.join(", ")].filter((part) => part !== "");
  if (!isUnchanged(diff) && diff.moves.length === 0) parts.push("nothing moved");
  return [...parts, ...notesInWords(diff)].join("; ") || "nothing changed";
}

const moveInWords = (move: Move, besides: PlainDate): string =>
  `${inPieces(move.quantity)} moved ${spanInWords(move.from, move.to, besides)}`;

/** What stays the same in quantity and differs in buckets or commitments. */
export function notesInWords(diff: ScheduleDiff): string[] {
  const say = (date: PlainDate) => dayInWords(date, diff.messageDate);
  return [
    ...told(
      diff.regrouped,
      (one) =>
        `${inPieces(one.quantity)} from ${spanInWords(one.from, one.to, diff.messageDate)}: same quantity, now by ${one.now}`,
      "in other buckets",
    ),
    ...told(
      diff.commitments,
      (one) => `${inPieces(one.quantity)} on ${say(one.date)} now ${committed(one.now)}, was ${committed(one.was)}`,
      "with another commitment",
    ),
  ];
}

const committed = (commitment: string): string => (commitment === "" ? "without commitment" : commitment);

function told<T extends DatedQuantity | Move | { readonly quantity: Quantity }>(
  list: readonly T[],
  words: (one: T) => string,
  verb: string,
): string[] {
  if (list.length <= MOST_TOLD) return list.map(words);
  const rest = list.slice(MOST_TOLD);
  const sum = total(rest.map((one) => one.quantity));
  return [...list.slice(0, MOST_TOLD).map(words), `${inPieces(sum)} more ${verb} on ${rest.length} other dates`];
}

/** `100 too many` or `100 short`, for figures that should be equal. */
export const differenceInWords = (of: Quantity): string =>
  of > NOTHING ? `${inPieces(of)} more` : `${inPieces(negated(of))} less`;
