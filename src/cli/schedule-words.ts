/** Schedules and their differences, for a planner at a terminal. */
import type { DiffView, RevisionView } from "../orders/views.ts";
import type { DatedQuantity, ScheduleDiff } from "../schedules/diff.ts";
import { diffFromJson } from "../schedules/diff-json.ts";
import { type Decimal, writeMillionths } from "../values/figures.ts";
import { factsInWords, oneLine, tableInWords } from "./words.ts";

/** One schedule in full. */
export function scheduleInWords(view: RevisionView): string {
  const { verdict, decision, horizon } = view;
  return [
    factsInWords([
      ["schedule", view.id],
      ["partner", view.partner],
      ["customer's part", view.customerPart],
      ["ship-to", view.shipTo],
      ["order", view.orderNumber],
      ["release", `${view.releaseNo} of ${view.issuedOn} (${view.layer})`],
      ["file", `${view.file}, segments ${view.segments.first} to ${view.segments.last}`],
      ["horizon", horizon.from === "" ? "" : `${horizon.from} to ${horizon.to}`],
      ["dates", view.dates],
      ["base", `${view.base} ${view.unit} ${view.cumulatives}${view.since === "" ? "" : ` since ${view.since}`}`],
      ["state", view.cause === "" ? view.state : `${view.state}: ${view.cause}`],
      ["decided", decision === undefined ? "" : `${decision.verb} by ${decision.who} on ${decision.on}`],
      ["reason", decision?.reason],
      ["verdict", view.sentence],
      ["policy", verdict?.policy],
      ["risk from", view.riskDate],
    ]),
    ...(verdict?.lines ?? []).map(({ says, sentence }) => `  ${says}: ${oneLine(sentence)}\n`),
    "\n",
    tableInWords(
      ["DATE", "KIND", ">QUANTITY", ">CUMULATIVE", "COMMITMENT", "CUSTOMER'S ORDER", "REFERENCE", ">SEGMENT"],
      view.steps.map((step) => [
        step.date,
        step.kind === "dated" ? step.timing : step.kind,
        step.quantity,
        step.cumulative,
        step.commitment,
        step.customerOrderNumber,
        step.reference,
        step.segment,
      ]),
      "It asks for nothing.",
    ),
    view.state === "held"
      ? `Next: calloff schedule diff ${view.id}, then calloff schedule accept ${view.id} or withdraw ${view.id} --reason …\n`
      : "",
  ].join("");
}

const named = ({ id, releaseNo, issuedOn }: DiffView["after"]): string => `${id} (release ${releaseNo} of ${issuedOn})`;

/** What one schedule changes against another. */
export function diffInWords({ before, after, sentence, diff }: DiffView): string {
  const head = factsInWords([
    ["part", `${after.customerPart} to ${after.shipTo}`],
    ["old", before === undefined ? "none: this is the first schedule" : named(before)],
    ["new", named(after)],
    ["changes", sentence],
  ]);
  if (diff === null) return head;
  const changes = diffFromJson(diff);
  return [
    head,
    "\n",
    tableInWords(["CHANGE", "DATE", ">QUANTITY"], changesOf(changes), "Nothing changes."),
    "\n",
    tableInWords(
      ["BY", ">OLD", ">NEW", ">DIFFERENCE"],
      changes.heights.map(({ date, before: old, after: next }) => [
        date,
        writeMillionths(old),
        writeMillionths(next),
        signed(next - old),
      ]),
      "",
    ),
  ].join("");
}

const dated = (change: string, sign: string, list: readonly DatedQuantity[]): string[][] =>
  list.map(({ date, quantity }) => [change, date, `${sign}${writeMillionths(quantity)}`]);

function changesOf(diff: ScheduleDiff): (readonly string[])[] {
  return [
    ...diff.moves.map(({ from, to, quantity }) => ["moved", `${from} to ${to}`, writeMillionths(quantity)]),
    ...dated("cut", "-", diff.cuts),
    ...dated("added", "+", diff.additions),
    ...dated("horizon added", "+", diff.horizonAdded),
    ...dated("horizon dropped", "-", diff.horizonDropped),
    ...diff.commitments.map(({ date, quantity, was, now }) => [
      `${was === "" ? "unmarked" : was} now ${now === "" ? "unmarked" : now}`,
      date,
      writeMillionths(quantity),
    ]),
    ...diff.regrouped.map(({ from, to, quantity, was, now }) => [
      `${was} now by ${now}`,
      `${from} to ${to}`,
      writeMillionths(quantity),
    ]),
  ];
}

const signed = (difference: bigint): Decimal => `${difference > 0n ? "+" : ""}${writeMillionths(difference)}`;
