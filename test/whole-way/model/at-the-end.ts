/** What must hold of a house whatever happened in it: documents say what the books say, the home is whole. */
import assert from "node:assert/strict";
import type { Queryable } from "../../../src/store/store.ts";
import { at, listAt } from "../../support/program.ts";
import { assertSound } from "../../system/oracle.ts";
import { booksOf, type House } from "./house.ts";
import type { Books } from "./words.ts";

export async function assertTold(house: House): Promise<void> {
  await assertSound(house);
  await house.prove?.();
  const books = await house.ask(booksOf);
  await house.ask(async (from) => {
    assertErpKnows(books, await documents(from, "erp-order", "erp-order-change"));
    const corrected = await from.ask(
      "SELECT a.customer_part AS part FROM account a JOIN ledger l ON l.account_id = a.id WHERE l.kind = 'corrected'",
    );
    const shipments = await documents(from, "erp-shipment");
    assertNoticesAddUp(books, shipments, new Set(corrected.map((row) => row["part"])));
    assertBilled(books, await documents(from, "erp-receivable"));
  });
}

async function documents(from: Queryable, ...kinds: readonly string[]): Promise<unknown[]> {
  const rows = await from.ask("SELECT document FROM outbound_document WHERE kind IN (:kinds) ORDER BY id", { kinds });
  return rows.map((row) => JSON.parse(row["document"] as string) as unknown);
}

/** What the ERP was told last of each order line, and on which day it is scheduled, is so. */
function assertErpKnows({ orders }: Books, told: readonly unknown[]): void {
  const known = new Map<string, { scheduledOn: unknown; cancelled: boolean; lines: Map<string, bigint> }>();
  for (const document of told) {
    const number = String(at(document, "number"));
    const order = known.get(number) ?? { scheduledOn: "", cancelled: false, lines: new Map<string, bigint>() };
    known.set(number, order);
    order.scheduledOn = at(document, "scheduledOn") ?? order.scheduledOn;
    order.cancelled ||= at(document, "cancelled") === true;
    for (const line of listAt(document, "lines"))
      order.lines.set(String(at(line, "line")), BigInt(String(at(line, "quantity"))));
  }
  for (const [number, { scheduledOn, cancelled, lines }] of Object.entries(orders)) {
    const order = known.get(number);
    assert.deepEqual(
      { scheduledOn: order?.scheduledOn, cancelled: order?.cancelled },
      { scheduledOn, cancelled },
      `what the ERP knows of ${number}`,
    );
    for (const [line, { ordered, shipped, state }] of Object.entries(lines)) {
      const said = order?.lines.get(line);
      // What it ships beyond an order, or closes short, it knows without being told.
      if (state === "open") assert.equal(said, ordered, `what the ERP knows of ${number}/${line}`);
      if (state === "cancelled") assert.equal(said, shipped, `what the ERP knows of ${number}/${line}, cancelled`);
    }
  }
}

/** Each account's cumulative in the notices is the sum of what was shipped so far, and of what they had beyond it. */
function assertNoticesAddUp({ accounts }: Books, shipments: readonly unknown[], corrected: ReadonlySet<unknown>): void {
  const sums = new Map<string, bigint>();
  for (const shipment of shipments) {
    for (const line of listAt(shipment, "lines")) {
      const part = String(at(line, "customerPart") ?? at(line, "item"));
      const sum = (sums.get(part) ?? 0n) + BigInt(String(at(line, "quantity")));
      sums.set(part, sum);
      const cumulative = BigInt(String(at(line, "cumulative")));
      const where = `the cumulative of ${part} in ${String(at(shipment, "number"))}`;
      if (corrected.has(part)) assert.ok(cumulative >= sum, where);
      else assert.equal(cumulative, sum, where);
    }
  }
  for (const [key, { shipped }] of Object.entries(accounts)) {
    assert.equal(sums.get(key.split("/")[0] as string) ?? 0n, shipped, `shipments of ${key}`);
  }
}

/** Everything that counts as invoiced stands on one receivable, at 2.50 a piece. */
function assertBilled({ contracts }: Books, receivables: readonly unknown[]): void {
  const billed = receivables.reduce<number>((sum, document) => sum + Number(at(document, "total")), 0);
  const invoiced = Object.values(contracts).reduce((sum, line) => sum + line.invoiced, 0n);
  assert.equal(billed, Number(invoiced) * 2.5);
}
