/** Writes the shipments of a confirmation with their lines, each under a number and a note of its own. */
import { notePlacesOf, type Partner } from "../config/partner.ts";
import type { ShipmentConfirmation } from "../documents/erp.ts";
import { accountTotals, shippedInAll } from "../store/ledger.ts";
import { insert, insertOne, select } from "../store/rows.ts";
import { documentNumber, takeNumbers } from "../store/series.ts";
import { isTaken, type Tx } from "../store/store.ts";
import { shipment, shipmentLine } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import type { PlainDate } from "../values/dates.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { NOTHING, plus, type Quantity } from "../values/figures.ts";
import { normalForm } from "../values/identifiers.ts";
import { type FulfilmentSettings, type OrderLine, partnerOf } from "./order-lines.ts";
import { type BookedLine, type BookedShipment, digitsOf } from "./shipment-documents.ts";
import { LINE_STEP } from "./shipment-facts.ts";
import type { PlannedLine, PlannedShipment } from "./shipment-plan.ts";

/** Where a confirmation came from: an ERP's file, a command, or a partner whose orders ship by themselves. */
export type ShipmentSource = "erp" | "command" | "automatic";

export const accountsOf = (lines: readonly OrderLine[]): number[] => [
  ...new Set(lines.map(({ account: of }) => of.id)),
];

interface Confirmed {
  readonly confirmation: ShipmentConfirmation;
  readonly content: string;
  readonly shippedOn: PlainDate;
  readonly source: ShipmentSource;
  readonly occasion: Occasion;
}

export async function writeShipments(
  tx: Tx,
  settings: FulfilmentSettings,
  planned: readonly PlannedShipment[],
  confirmed: Confirmed,
): Promise<BookedShipment[]> {
  const shippedBefore = await accountTotals(tx, accountsOf(planned.flatMap(({ lines }) => lines.map(({ of }) => of))));
  const heights = new Map([...shippedBefore].map(([id, totals]) => [id, shippedInAll(totals)]));
  const first = await takeNumbers(tx, "SH", planned.length);
  const booked: BookedShipment[] = [];
  for (const [part, plan] of planned.entries()) {
    const number = documentNumber("SH", first + part);
    const partner = partnerOf(settings, plan.partner);
    const note = confirmed.confirmation.note ?? noteOf(partner, number);
    await refuseUsedNote(tx, plan.partner, note);
    const id = await writeShipment(tx, plan, { ...confirmed, number, note, part: part + 1 });
    const lines = withCumulatives(plan.lines, heights);
    const ids = await insert(
      tx,
      shipmentLine,
      lines.map(({ lineNumber, of, quantity, cumulative }) => ({
        shipment_id: id,
        line_no: lineNumber,
        child_line_id: of.line.id,
        account_id: of.account.id,
        quantity,
        cumulative,
      })),
    );
    booked.push({
      number,
      partner,
      shipTo: plan.shipTo,
      note,
      shippedOn: confirmed.shippedOn,
      lines: lines.map((line, n) => ({ ...line, id: ids[n] as number })),
    });
  }
  return booked;
}

/** The note of a shipment that was confirmed without one. */
function noteOf(partner: Partner, number: string): string {
  const digits = notePlacesOf(partner) === undefined ? "shipment-number" : "digits";
  return (partner.orders.noteNumber ?? digits) === "digits" ? digitsOf(number) : number;
}

/** Shipment lines with their account's shipped cumulative after each of them. */
function withCumulatives(
  lines: readonly PlannedLine[],
  heights: Map<number, Quantity>,
): (Omit<BookedLine, "id"> & { readonly lineNumber: number })[] {
  return lines.map(({ of, quantity }, n) => {
    const cumulative = plus(heights.get(of.account.id) ?? NOTHING, quantity);
    heights.set(of.account.id, cumulative);
    return { lineNumber: (n + 1) * LINE_STEP, of, quantity, cumulative };
  });
}

/** A note number is never used again for the same partner (features.md E1): customers count by it. */
async function refuseUsedNote(tx: Tx, partner: string, note: string): Promise<void> {
  const [used] = await select(tx, shipment, "WHERE partner = :partner AND note_normal = :note", {
    partner,
    note: normalForm(note),
  });
  if (used === undefined) return;
  throw new CalloffError("SHIP_NOTE_USED", "The delivery note number was used before for this partner", {
    place: { field: "note" },
    expected: "a note number of its own",
    found: `${note}, which is the note of ${used.number} of ${used.shipped_on}`,
    remedy: "Give the shipment another note number, or none: then it gets our shipment number",
    exit: EXIT.conflict,
  });
}

async function writeShipment(
  tx: Tx,
  plan: PlannedShipment,
  { confirmation, content, shippedOn, source, occasion, number, note, part }: Confirmed & NumberedPart,
): Promise<number> {
  try {
    return await insertOne(tx, shipment, {
      number,
      partner: plan.partner,
      confirmation: confirmation.confirmation,
      part,
      content,
      note,
      note_normal: normalForm(note),
      ship_to: plan.shipTo,
      shipped_on: shippedOn,
      shipped_at: confirmation.shippedAt ?? "",
      carrier: confirmation.carrier ?? "",
      equipment: confirmation.equipment ?? "",
      packages: confirmation.packages ?? "",
      gross_weight: confirmation.grossWeight ?? "",
      net_weight: confirmation.netWeight ?? "",
      weight_unit: confirmation.weightUnit ?? "",
      booked_at: occasion.instant,
      source,
    });
  } catch (thrown) {
    if (!isTaken(thrown)) throw thrown;
    // Begun again, the transaction sees what the other one has booked and answers accordingly.
    throw new CalloffError("SHIP_OVERTAKEN", "Another process was booking the same confirmation or note number", {
      place: { field: "confirmation" },
      found: confirmation.confirmation,
      remedy: "Send the confirmation again: what is booked already is recognised",
      retryable: true,
      exit: EXIT.conflict,
      cause: thrown,
    });
  }
}

interface NumberedPart {
  readonly number: string;
  readonly note: string;
  readonly part: number;
}
