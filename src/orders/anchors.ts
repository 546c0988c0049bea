/** What the ledger says of an account when a message for it is read. */
import { notePlacesOf } from "../config/partner.ts";
import type { Anchors } from "../schedules/curve.ts";
import { matchNote } from "../schedules/transit.ts";
import { NO_TOTALS, shippedInAll } from "../store/ledger.ts";
import { addDays, type PlainDate, plainDate } from "../values/dates.ts";
import { minus, NOTHING, total } from "../values/figures.ts";
import type { Judgement, LineGround } from "./judged-line.ts";

/** What a curve may start from: from here on its base is fixed. */
export function anchorsOf(
  { matched, totals, notes, open }: LineGround,
  { document, sentOn, partner }: Judgement,
): Anchors {
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
