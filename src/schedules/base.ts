/** Where a curve starts: bases of dates and cumulatives, the cumulative's start, the base itself (domain.md, *Curve*, *Net customers*). */
import type { ScheduleSettings, WorkCalendar } from "../config/schedule-settings.ts";
import type { DeliverySchedule, ScheduleLine } from "../documents/delivery-schedule.ts";
import { addDays, type PlainDate, plainDate } from "../values/dates.ts";
import { NOTHING, plus, type Quantity, quantity } from "../values/figures.ts";
import type { Finding } from "../values/finding.ts";
import type { Curve, Layer } from "./types.ts";

/** What the ledger knows at the moment a message is read, handed in as values: afterwards the base is fixed. */
export interface Anchors {
  /** Date of the envelope: the message date where the release states none. */
  readonly sentOn: PlainDate;
  /** Days the customer receives; every day unless given. A bucket stands at its first such day. */
  readonly receiving?: WorkCalendar | undefined;
  /** Our shipped cumulative up to and including the last note they quote. */
  readonly shippedThroughNote?: Quantity | undefined;
  /** Quantity of later notes they name as received. */
  readonly shippedInLaterNotes?: Quantity | undefined;
  /** Our shipped cumulative when the message was written. */
  readonly shippedAtMessage?: Quantity | undefined;
  /** Our shipped cumulative up to message date − transit days (`net.transitDays`). */
  readonly shippedBeforeTransit?: Quantity | undefined;
  /** Open call-off orders dated before the call-off's start: they stay due below a call-off that quotes nothing. */
  readonly openBeforeCallOff?: Quantity | undefined;
}

/** What the customer says about the past. */
export interface Statement {
  readonly kind: "received" | "shipped";
  /** Absent for net customers, who quote at most a note. */
  readonly cumulative: Quantity | undefined;
  readonly since: PlainDate | "";
  readonly lastNote: string;
  readonly lastQuantity: Quantity | undefined;
  readonly asOf: PlainDate;
  /** Cumulative reached at the moment of zeroing, where the message states it (VDA 515, CYEFZ). */
  readonly beforeReset: Quantity | undefined;
  /** Item-level backlog figure: information unless the partner's file makes it demand. */
  readonly backlog: Quantity | undefined;
}

export interface Ground {
  readonly messageDate: PlainDate;
  readonly dates: Curve["dates"];
  readonly cumulatives: Curve["cumulatives"];
  readonly quantities: "discrete" | "cumulative";
  readonly since: PlainDate | "";
  /** A stated zero date that lies ahead: cumulative figures may start again there. Empty where none is stated. */
  readonly zeroOn: PlainDate | "";
  readonly base: Quantity;
  readonly statement: Statement | undefined;
  readonly needs: "anchor" | undefined;
  readonly findings: readonly Finding[];
}

/** Settles everything a curve stands on before its steps are read. */
export function groundOf(
  document: DeliverySchedule,
  line: ScheduleLine,
  settings: ScheduleSettings,
  anchors: Anchors,
): Ground {
  const findings: Finding[] = [];
  const messageDate = stated(line.issuedOn) ?? anchors.sentOn;
  const dates = dateBasis(document, settings, findings);
  const cumulatives = cumulativeBasis(line, settings, dates);
  const quantities = quantityKind(document, findings);
  const period = periodOf(line, settings, messageDate);
  const quoted = line.account?.cumulative;
  const base = baseOf({
    quoted: quoted === undefined ? undefined : quantity(quoted),
    layer: document.layer ?? "forecast",
    quantities,
    lastNote: lastNoteOf(line),
    settings,
    anchors,
  });
  return {
    messageDate,
    dates,
    cumulatives,
    quantities,
    ...period,
    base: base ?? NOTHING,
    statement: statementOf(line, cumulatives, period.since, messageDate),
    needs: base === undefined ? "anchor" : undefined,
    findings,
  };
}

const stated = (date: string | undefined): PlainDate | undefined => (date === undefined ? undefined : plainDate(date));

function dateBasis(document: DeliverySchedule, settings: ScheduleSettings, findings: Finding[]): Curve["dates"] {
  if (settings.dates !== "as-stated") return settings.dates;
  const basis = document.basis;
  if (basis === undefined || basis === "delivery") return "delivery";
  if (basis === "shipment") return "shipment";
  findings.push({
    code: "SCHEDULE_BASIS_UNCLEAR",
    severity: "tolerated",
    message: "The message does not say whether its dates are delivery or ship dates.",
    place: { field: "basis" },
    expected: "delivery or shipment",
    found: basis,
    remedy: "Set schedule.dates in the partner's file; the items are held until then.",
  });
  return "delivery";
}

function quantityKind(document: DeliverySchedule, findings: Finding[]): Ground["quantities"] {
  const said = document.quantities;
  if (said === undefined || said === "discrete") return "discrete";
  if (said === "cumulative") return "cumulative";
  findings.push({
    code: "SCHEDULE_QUANTITIES_UNCLEAR",
    severity: "tolerated",
    message: "The message does not say whether its quantities are discrete or cumulative.",
    place: { field: "quantities" },
    expected: "discrete or cumulative",
    found: said,
    remedy: "Map the code in the partner's mapping; the items are held until then.",
  });
  return "discrete";
}

/** SHP03 and its like decide what the cumulative counts; the dates' basis only proposes it. */
function cumulativeBasis(line: ScheduleLine, settings: ScheduleSettings, dates: Curve["dates"]): Curve["cumulatives"] {
  if (settings.cumulatives !== "as-stated") return settings.cumulatives;
  const kind = line.account?.kind ?? (line.account?.cumulative === undefined ? line.last?.kind : undefined);
  if (kind === "received" || kind === "shipped") return kind;
  return dates === "shipment" ? "shipped" : "received";
}

/** A date is the start of the cumulative only where it is stated as one; a start that lies ahead is a zero date to come. */
function periodOf(
  line: ScheduleLine,
  settings: ScheduleSettings,
  messageDate: PlainDate,
): { since: PlainDate | ""; zeroOn: PlainDate | "" } {
  const account = line.account;
  const period = account?.kind === "start" || settings.shpDates === "period";
  const start = stated(account?.from) ?? (period ? stated(account?.date) : undefined) ?? stated(line.accountFrom);
  const end = period || account?.from !== undefined ? stated(account?.until) : undefined;
  if (start !== undefined && start > messageDate) return { since: "", zeroOn: start };
  return { since: start ?? "", zeroOn: end !== undefined && end >= messageDate ? end : "" };
}

/** The last note counted in the cumulative, quoted beside it or beside the last receipt. */
export const lastNoteOf = (line: ScheduleLine): string => line.account?.note ?? line.last?.note ?? "";

function baseOf(of: {
  quoted: Quantity | undefined;
  layer: Layer;
  quantities: Ground["quantities"];
  lastNote: string;
  settings: ScheduleSettings;
  anchors: Anchors;
}): Quantity | undefined {
  const { quoted, settings, anchors } = of;
  if (quoted !== undefined) {
    // Received + in transit is what we had shipped when they wrote: it must not follow our shipments afterwards.
    return settings.inTransitTakenOff ? anchors.shippedAtMessage : quoted;
  }
  // Running totals carry their own height.
  if (of.quantities === "cumulative") return NOTHING;
  if (of.layer === "call-off") {
    return anchors.shippedAtMessage === undefined
      ? undefined
      : plus(anchors.shippedAtMessage, anchors.openBeforeCallOff ?? NOTHING);
  }
  return netAnchor(of.lastNote, settings, anchors);
}

function netAnchor(lastNote: string, settings: ScheduleSettings, anchors: Anchors): Quantity | undefined {
  // Before anything was shipped there is only one height to start from, whatever the option.
  if (anchors.shippedAtMessage === NOTHING && lastNote === "") return NOTHING;
  const { anchor } = settings.net;
  if (anchor === "shipped-at-message") return anchors.shippedAtMessage;
  if (anchor === "shipped-before-transit") return anchors.shippedBeforeTransit;
  return anchors.shippedThroughNote === undefined
    ? undefined
    : plus(anchors.shippedThroughNote, anchors.shippedInLaterNotes ?? NOTHING);
}

function statementOf(
  line: ScheduleLine,
  kind: Curve["cumulatives"],
  since: PlainDate | "",
  messageDate: PlainDate,
): Statement | undefined {
  const { account, last } = line;
  const note = lastNoteOf(line);
  if (account?.cumulative === undefined && account?.backlog === undefined && note === "" && last === undefined)
    return undefined;
  const figureDate = account?.kind === "start" ? undefined : stated(account?.date);
  const asOf = [figureDate, stated(last?.date), messageDate].find((date) => date !== undefined) ?? messageDate;
  return {
    kind,
    cumulative: figure(account?.cumulative),
    since,
    lastNote: note,
    lastQuantity: figure(last?.quantity),
    asOf,
    beforeReset: figure(account?.beforeReset),
    backlog: figure(account?.backlog),
  };
}

const figure = (text: string | undefined): Quantity | undefined => (text === undefined ? undefined : quantity(text));

/** The day before the message: where backlog without a date of its own stands. */
export const dayBefore = (date: PlainDate): PlainDate => addDays(date, -1);
