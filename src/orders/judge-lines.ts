/** Lines of a schedule read into curves and judged against what is in force: pure, on what was read in bulk. */
import type { Gateway } from "../config/gateway.ts";
import { notePlacesOf, type Partner } from "../config/partner.ts";
import type { DeliverySchedule } from "../documents/delivery-schedule.ts";
import { CAUSES, type Cause } from "../schedules/causes.ts";
import { type Anchors, type CurveReading, curveOf } from "../schedules/curve.ts";
import { carriedOn, onDatesOf } from "../schedules/layers.ts";
import { releasableCurve } from "../schedules/releasable.ts";
import { periodOfNext } from "../schedules/resets.ts";
import { type CountedDifference, explainTransit, matchNote, type ShippedNote } from "../schedules/transit.ts";
import type { Curve, EffectiveCurve } from "../schedules/types.ts";
import { type JudgeInput, judge, judgeMissing, type Verdict, verdictInText } from "../schedules/verdict.ts";
import { NO_TOTALS, processedInAll, releasedInAll, shippedInAll, type Totals } from "../store/ledger.ts";
import { addDays, type PlainDate, plainDate } from "../values/dates.ts";
import { larger, minus, NOTHING, type Quantity, total } from "../values/figures.ts";
import { customerHabits, effectiveWith } from "./accept.ts";
import { isExpired } from "./agreement-states.ts";
import type { NamedPolicy } from "./configuration.ts";
import { BY_HAND } from "./hand-schedule.ts";
import type { MatchedLine } from "./match-lines.ts";
import type { OpenOrderLine } from "./open-lines.ts";
import { isNewer, markOf, newest, type ReleaseMark } from "./release-chain.ts";
import { contentOf, curveOfRevision, type KnownRevision } from "./schedule-history.ts";
import { sameUnit } from "./units.ts";

/** Everything a line is judged on. */
export interface LineGround {
  readonly matched: MatchedLine;
  readonly known: readonly KnownRevision[];
  readonly totals: Totals;
  readonly lineTotals: Totals;
  readonly notes: readonly ShippedNote[];
  /** What they took in less or more than notes say, as far as our cumulative does not show it yet. */
  readonly differences: readonly CountedDifference[];
  /** Open on call-off orders; asked for call-offs only. */
  readonly open: readonly OpenOrderLine[];
}

export interface JudgedLine extends LineGround {
  readonly reading: CurveReading;
  /** Whether it goes on with the period of the schedule in force; after a fall it does, and that is a mismatch. */
  readonly period: ReturnType<typeof periodOfNext>;
  /** The curve as it would be in force; the message's own, but for partners whose releases only replace their horizon. */
  readonly curve: Curve;
  readonly mark: ReleaseMark;
  readonly layer: "forecast" | "call-off";
  /** `repeated`, `older` and `filed` have no effect. */
  readonly state: "judged" | "repeated" | "older" | "filed";
  readonly accepted: KnownRevision | undefined;
  readonly other: Curve | undefined;
  /** Both laid over each other, and what of it may be released. */
  readonly effective: EffectiveCurve;
  readonly releasable: EffectiveCurve;
  readonly verdict: Pick<Verdict, "outcome" | "causes" | "sentence" | "riskDate">;
  /** The whole verdict as it is stored. */
  readonly changes: string;
}

export interface Judgement {
  readonly partner: Partner;
  readonly policy: NamedPolicy;
  readonly gateway: Gateway;
  /** With its header handed down to the lines. */
  readonly document: DeliverySchedule;
  /** Date of the envelope. */
  readonly sentOn: PlainDate;
  readonly businessDate: PlainDate;
  /** Keys that more than one line of the document has. */
  readonly twice: ReadonlySet<string>;
}

/** Purposes that are applied as a replacement, and those that are filed without effect. */
const APPLIED = new Set([undefined, "original", "replace"]);
const FILED = new Set(["confirmation", "copy"]);

/** What a document's purpose makes of it: the partner's file decides where it is not a replacement. */
export function purposeOf({ purpose }: DeliverySchedule, { schedule }: Partner): "apply" | "file" | "hold" {
  if (APPLIED.has(purpose)) return "apply";
  if (FILED.has(purpose as string)) return "file";
  const taken = schedule.purposes[purpose as keyof typeof schedule.purposes];
  return taken === "replace" ? "apply" : (taken ?? "hold");
}

/** Reads and judges one line. */
export function judgeLine(ground: LineGround, judgement: Judgement): JudgedLine {
  const { matched, known } = ground;
  const { document, partner } = judgement;
  const layer = document.layer ?? "forecast";
  const account = matched.account;
  const accepted = known.find(({ row }) => row.id === idInForce(account, layer));
  const asRead = curveOf(document, matched.line, partner.schedule, anchorsOf(ground, judgement));
  const { reading, period } = inPeriod(asRead, accepted, ground, partner);
  const otherLayer = known.find(
    ({ row }) => row.id === idInForce(account, layer === "forecast" ? "call-off" : "forecast"),
  );
  const old = accepted && onDatesOf(reading.curve, curveOfRevision(accepted), partner.orders.transitDays);
  const curve =
    partner.schedule.replaces === "stated-horizon" && old !== undefined ? carriedOn(old, reading.curve) : reading.curve;
  const mark = {
    releaseNo: matched.line.releaseNumber ?? "",
    previousNo: matched.line.previousRelease ?? "",
    issuedOn: reading.curve.messageDate,
    issuedAt: matched.line.issuedAt ?? "",
  };
  const other = otherLayer === undefined ? undefined : curveOfRevision(otherLayer);
  const sameNumber = sameNumberAs(known, mark, layer);
  const effective = effectiveWith({ curve, other, partner }, layer);
  const rules = judgement.policy.policy.mayRelease;
  const releasable = releasableCurve(effective, rules, customerHabits(account, layer));
  // Field by field, here and below: spread objects cost as much as all that judging does.
  const { totals, lineTotals, notes, differences, open } = ground;
  const judged: Read = {
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
    mark,
    layer,
    accepted,
    other,
    effective,
    releasable,
  };
  const verdict = judge(judgeInput(judged, old, judgement, sameNumber.length > 0));
  const { outcome, causes, sentence, riskDate } = verdict;
  return Object.assign(judged, {
    state: stateOf(judged, judgement, sameNumber),
    verdict: { outcome, causes, sentence, riskDate },
    changes: verdictInText(verdict),
  });
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

const idInForce = (account: MatchedLine["account"], layer: string): number | null | undefined =>
  layer === "forecast" ? account?.forecast_revision_id : account?.call_off_revision_id;

const sameNumberAs = (known: readonly KnownRevision[], mark: ReleaseMark, layer: string): KnownRevision[] =>
  mark.releaseNo === "" ? [] : known.filter(({ row }) => row.layer === layer && row.release_no === mark.releaseNo);

type Read = Omit<JudgedLine, "state" | "verdict" | "changes">;

/** A repeat has no effect; an older release is filed as history (domain.md, *Numbers*). */
function stateOf(
  { known, mark, layer, curve, period }: Read,
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

function judgeInput(judged: Read, old: Curve | undefined, judgement: Judgement, sameNumber: boolean): JudgeInput {
  const { matched, reading, curve, lineTotals } = judged;
  const newPeriod = judged.period === "new";
  const totals = newPeriod ? carriedOver(judged.totals) : judged.totals;
  const { partner, policy, businessDate } = judgement;
  const { statement } = reading;
  const line = matched.drawn?.line;
  const given = givenCauses(judged, judgement, sameNumber);
  return {
    policy: policy.policy,
    businessDate,
    old,
    newPeriod,
    next: curve,
    effective: judged.effective,
    releasable: judged.releasable,
    statedHorizonOnly: partner.schedule.replaces === "stated-horizon",
    findings: reading.findings,
    needsAnchor: reading.needs === "anchor" && matched.unplaced === undefined,
    given,
    shipped: shippedInAll(totals),
    pack: (line?.pack ?? NOTHING) as Quantity,
    ...(statement?.cumulative === undefined || newPeriod || matched.unplaced !== undefined || matched.missing === true
      ? {}
      : {
          transit: explainTransit({
            quoted: statement.cumulative,
            lastNote: statement.lastNote,
            shipped: shippedInAll(totals),
            notes: judged.notes,
            receiptDifferences: judged.differences,
            ...notePlaces(partner),
          }),
          // A fall without a new start is a mismatch, also where the lower figure is one that we had shipped.
          ...(judged.period === "fall" ? { fallenBy: fallOf(judged, statement.cumulative) } : {}),
        }),
    ...(line?.commitment !== "quantity"
      ? {}
      : {
          contract: {
            quantity: line.quantity as Quantity,
            processed: processedInAll(lineTotals),
            // Accepting it lifts what is withheld: that is asked for again.
            released: releasedInAll({ ...totals, withheld: NOTHING }),
            tolerancePercent: line.tolerance_percent as Quantity,
          },
        }),
  };
}

const notePlaces = (partner: Partner): { noteWidth?: number } => {
  const noteWidth = notePlacesOf(partner);
  return noteWidth === undefined ? {} : { noteWidth };
};

const fallOf = ({ accepted }: Read, quoted: Quantity): Quantity =>
  larger(NOTHING, minus((accepted?.row.base ?? NOTHING) as Quantity, quoted));

/** What a new period begins with as far as it is known before it is opened: open orders are carried in full. */
const carriedOver = ({ released, shipped }: Totals): Totals => ({
  ...NO_TOTALS,
  released: larger(NOTHING, minus(released, shipped)),
});

type Given = NonNullable<JudgeInput["given"]>[number];

/** What holds a line before its curve is looked at. */
function givenCauses(judged: Read, judgement: Judgement, sameNumber: boolean): Given[] {
  const { matched } = judged;
  const { document, partner, policy, businessDate, twice } = judgement;
  const given: Given[] = [];
  if (purposeOf(document, partner) === "hold") {
    given.push({ cause: "purpose", sentence: `${CAUSES.purpose.replace(/\.$/, "")}: ${document.purpose ?? ""}` });
  }
  if (matched.unplaced !== undefined) given.push(matched.unplaced);
  if (matched.unplaced === undefined && twice.has(matched.key)) {
    given.push({ cause: "which-line", sentence: "Several lines of the message are for this account" });
  }
  const agreement = matched.drawn?.agreement;
  if (agreement !== undefined) {
    if (isExpired(agreement, businessDate)) {
      given.push({
        cause: "expired",
        sentence: `Blanket order ${agreement.number} expired on ${agreement.expires_on}`,
      });
    } else if (agreement.state !== "open") {
      given.push({ cause: "not-open", sentence: `Blanket order ${agreement.number} is ${agreement.state}` });
    }
  }
  const unit = matched.drawn?.line.unit;
  if (unit !== undefined && !sameUnit(matched.line.unit ?? "", unit)) {
    given.push({
      cause: "unit" satisfies Cause,
      sentence: `Its unit is ${matched.line.unit ?? ""}, the line's is ${unit}`,
    });
  }
  const notListed = matched.missing === true ? judgeMissing(policy.policy).cause : undefined;
  if (notListed !== undefined) given.push(notListed);
  if (sameNumber && policy.policy.sameNumberOtherContent === "hold") given.push("same-number");
  return given;
}

/** What the ledger knows when the message is read: from here on its base is fixed. */
function anchorsOf({ matched, totals, notes, open }: LineGround, { document, sentOn, partner }: Judgement): Anchors {
  const common = { sentOn, receiving: partner.orders.receiving };
  if (matched.unplaced !== undefined) return { ...common, shippedAtMessage: NOTHING };
  const shipped = shippedInAll(totals ?? NO_TOTALS);
  const messageDate = matched.line.issuedOn === undefined ? sentOn : plainDate(matched.line.issuedOn);
  const after = (date: PlainDate) =>
    total(notes.filter((note) => note.shippedOn > date).map(({ quantity }) => quantity));
  const net = partner.schedule.net;
  const quoted = matched.line.account?.note ?? matched.line.last?.note ?? "";
  const match = matchNote(quoted, notes, notePlacesOf(partner));
  // They stay due below a call-off that quotes nothing; those inside it are what it replaces.
  const from = matched.line.horizon?.from ?? document.horizon?.from;
  const starts = from === undefined ? messageDate : plainDate(from);
  const arrives = document.basis === "shipment" ? addDays(starts, partner.orders.transitDays) : starts;
  const before = open.filter(({ requestedOn }) => requestedOn < arrives);
  return {
    ...common,
    shippedAtMessage: minus(shipped, after(messageDate)),
    openBeforeCallOff: total(before.map((line) => line.open)),
    ...(match.state === "found"
      ? {
          shippedThroughNote: minus(shipped, total(notes.slice(match.index + 1).map(({ quantity }) => quantity))),
        }
      : {}),
    ...(net.anchor === "shipped-before-transit"
      ? { shippedBeforeTransit: minus(shipped, after(addDays(messageDate, -net.transitDays))) }
      : {}),
  };
}
