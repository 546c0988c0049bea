/** Goods in transit, and what explains a customer's cumulative (domain.md, *In transit*; features.md C2, C3). */
import type { PlainDate } from "../values/dates.ts";
import { minus, NOTHING, negated, plus, type Quantity, total } from "../values/figures.ts";
import { normalForm } from "../values/identifiers.ts";

/** One of our ship notes, in the order in which we shipped. */
export interface ShippedNote {
  readonly note: string;
  readonly quantity: Quantity;
  readonly shippedOn: PlainDate;
}

/** Something that moves the customer's count away from what a note says. */
export interface CountedDifference {
  readonly note: string;
  /** Received − despatched; below zero where they counted less (861, RECADV, EDP36). */
  readonly quantity: Quantity;
}

export interface TransitInput {
  /** The cumulative they quote, received or shipped as they count it. */
  readonly quoted: Quantity;
  /** The last note they quote; empty where they quote none. */
  readonly lastNote: string;
  /** Our shipped cumulative, of the same start. */
  readonly shipped: Quantity;
  /**
   * Our latest notes in the order of shipping, the last of them the latest: at least back to the quoted one, better some
   * further. Older ones are in `shipped` and cannot explain anything.
   */
  readonly notes: readonly ShippedNote[];
  readonly receiptDifferences?: readonly CountedDifference[];
  /** Returns their cumulative may have taken off; quantity above zero. */
  readonly returns?: readonly CountedDifference[];
  /** Places the format carries for a note number (8 in VDA 513). */
  readonly noteWidth?: number;
}

/** A fact that explains a part of the difference. */
export interface Explanation {
  readonly kind: "overtaken" | "counted-already" | "receipt-difference" | "return";
  readonly note: string;
  readonly quantity: Quantity;
}

export interface TransitExplanation {
  /** Our shipped − their cumulative; below zero where they count more than we shipped, never clipped. */
  readonly inTransit: Quantity;
  /** The notes they have not counted, oldest first, as far as they could be told. */
  readonly notes: readonly ShippedNote[];
  /** What explains that their count differs from what we shipped through their last note. */
  readonly explainedBy: readonly Explanation[];
  /** Their count − ours, where nothing explains it; nothing (0) when the check holds. */
  readonly mismatch: Quantity;
  /** `unknown`: the note they quote is none of ours; `ambiguous`: it fits several, which is asked. */
  readonly lastNote: "found" | "none" | "unknown" | "ambiguous";
}

/** Most facts that together may explain one difference, and most candidates looked at: beyond that it is no explanation. */
const MOST_FACTS = 4;
const MOST_MIXED = 3;
const MOST_CANDIDATES = 24;

/** Checks their cumulative against ours through the last note they quote and names what explains a difference. */
export function explainTransit(input: TransitInput): TransitExplanation {
  const inTransit = minus(input.shipped, input.quoted);
  const found = matchNote(input.lastNote, input.notes, input.noteWidth);
  if (found.state !== "found") return { ...withoutNote(input, inTransit), lastNote: found.state };
  const later = input.notes.slice(found.index + 1);
  const through = minus(input.shipped, total(later.map((note) => note.quantity)));
  const difference = minus(input.quoted, through);
  const explainedBy = difference === NOTHING ? [] : explained(difference, input, found.index);
  if (explainedBy === undefined)
    return { inTransit, notes: later, explainedBy: [], mismatch: difference, lastNote: "found" };
  const counted = new Set(explainedBy.filter(({ kind }) => kind === "counted-already").map(({ note }) => note));
  const overtaken = new Set(explainedBy.filter(({ kind }) => kind === "overtaken").map(({ note }) => note));
  const notes = [
    ...input.notes.slice(0, found.index).filter((note) => overtaken.has(note.note)),
    ...later.filter((note) => !counted.has(note.note)),
  ];
  return { inTransit, notes, explainedBy, mismatch: NOTHING, lastNote: "found" };
}

/** Without a note to go by, their figure must be what we had shipped after one of our notes. */
function withoutNote(input: TransitInput, inTransit: Quantity): Omit<TransitExplanation, "lastNote"> {
  let through = input.shipped;
  let nearest = { notes: [] as readonly ShippedNote[], mismatch: minus(input.quoted, through) };
  for (let index = input.notes.length - 1; index >= 0 && nearest.mismatch !== NOTHING; index -= 1) {
    through = minus(through, (input.notes[index] as ShippedNote).quantity);
    const mismatch = minus(input.quoted, through);
    if (magnitude(mismatch) < magnitude(nearest.mismatch)) nearest = { notes: input.notes.slice(index), mismatch };
  }
  return { inTransit, explainedBy: [], ...nearest };
}

const magnitude = (of: Quantity): Quantity => (of < NOTHING ? negated(of) : of);

export type NoteMatch =
  | { readonly state: "found"; readonly index: number }
  | { readonly state: "none" | "unknown" | "ambiguous" };

/**
 * Finds the note a customer quotes: without leading zeros, and cut to what the format carries. One that fits two notes is
 * asked.
 */
export function matchNote(quoted: string, notes: readonly { readonly note: string }[], width?: number): NoteMatch {
  const wanted = normalForm(quoted);
  if (wanted === "") return { state: "none" };
  const exact = indexesOf(notes, (note) => note === wanted);
  const fitting = exact.length > 0 ? exact : indexesOf(notes, (note) => isCut(note, wanted, width));
  if (fitting.length === 0) return { state: "unknown" };
  return fitting.length === 1 ? { state: "found", index: fitting[0] as number } : { state: "ambiguous" };
}

function indexesOf(notes: readonly { readonly note: string }[], fits: (normal: string) => boolean): number[] {
  return notes.flatMap(({ note }, index) => (fits(normalForm(note)) ? [index] : []));
}

/** Whether `quoted` is what is left of a longer note number, cut at either end to the format's places. */
function isCut(note: string, quoted: string, width: number | undefined): boolean {
  if (width === undefined || note.length <= width) return false;
  return normalForm(note.slice(-width)) === quoted || normalForm(note.slice(0, width)) === quoted;
}

/** Looks for facts that add up to the difference: by kind in the order of likelihood, then of all kinds together. */
function explained(difference: Quantity, input: TransitInput, last: number): Explanation[] | undefined {
  const fact = (kind: Explanation["kind"], sign: bigint) => (of: { note: string; quantity: Quantity }) => ({
    effect: (sign * of.quantity) as Quantity,
    explanation: { kind, note: of.note, quantity: of.quantity },
  });
  const kinds = [
    input.notes.slice(0, last).toReversed().map(fact("overtaken", -1n)),
    input.notes.slice(last + 1).map(fact("counted-already", 1n)),
    (input.receiptDifferences ?? []).map(fact("receipt-difference", 1n)),
    (input.returns ?? []).map(fact("return", -1n)),
  ].map((facts) => facts.filter(({ effect }) => effect !== NOTHING).slice(0, MOST_CANDIDATES));
  const searches = [
    ...kinds.map((facts) => ({ facts, bound: MOST_FACTS })),
    { facts: kinds.flat(), bound: MOST_MIXED },
  ];
  for (const { facts, bound } of searches) {
    for (let most = 1; most <= Math.min(bound, facts.length); most += 1) {
      const set = addingUp(facts, difference, most);
      if (set !== undefined) return set.map(({ explanation }) => explanation);
    }
  }
  return undefined;
}

interface Fact {
  readonly effect: Quantity;
  readonly explanation: Explanation;
}

/** Exactly `most` facts that add up to `difference`, the likeliest first; `undefined` when there are none. */
function addingUp(facts: readonly Fact[], difference: Quantity, most: number, from = 0): Fact[] | undefined {
  if (most === 0) return difference === NOTHING ? [] : undefined;
  for (let index = from; index < facts.length; index += 1) {
    const one = facts[index] as Fact;
    if (most === 1) {
      if (one.effect === difference) return [one];
      continue;
    }
    const rest = addingUp(facts, minus(difference, one.effect), most - 1, index + 1);
    if (rest !== undefined) return [one, ...rest];
  }
  return undefined;
}

/** What is on the road, summed over the notes that could be told. */
export const onTheRoad = (explanation: TransitExplanation): Quantity =>
  explanation.notes.reduce((sum, note) => plus(sum, note.quantity), NOTHING);
