/** A home of the release bench: one customer, one blanket order, and as many due splits as orders, each with a customer order number. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { loadConfiguration } from "../src/config/configuration.ts";
import type { Partner } from "../src/config/partner.ts";
import { deliverySchedule } from "../src/documents/delivery-schedule.ts";
import { blanketOrder } from "../src/documents/erp.ts";
import { importBlanketOrder } from "../src/orders/agreements.ts";
import { applySchedule } from "../src/orders/apply-schedule.ts";
import { migrate } from "../src/store/migrate.ts";
import { insertOne } from "../src/store/rows.ts";
import { openStore } from "../src/store/store.ts";
import { file, interchange, message } from "../src/store/tables.ts";
import { instantOf, type Occasion } from "../src/values/clock.ts";
import { addDays, type PlainDate, plainDate } from "../src/values/dates.ts";
import { POLICY } from "./ingest-customer.ts";

const CUSTOMER = "acme";
const STEPS = 5;
const RECEIVED = plainDate("2027-03-01");
/** By then every step is due. */
export const RELEASE_DAY = plainDate("2027-03-12");

const at = (businessDate: PlainDate, who: string): Occasion => ({
  businessDate,
  instant: instantOf(`${businessDate}T06:00:00Z`),
  who,
});

/** Lays the home out on that database and has its schedule accepted: `orders` splits, five to an item. */
export async function makeReleaseHome(home: string, database: string, orders: number): Promise<void> {
  const settings = {
    "config/gateway.yaml": `version: 1
company: { name: Widget Works, timeZone: UTC, code: WIDGETS, address: { name: Widget Works } }
database: ${database}
logLevel: error
`,
    "config/policies/standard.yaml": POLICY,
    [`config/partners/${CUSTOMER}.yaml`]: `version: 1
name: ACME Motors
theirs: [{ qualifier: ZZ, id: ACMEMOTORS }]
ours: [{ qualifier: ZZ, id: WIDGETS }]
policy: standard
shipTos: { PLANT1: { name: ACME Plant 1, street: 100 Mill Road, postcode: "48201", city: Detroit, country: US } }
`,
  };
  for (const [name, text] of Object.entries(settings)) {
    mkdirSync(path.join(home, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(home, name), text);
  }
  for (const folder of ["data", `inbox/${CUSTOMER}`, "inbox/erp"])
    mkdirSync(path.join(home, folder), { recursive: true });
  await storeSchedule(home, orders / STEPS);
}

const part = (item: number): string => String(10_000_000 + item * 37);

async function storeSchedule(home: string, items: number): Promise<void> {
  const config = loadConfiguration(home);
  const partner = config.partners.get(CUSTOMER) as Partner;
  const store = openStore(config.gateway.database, home);
  const numbers = Array.from({ length: items }, (_, item) => item);
  try {
    await migrate(store);
    const agreed = blanketOrder.parse({
      schema: "calloff/blanket-order/1",
      partner: CUSTOMER,
      customerNumber: "PO-1",
      shipTo: "PLANT1",
      lines: numbers.map((item) => ({
        line: (item + 1) * 10,
        item: `W-${item}`,
        customerPart: part(item),
        description: "BRACKET, STAMPED, ZINC PLATED",
        quantity: "1000000",
        price: "2.5",
      })),
    });
    await store.write((tx) => importBlanketOrder(tx, agreed, config, at(RECEIVED, "erp")));
    const messageId = await store.write(async (tx) => {
      const fileId = await insertOne(tx, file, { claim: "1", partner: CUSTOMER, name: "1.edi", sha256: "1" });
      const of = { file_id: fileId, ordinal: 1, partner: CUSTOMER, control: "1", sent_on: RECEIVED };
      const interchangeId = await insertOne(tx, interchange, of);
      return insertOne(tx, message, { interchange_id: interchangeId, ordinal: 1, type: "830", state: "catalogued" });
    });
    const document = deliverySchedule.parse({
      layer: "forecast",
      basis: "delivery",
      quantities: "discrete",
      purpose: "replace",
      issuedOn: RECEIVED,
      lines: numbers.map((item) => ({
        customerPart: part(item),
        shipTo: { code: "PLANT1" },
        account: { cumulative: "0", kind: "received" },
        steps: Array.from({ length: STEPS }, (_, step) => ({
          segment: item * STEPS + step + 10,
          from: addDays(RECEIVED, 7 + step),
          quantity: String(100 + item),
          commitment: "firm",
          referenceKind: "customer-order",
          reference: `CO-${item}-${step}`,
        })),
      })),
    });
    await applySchedule(store, {
      messageId,
      partner,
      policy: config.policyOf(partner),
      gateway: config.gateway,
      document,
      occasion: at(RECEIVED, CUSTOMER),
    });
    if (store.dialect === "postgres") await store.sequelize.query("VACUUM ANALYZE");
    else await store.ask("PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    await store.close();
  }
}
