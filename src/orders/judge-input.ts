/** What a line is judged by: policy, curves, what was shipped and quoted, what the contract has left. */
import { notePlacesOf } from "../config/partner.ts";
import { explainTransit } from "../schedules/transit.ts";
import type { Curve } from "../schedules/types.ts";
import type { JudgeInput } from "../schedules/verdict.ts";
import { NO_TOTALS, processedInAll, releasedInAll, shippedInAll, type Totals } from "../store/ledger.ts";
import { larger, minus, NOTHING, type Quantity } from "../values/figures.ts";
import { givenCauses } from "./given-causes.ts";
import type { Judgement, ReadLine } from "./judged-line.ts";

/** @param old the curve in force before it, on the same dates */
export function judgeInput(
  read: ReadLine,
  old: Curve | undefined,
  judgement: Judgement,
  isSameNumber: boolean,
): JudgeInput {
  const { matched, reading } = read;
  const newPeriod = read.period === "new";
  const totals = newPeriod ? carriedOver(read.totals) : read.totals;
  const { partner, policy, businessDate } = judgement;
  return {
    policy: policy.policy,
    businessDate,
    old,
    newPeriod,
    next: read.curve,
    effective: read.effective,
    releasable: read.releasable,
    statedHorizonOnly: partner.schedule.replaces === "stated-horizon",
    findings: reading.findings,
    needsAnchor: reading.needs === "anchor" && matched.unplaced === undefined,
    given: givenCauses(read, judgement, isSameNumber),
    shipped: shippedInAll(totals),
    pack: (matched.drawn?.line.pack ?? NOTHING) as Quantity,
    ...transitOf(read, totals, judgement),
    ...contractOf(read, totals),
  };
}

/** What they quote beside what we shipped; a new period counts anew. */
function transitOf(read: ReadLine, totals: Totals, { partner }: Judgement): Pick<JudgeInput, "transit" | "fallenBy"> {
  const { matched, period } = read;
  const { statement } = read.reading;
  if (statement?.cumulative === undefined || period === "new") return {};
  if (matched.unplaced !== undefined || matched.missing === true) return {};
  const noteWidth = notePlacesOf(partner);
  return {
    transit: explainTransit({
      quoted: statement.cumulative,
      lastNote: statement.lastNote,
      shipped: shippedInAll(totals),
      notes: read.notes,
      receiptDifferences: read.differences,
      ...(noteWidth === undefined ? {} : { noteWidth }),
    }),
    // A fall without a new start is a mismatch, also where the lower figure is one that we had shipped.
    ...(period === "fall" ? { fallenBy: fallOf(read, statement.cumulative) } : {}),
  };
}

/** What a contract of a quantity has taken so far. */
function contractOf({ matched, lineTotals }: ReadLine, totals: Totals): Pick<JudgeInput, "contract"> {
  const line = matched.drawn?.line;
  if (line?.commitment !== "quantity") return {};
  return {
    contract: {
      quantity: line.quantity as Quantity,
      processed: processedInAll(lineTotals),
      // Accepting it lifts what is withheld: that is asked for again.
      released: releasedInAll({ ...totals, withheld: NOTHING }),
      tolerancePercent: line.tolerance_percent as Quantity,
    },
  };
}

const fallOf = ({ accepted }: ReadLine, quoted: Quantity): Quantity =>
  larger(NOTHING, minus((accepted?.row.base ?? NOTHING) as Quantity, quoted));

/** What a new period begins with as far as it is known before it is opened: open orders are carried in full. */
const carriedOver = ({ released, shipped }: Totals): Totals => ({
  ...NO_TOTALS,
  released: larger(NOTHING, minus(released, shipped)),
});
