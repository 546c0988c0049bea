/** Partners, policies and blanket orders that the tests of this room start from. */
import { type Gateway, gateway } from "../../src/config/gateway.ts";
import { type Partner, partner } from "../../src/config/partner.ts";
import { type Policy, policy } from "../../src/config/policy.ts";
import { type DeliverySchedule, deliverySchedule, type ScheduleLine } from "../../src/documents/delivery-schedule.ts";
import { type BlanketOrderDocument, blanketOrder } from "../../src/documents/erp.ts";
import { importBlanketOrder } from "../../src/orders/agreements.ts";
import { type AppliedLine, applySchedule } from "../../src/orders/apply-schedule.ts";
import { completeAgreements } from "../../src/orders/completion.ts";
import type { OrdersConfiguration } from "../../src/orders/configuration.ts";
import { releaseDue } from "../../src/orders/release.ts";
import { book } from "../../src/store/ledger.ts";
import { insertOne, select, selectOne } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { agreementLine, childLine, file, interchange, message } from "../../src/store/tables.ts";
import { instantOf, type Occasion } from "../../src/values/clock.ts";
import { plainDate } from "../../src/values/dates.ts";
import { quantity } from "../../src/values/figures.ts";

export const aGateway: Gateway = gateway.parse({ company: { name: "Example Stampings" } });

export function aPartner(more: Record<string, unknown> = {}, code = "acme"): Partner {
  const read = partner.parse({ name: "ACME Motors", theirs: [{ id: "ACME" }], ours: [{ id: "US" }], ...more });
  return { ...read, code };
}

export const aPolicy = (more: Record<string, unknown> = {}): Policy => policy.parse(more);

export function aConfiguration(
  settings: { partner?: Record<string, unknown>; policy?: Record<string, unknown>; others?: readonly Partner[] } = {},
): OrdersConfiguration {
  const acme = aPartner(settings.partner);
  const held = aPolicy(settings.policy);
  return {
    gateway: aGateway,
    partners: new Map([acme, ...(settings.others ?? [])].map((one) => [one.code, one])),
    policyOf: () => ({ name: "standard", policy: held, hash: "hash-of-standard" }),
  };
}

/** Six in the morning of the business date. */
export const on = (businessDate: string, who = "anna"): Occasion => ({
  businessDate: plainDate(businessDate),
  instant: instantOf(`${businessDate}T06:00:00Z`),
  who,
});

/** 10,000 brackets for PLANT1. */
export function aBlanketOrder(more: Record<string, unknown> = {}): BlanketOrderDocument {
  return blanketOrder.parse({
    schema: "calloff/blanket-order/1",
    partner: "acme",
    customerNumber: "PO 77-1001",
    currency: "USD",
    shipTo: "PLANT1",
    lines: [{ line: 10, item: "BRACKET-100", customerPart: "4N51-100-AA", quantity: "10000", price: "2.5" }],
    ...more,
  });
}

/** Books a shipment of an order's line as the ledger keeps it. */
export async function ship(store: Store, reference: string, of: string, when: Occasion): Promise<void> {
  const [number, lineNo] = reference.split("/");
  const [line] = await select(
    store,
    childLine,
    "JOIN child_order o ON o.id = child_line.order_id WHERE o.number = :number AND child_line.line_no = :lineNo",
    { number, lineNo: Number(lineNo) },
  );
  if (line === undefined) throw new Error(`there is no order line ${reference}`);
  await store.write(async (tx) => {
    await book(tx, [
      {
        account_id: line.account_id,
        line_id: line.line_id,
        child_line_id: line.id,
        moves: "both",
        kind: "shipped",
        quantity: quantity(of),
        happened_on: when.businessDate,
        business_key: `ship:${reference}:${when.businessDate}`,
      },
    ]);
    const held = await selectOne(tx, agreementLine, "WHERE id = :id", { id: line.line_id });
    await completeAgreements(tx, [held?.agreement_id ?? 0], when);
  });
}

/** A message of a file, as the exchange room catalogues it. */
export const aMessage = (store: Store, sentOn = "2027-01-04"): Promise<number> =>
  store.write(async (tx) => {
    const [first] = await tx.ask("SELECT COUNT(*) AS files FROM file");
    const claim = `${Number(first?.["files"]) + 1}`;
    const fileId = await insertOne(tx, file, { claim, partner: "acme", name: `${claim}.edi`, sha256: claim });
    const interchangeId = await insertOne(tx, interchange, {
      file_id: fileId,
      ordinal: 1,
      partner: "acme",
      control: claim,
      sent_on: sentOn,
    });
    return insertOne(tx, message, { interchange_id: interchangeId, ordinal: 1, type: "830", state: "catalogued" });
  });

/** `[date, quantity]`, perhaps with a commitment. */
export type Wanted = readonly [date: string, quantity: string, commitment?: string];

/** One line of a schedule for PLANT1. */
export const aScheduleLine = (steps: readonly Wanted[], more: Partial<ScheduleLine> = {}): ScheduleLine => ({
  customerPart: "4N51-100-AA",
  shipTo: { code: "PLANT1" },
  account: { cumulative: "0", kind: "received" },
  steps: steps.map(([from, of, commitment], n) => ({
    segment: n + 10,
    from,
    quantity: of,
    ...(commitment === undefined ? {} : { commitment }),
  })),
  ...more,
});

/** Applies a forecast as a message of its own on the day, released on that day. */
export async function receive(
  store: Store,
  config: OrdersConfiguration,
  day: string,
  lines: readonly ScheduleLine[],
  more: Partial<DeliverySchedule> = {},
): Promise<AppliedLine[]> {
  const acme = config.partners.get("acme") as Partner;
  return applySchedule(store, {
    messageId: await aMessage(store, day),
    partner: acme,
    policy: config.policyOf(acme),
    gateway: config.gateway,
    document: deliverySchedule.parse({
      layer: "forecast",
      basis: "delivery",
      quantities: "discrete",
      purpose: "replace",
      issuedOn: day,
      ...more,
      lines,
    }),
    occasion: on(day, "acme"),
  });
}

/** A home whose policy takes everything as it comes. */
export const trusting = (settings: Record<string, unknown> = {}, judging: Record<string, unknown> = {}) =>
  aConfiguration({
    partner: settings,
    policy: { first: "accept", zones: [{ name: "all", increase: "any", decrease: "any" }], ...judging },
  });

/** Imports the blanket order. */
export const taken = (store: Store, config: OrdersConfiguration, more: Record<string, unknown> = {}) =>
  store.write((tx) => importBlanketOrder(tx, aBlanketOrder(more), config, on("2027-01-01", "erp")));

/** State and cause of each line. */
export const outcomes = (lines: readonly AppliedLine[]) =>
  lines.map(({ state, cause }) => [state, cause].filter(Boolean).join(": "));

/** What a run of the timetable releases: number, scheduled date, quantities. */
export const ordered = async (store: Store, config: OrdersConfiguration, day: string) =>
  (await releaseDue(store, config, on(day, "timetable"))).map(
    ({ number, scheduledOn, lines }) => `${number} ${scheduledOn} ${lines.map((line) => line.quantity).join("+")}`,
  );
