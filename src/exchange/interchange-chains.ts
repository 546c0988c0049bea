/** An interchange in the chain of its sender's control numbers: what is missing before it, and what is next. Pure. */
import type { Partner } from "../config/partner.ts";
import type { Scope } from "../store/series.ts";
import type { InterchangeEntry } from "../syntax/segment.ts";
import type { Place } from "../values/finding.ts";
import type { Arrival, InterchangePlan } from "./file-plan.ts";
import { countedAs, type Known, keyOf, namedBy } from "./known-interchanges.ts";
import {
  type Chain,
  chainScope,
  expectedAfter,
  gapFinding,
  type Missing,
  missingBefore,
  missingInWords,
} from "./number-chains.ts";
import { expectedAfterTransmission, missingBeforeTransmission } from "./transmission-chains.ts";

/** Whose numbers an interchange's are part of. */
export const chainOf = (entry: InterchangeEntry, partner: string): Chain => ({
  partner,
  sender: entry.sender.id,
  receiver: entry.receiver.id,
  ...(countedAs(entry) === "" ? {} : { counted: countedAs(entry) }),
});

/** What is missing before an interchange by its sender's chain. */
function missingIn(
  entry: InterchangeEntry,
  partner: string,
  known: Known,
  next: number | undefined,
): Missing | undefined {
  if (entry.family !== "fixed") return missingBefore(next, entry.control);
  const previous = entry.previous ?? "";
  // A customer may count apart for each of his plants: what the old number names did come.
  if (known.numbered.has(keyOf({ ...namedBy(entry, partner), control: previous }))) return undefined;
  return missingBeforeTransmission(next, { previous, control: entry.control });
}

const afterIn = ({ family, control }: InterchangeEntry, next: number | undefined): number | undefined =>
  family === "fixed" ? expectedAfterTransmission(next, control) : expectedAfter(next, control);

/**
 * Holds or notes an interchange that passes numbers over; what came counts in the chain, also without effect. A number that
 * came before has counted already, or waits for its turn.
 */
export function inItsPlace(
  plan: InterchangePlan,
  arrival: Arrival,
  known: Known,
  next: Map<Scope, number>,
): InterchangePlan {
  const { entry, partner } = plan;
  const counts = plan.state === "open" || plan.cause === "envelope";
  if (!counts || partner === "" || entry.control === "") return plan;
  const scope = chainScope(chainOf(entry, partner));
  const { numberGaps } = arrival.partners.find(({ code }) => code === partner) as Partner;
  const missing = missingIn(entry, partner, known, next.get(scope));
  const waits = missing !== undefined && numberGaps === "hold" && plan.state === "open";
  const after = afterIn(entry, next.get(scope));
  if (!waits && after !== undefined) next.set(scope, after);
  if (missing === undefined || numberGaps === "ignore" || plan.state !== "open") return plan;
  const place: Place = { file: arrival.name, line: entry.line, byte: entry.firstByte };
  const findings = [...plan.findings, gapFinding(missing, entry.control, place, numberGaps)];
  if (!waits) return { ...plan, findings, missing };
  return { ...plan, state: "held", cause: `control numbers missing: ${missingInWords(missing)}`, findings, missing };
}
