/** Lines of a schedule read into curves and judged against what is in force: pure, on what was read in bulk. */
import type { Partner } from "../config/partner.ts";
import { type CurveReading, curveOf } from "../schedules/curve.ts";
import { carriedOn, onDatesOf } from "../schedules/layers.ts";
import { releasableCurve } from "../schedules/releasable.ts";
import { periodOfNext } from "../schedules/resets.ts";
import type { Curve } from "../schedules/types.ts";
import { judge, verdictInText } from "../schedules/verdict.ts";
import { type PlainDate, plainDate } from "../values/dates.ts";
import type { Quantity } from "../values/figures.ts";
import { customerHabits, effectiveWith } from "./accept.ts";
import { anchorsOf } from "./anchors.ts";
import { BY_HAND } from "./hand-schedule.ts";
import { judgeInput } from "./judge-input.ts";
import type { JudgedLine, Judgement, LineGround, ReadLine } from "./judged-line.ts";
import type { MatchedLine } from "./match-lines.ts";
import { purposeOf } from "./purpose.ts";
import { isNewer, markOf, newest, type ReleaseMark } from "./release-chain.ts";
import { contentOf, curveOfRevision, type KnownRevision } from "./schedule-history.ts";

/** Reads and judges one line. */
export function judgeLine(ground: LineGround, judgement: Judgement): JudgedLine {
  const { read, old } = readLine(ground, judgement);
  const sameNumber = sameNumberAs(read.known, read.mark, read.layer);
  const verdict = judge(judgeInput(read, old, judgement, sameNumber.length > 0));
  const { outcome, causes, sentence, riskDate } = verdict;
  return Object.assign(read, {
    state: stateOf(read, judgement, sameNumber),
    verdict: { outcome, causes, sentence, riskDate },
    changes: verdictInText(verdict),
  });
}

/** The line as a curve, laid beside what is in force; `old` is the curve it would replace, on the same dates. */
function readLine(
  ground: LineGround,
  judgement: Judgement,
): { readonly read: ReadLine; readonly old: Curve | undefined } {
  const { matched, known, totals, lineTotals, notes, differences, open } = ground;
  const { document, partner } = judgement;
  const layer = document.layer ?? "forecast";
  const accepted = inForce(ground, layer);
  const asRead = curveOf(document, matched.line, partner.schedule, anchorsOf(ground, judgement));
  const { reading, period } = inPeriod(asRead, accepted, ground, partner);
  const old = accepted && onDatesOf(reading.curve, curveOfRevision(accepted), partner.orders.transitDays);
  const curve =
    partner.schedule.replaces === "stated-horizon" && old !== undefined ? carriedOn(old, reading.curve) : reading.curve;
  const beside = inForce(ground, layer === "forecast" ? "call-off" : "forecast");
  const other = beside && curveOfRevision(beside);
  const effective = effectiveWith({ curve, other, partner }, layer);
  const rules = judgement.policy.policy.mayRelease;
  const releasable = releasableCurve(effective, rules, customerHabits(matched.account, layer));
  // Field by field, here and where it is judged: spread objects cost as much as all that judging does.
  const read: ReadLine = {
    matched,
    known,
    totals,
    lineTotals,
    notes,
    differences,
    open,
    reading,
    period,
    curve,
    mark: markOfLine(matched.line, reading.curve),
    layer,
    accepted,
    other,
    effective,
    releasable,
  };
  return { read, old };
}

const markOfLine = (line: MatchedLine["line"], { messageDate }: Curve): ReleaseMark => ({
  releaseNo: line.releaseNumber ?? "",
  previousNo: line.previousRelease ?? "",
  issuedOn: messageDate,
  issuedAt: line.issuedAt ?? "",
});

/** The account's revision of a layer that is in force. */
function inForce({ known, matched: { account } }: LineGround, layer: ReadLine["layer"]): KnownRevision | undefined {
  const id = layer === "forecast" ? account?.forecast_revision_id : account?.call_off_revision_id;
  return known.find(({ row }) => row.id === id);
}

/**
 * What was read, in the period it belongs to: a new one that states no start begins with the year. What a customer nets who
 * takes goods in transit off is no cumulative of theirs.
 */
function inPeriod(
  reading: CurveReading,
  accepted: KnownRevision | undefined,
  { matched }: LineGround,
  { schedule }: Partner,
): Pick<JudgedLine, "reading" | "period"> {
  const { curve, statement } = reading;
  const last = accepted && {
    cumulative: schedule.inTransitTakenOff ? undefined : (accepted.row.base as Quantity),
    since: accepted.row.since as PlainDate | "",
    asOf: accepted.row.issued_on as PlainDate,
  };
  const period = periodOfNext(last, {
    cumulative: statement?.cumulative,
    since: curve.since,
    asOf: curve.messageDate,
  });
  if (period !== "new" || curve.since !== "") return { reading, period };
  const since = plainDate(`${curve.messageDate.slice(0, 4)}-01-01`);
  if (since === matched.account?.current_start) return { reading, period: "fall" };
  return {
    period,
    reading: {
      ...reading,
      curve: { ...curve, since },
      statement: statement && { ...statement, since },
    },
  };
}

const sameNumberAs = (known: readonly KnownRevision[], mark: ReleaseMark, layer: string): KnownRevision[] =>
  mark.releaseNo === "" ? [] : known.filter(({ row }) => row.layer === layer && row.release_no === mark.releaseNo);

/** A repeat has no effect; an older release is filed as history (domain.md, *Numbers*). */
function stateOf(
  { known, mark, layer, curve, period }: ReadLine,
  { document, partner }: Judgement,
  sameNumber: readonly KnownRevision[],
): JudgedLine["state"] {
  if (purposeOf(document, partner) === "file") return "filed";
  if (period === "older") return "older";
  const alike = (sameNumber.length > 0 ? sameNumber : known).filter(
    ({ row }) =>
      row.layer === layer &&
      row.release_no === mark.releaseNo &&
      row.issued_on === mark.issuedOn &&
      row.issued_at === mark.issuedAt,
  );
  if (alike.length > 0) {
    const content = contentOf(curve);
    if (alike.some((held) => contentOf(curveOfRevision(held)) === content)) return "repeated";
  }
  const last = newest(
    known
      .filter(({ row }) => row.layer === layer && ["accepted", "held"].includes(row.state) && row.cause !== BY_HAND)
      .map(({ row }) => markOf(row)),
  );
  return last !== undefined && !isNewer(mark, last) ? "older" : "judged";
}
