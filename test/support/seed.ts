/** Rows for tests that begin where orders already are: a blanket order, its accounts, child orders with their ledger facts. */
import { gateway as gatewaySchema } from "../../src/config/gateway.ts";
import { type Partner, partner as partnerSchema } from "../../src/config/partner.ts";
import { policy as policySchema } from "../../src/config/policy.ts";
import type { OrdersConfiguration } from "../../src/orders/configuration.ts";
import { book } from "../../src/store/ledger.ts";
import { insertOne } from "../../src/store/rows.ts";
import { documentNumber, takeNumbers } from "../../src/store/series.ts";
import type { Store, Tx } from "../../src/store/store.ts";
import {
  account,
  agreement,
  agreementLine,
  childLine,
  childOrder,
  draw,
  linePrice,
  type NewLedgerRow,
} from "../../src/store/tables.ts";
import { instantOf, type Occasion } from "../../src/values/clock.ts";
import { plainDate } from "../../src/values/dates.ts";
import { price, quantity } from "../../src/values/figures.ts";
import { normalForm } from "../../src/values/identifiers.ts";

/** An occasion at six in the morning, UTC, of that business date. */
export const occasionOn = (businessDate: string, who = "erp"): Occasion => ({
  businessDate: plainDate(businessDate),
  instant: instantOf(`${businessDate}T06:00:00.000Z`),
  who,
});

/** A partner as its file would give it; what is not said is the default. */
export const partnerWith = (code: string, settings: Record<string, unknown> = {}): Partner => ({
  ...partnerSchema.parse({
    name: code.toUpperCase(),
    theirs: [{ id: code.toUpperCase() }],
    ours: [{ id: "OURS" }],
    ...settings,
  }),
  code,
});

/** A home's configuration with these partners. */
export const settingsWith = (...partners: readonly Partner[]): OrdersConfiguration => ({
  gateway: gatewaySchema.parse({
    company: { name: "Fittings Ltd", timeZone: "Europe/Berlin", code: "V-4711", address: { city: "Jena" } },
  }),
  partners: new Map(partners.map((held) => [held.code, held])),
  policyOf: () => ({ name: "standard", policy: policySchema.parse({}), hash: "standard" }),
});

export interface SeedLine {
  readonly item: string;
  readonly quantity: string;
  readonly shipTo?: string;
  /** Valid-from date → price; one price from the start unless told. */
  readonly prices?: Readonly<Record<string, string>>;
  readonly pricePer?: string;
}

export interface SeededLine {
  readonly lineId: number;
  readonly accountId: number;
}

export interface SeededBlanket {
  readonly agreementId: number;
  readonly number: string;
  readonly partner: string;
  readonly lines: readonly SeededLine[];
  readonly shipTos: readonly string[];
}

/** An open blanket order; line n (from 0) has line number (n + 1) × 10 and an account of its own. */
export function seedBlanket(
  store: Store,
  of: { partner: string; customerNumber?: string; lines: readonly SeedLine[]; terms?: string },
): Promise<SeededBlanket> {
  return store.write(async (tx) => {
    const number = documentNumber("BA", await takeNumbers(tx, "BA", 1));
    const customerNumber = of.customerNumber ?? `C-${number}`;
    const agreementId = await insertOne(tx, agreement, {
      number,
      side: "sell",
      partner: of.partner,
      customer_number: customerNumber,
      customer_number_normal: normalForm(customerNumber),
      state: "open",
      currency: "EUR",
      payment_terms: of.terms ?? "",
    });
    const lines: SeededLine[] = [];
    for (const [n, line] of of.lines.entries()) lines.push(await seedLine(tx, of.partner, agreementId, n, line));
    const shipTos = of.lines.map(({ shipTo }) => shipTo ?? "DOCK1");
    return { agreementId, number, partner: of.partner, lines, shipTos };
  });
}

async function seedLine(tx: Tx, partner: string, agreementId: number, n: number, line: SeedLine): Promise<SeededLine> {
  const shipTo = line.shipTo ?? "DOCK1";
  const lineId = await insertOne(tx, agreementLine, {
    agreement_id: agreementId,
    line_no: (n + 1) * 10,
    item: line.item,
    customer_part: `C-${line.item}`,
    customer_part_normal: normalForm(`C-${line.item}`),
    commitment: "quantity",
    quantity: quantity(line.quantity),
    unit: "PC",
    ship_to: shipTo,
    ship_to_normal: normalForm(shipTo),
    price_per: quantity(line.pricePer ?? "1"),
  });
  for (const [from, figure] of Object.entries(line.prices ?? { "2026-01-01": "1.25" })) {
    await insertOne(tx, linePrice, { line_id: lineId, valid_from: from, price: price(figure), reason: "contract" });
  }
  const accountId = await insertOne(tx, account, {
    partner,
    identity: `${agreementId}/C-${line.item}/${shipTo}`,
    ship_to: shipTo,
    customer_part: `C-${line.item}`,
    unit: "PC",
  });
  await insertOne(tx, draw, { account_id: accountId, line_id: lineId, remembered_by: "import" });
  return { lineId, accountId };
}

/**
 * A child order over lines of a blanket, released in the ledger; line n of the order is the n-th quantity, on the n-th
 * line of the blanket, and has line number (n + 1) × 10.
 */
export function seedOrder(
  store: Store,
  blanket: SeededBlanket,
  of: { on: string; quantities: readonly string[]; customerOrder?: string; shipTo?: string },
): Promise<string> {
  return store.write(async (tx) => {
    const number = documentNumber("SO", await takeNumbers(tx, "SO", 1));
    const orderId = await insertOne(tx, childOrder, {
      number,
      side: "sell",
      type: "standard",
      partner: blanket.partner,
      agreement_id: blanket.agreementId,
      ship_to: of.shipTo ?? blanket.shipTos[0] ?? "",
      scheduled_on: of.on,
      customer_order_no: of.customerOrder ?? number,
      part: 1,
      state: "open",
      created_on: of.on,
      created_at: `${of.on}T05:00:00.000Z`,
      required_ship_on: of.on,
      generated_by: "timetable",
    });
    for (const [n, text] of of.quantities.entries()) {
      await seedOrderLine(tx, blanket.lines[n] as SeededLine, { orderId, n, text, on: of.on });
    }
    return number;
  });
}

async function seedOrderLine(
  tx: Tx,
  { lineId, accountId }: SeededLine,
  { orderId, n, text, on }: { orderId: number; n: number; text: string; on: string },
): Promise<void> {
  const [taken] = await tx.run(
    "UPDATE account SET release_seq = release_seq + 1 WHERE id = :accountId RETURNING release_seq AS seq",
    { accountId },
  );
  const seq = Number(taken?.["seq"]);
  const id = await insertOne(tx, childLine, {
    order_id: orderId,
    line_no: (n + 1) * 10,
    line_id: lineId,
    account_id: accountId,
    release_seq: seq,
    quantity: quantity(text),
    price_per: quantity("1"),
    requested_on: on,
    state: "open",
  });
  const fact: NewLedgerRow = {
    account_id: accountId,
    line_id: lineId,
    child_line_id: id,
    moves: "both",
    kind: "released",
    quantity: quantity(text),
    happened_on: on,
    booked_at: `${on}T05:00:00.000Z`,
    cause_kind: "order",
    business_key: `release:${accountId}/${seq}`,
    who: "timetable",
  };
  await book(tx, [fact]);
}
