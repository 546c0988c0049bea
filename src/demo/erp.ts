/** The ERP of the demo: hands agreements over, reads orders from the outbox, confirms what it has shipped; through files only. */
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import type { BlanketOrderDocument, ErpOrder, ShipmentConfirmation } from "../documents/erp.ts";
import type { PlainDate } from "../values/dates.ts";
import type { Decimal } from "../values/figures.ts";

/** How much of an ordered quantity leaves today; the whole of it unless told otherwise. */
export type Picked = (orderLine: string, ordered: Decimal) => Decimal;

export interface SimulatedErp {
  handOver(name: string, agreements: readonly Partial<BlanketOrderDocument>[]): Promise<void>;
  /** Confirms the shipment of every order that came since the last time, and names the orders. */
  ship(on: PlainDate, picked?: Picked): Promise<string[]>;
  /** Confirms one more shipment on an order line. */
  shipRest(confirmation: string, on: PlainDate, orderLine: string, quantity: Decimal): Promise<void>;
}

/** Customers whose orders leave at once; the ERP has nothing to confirm for them. */
export function simulatedErp(home: string, shippedAtOnce: ReadonlySet<string>): SimulatedErp {
  const inbox = path.join(home, "inbox", "erp");
  const outbox = path.join(home, "outbox", "erp");
  const seen = new Set<string>();

  const drop = async (name: string, value: unknown) => {
    const hidden = path.join(inbox, `${name}.part`);
    await writeFile(hidden, `${JSON.stringify(value, undefined, 2)}\n`);
    await rename(hidden, path.join(inbox, name));
  };
  const confirm = (confirmation: string, on: PlainDate, lines: ShipmentConfirmation["lines"]) =>
    drop(`${confirmation}.json`, {
      schema: "calloff/shipment-confirmation/1",
      confirmation,
      shippedOn: on,
      carrier: "HAUL",
      lines,
    });

  return {
    handOver: (name, agreements) => drop(name, agreements),
    ship: async (on, picked = (_line, ordered) => ordered) => {
      const names = (await readdir(outbox).catch(() => []))
        .filter((name) => /order/.test(name) && !seen.has(name))
        .toSorted();
      const orders: string[] = [];
      for (const name of names) {
        seen.add(name);
        const order = JSON.parse(await readFile(path.join(outbox, name), "utf8")) as ErpOrder;
        if (order.schema !== "calloff/sales-order/1" || shippedAtOnce.has(order.partner)) continue;
        orders.push(order.number);
        await confirm(
          `WMS-${order.number}`,
          on,
          order.lines.map((line) => ({ orderLine: line.reference, quantity: picked(line.reference, line.quantity) })),
        );
      }
      return orders;
    },
    shipRest: (confirmation, on, orderLine, quantity) => confirm(confirmation, on, [{ orderLine, quantity }]),
  };
}
