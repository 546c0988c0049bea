import assert from "node:assert/strict";
import { remittanceAdvice } from "../../src/documents/remittance-advice.ts";
import { fileRemittance } from "../../src/orders/remittances.ts";
import { readFindings } from "../../src/store/findings.ts";
import { insertOne, selectOne } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { agreement, invoice, message } from "../../src/store/tables.ts";
import { amount } from "../../src/values/figures.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { aMessage, aPartner, on } from "./a-home.ts";

/** IN-000017 of ACME's over 1,250.50 USD. */
const anInvoice = (store: Store) =>
  store.write(async (tx) => {
    const agreementId = await insertOne(tx, agreement, { number: "BA-000001", partner: "acme" });
    await insertOne(tx, invoice, {
      number: "IN-000017",
      partner: "acme",
      agreement_id: agreementId,
      currency: "USD",
      total: amount("1250.5"),
    });
  });

async function filed(store: Store, document: Record<string, unknown>, code = "acme") {
  const messageId = await aMessage(store);
  const advice = {
    messageId,
    partner: aPartner({}, code),
    document: remittanceAdvice.parse({ lines: [], ...document }),
    occasion: on("2027-02-01"),
  };
  await fileRemittance(store, advice);
  const once = await selectOne(store, message, "WHERE id = :messageId", { messageId });
  await fileRemittance(store, advice);
  const twice = await selectOne(store, message, "WHERE id = :messageId", { messageId });
  assert.deepEqual(twice, once, "the same call again changes nothing");
  assert.equal(once?.state, "applied");
  return readFindings(once.findings).map(
    ({ code: word, place, expected, found }) => `${word} ${place.field ?? ""}: ${expected ?? ""}, not ${found ?? ""}`,
  );
}

onEveryDatabase("A remittance advice", (database) => {
  it("that pays our invoices, with or without a discount, is filed without a word", async () => {
    const { store } = database();
    await anInvoice(store);
    assert.deepEqual(
      await filed(store, {
        total: "1250.50",
        currency: "USD",
        lines: [{ kind: "invoice", invoice: "in 17", paid: "1250.50", amount: "1250.5" }],
      }),
      [],
    );
    assert.deepEqual(await filed(store, { lines: [{ invoice: "IN-000017", paid: "1225.49", discount: "25.01" }] }), []);
  });

  it("names invoices that are none of ours to this customer, other amounts, another currency, and a total that is no sum", async () => {
    const { store } = database();
    await anInvoice(store);
    assert.deepEqual(
      await filed(store, {
        total: "3000",
        lines: [
          { segment: 5, invoice: "IN-000018", paid: "1000" },
          { invoice: "IN-000017", paid: "1000" },
          { invoice: "IN-000017", paid: "500", amount: "1250" },
          { invoice: "IN-000017", paid: "1250.5", currency: "EUR" },
        ],
      }),
      [
        "REMITTANCE_INVOICE_UNKNOWN lines[0]: the number of one of our invoices, not IN-000018",
        "REMITTANCE_AMOUNT lines[1]: 1250.5 USD, not 1000 USD settled",
        "REMITTANCE_AMOUNT lines[2]: 1250.5 USD, not 1250 USD",
        "REMITTANCE_AMOUNT lines[3]: 1250.5 USD, not an amount in EUR",
        "REMITTANCE_TOTAL total: 3750.5, not 3000",
      ],
    );
    assert.equal((await filed(store, { lines: [{ invoice: "IN-000017", paid: "1250.5" }] }, "bolt")).length, 1);
  });

  it("leaves to people what it explains itself, and what is no invoice", async () => {
    const { store } = database();
    await anInvoice(store);
    assert.deepEqual(
      await filed(store, {
        total: "900",
        lines: [
          { invoice: "IN-000017", paid: "1000", adjustments: [{ reason: "damaged", amount: "-250.5" }] },
          { kind: "credit", invoice: "CR-1", paid: "100" },
        ],
      }),
      [],
    );
  });
});
