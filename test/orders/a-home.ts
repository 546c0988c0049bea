/** Partners, policies and blanket orders that the tests of this room start from. */
import { type Gateway, gateway } from "../../src/config/gateway.ts";
import { type Partner, partner } from "../../src/config/partner.ts";
import { type Policy, policy } from "../../src/config/policy.ts";
import { type BlanketOrderDocument, blanketOrder } from "../../src/documents/erp.ts";
import type { OrdersConfiguration } from "../../src/orders/configuration.ts";
import { instantOf, type Occasion } from "../../src/values/clock.ts";
import { plainDate } from "../../src/values/dates.ts";

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
