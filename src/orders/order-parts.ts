/** An order for a date that has one already is a further part: nothing that the ERP may be picking is touched. */
import type { Queryable } from "../store/store.ts";

/** What the parts of an order have in common (features.md D2). */
export interface OrderPlace {
  readonly agreementId: number;
  readonly shipTo: string;
  readonly scheduledOn: string;
  readonly customerOrderNumber: string;
}

export const placeKey = ({ agreementId, shipTo, scheduledOn, customerOrderNumber }: OrderPlace): string =>
  JSON.stringify([agreementId, shipTo, scheduledOn, customerOrderNumber]);

/** The last part that there is of each, by its key. */
export async function lastParts(from: Queryable, places: readonly OrderPlace[]): Promise<Map<string, number>> {
  const rows = await from.ask(
    `SELECT agreement_id, ship_to, scheduled_on, customer_order_no, MAX(part) AS part FROM child_order
     WHERE agreement_id IN (:agreements) AND ship_to IN (:shipTos) AND scheduled_on IN (:dates)
     GROUP BY agreement_id, ship_to, scheduled_on, customer_order_no`,
    {
      agreements: [...new Set(places.map(({ agreementId }) => agreementId))],
      shipTos: [...new Set(places.map(({ shipTo }) => shipTo))],
      dates: [...new Set(places.map(({ scheduledOn }) => scheduledOn))],
    },
  );
  return new Map(
    rows.map((row) => [
      JSON.stringify([Number(row["agreement_id"]), row["ship_to"], row["scheduled_on"], row["customer_order_no"]]),
      Number(row["part"]),
    ]),
  );
}
