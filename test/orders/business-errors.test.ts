import assert from "node:assert/strict";
import type { ApplicationAdvice } from "../../src/documents/application-advice.ts";
import { receiptAdvice } from "../../src/documents/receipt-advice.ts";
import { applicationAdviceOf, queueBusinessErrors } from "../../src/orders/business-errors.ts";
import type { OrdersConfiguration } from "../../src/orders/configuration.ts";
import { applyReceiptAdvice } from "../../src/orders/receipts.ts";
import { select, selectOne, update } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { type InterchangeRow, interchange, message, outboundDocument } from "../../src/store/tables.ts";
import { instantOf } from "../../src/values/clock.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { aMessage, aPartner, aScheduleLine, on, receive, taken, trusting } from "./a-home.ts";

const ADVICE = { applicationAdvice: { mapping: "x12/824", version: "004010" } };

/** What is told of the latest message when its interchange is closed, as often as that is done. */
async function told(store: Store, config: OrdersConfiguration): Promise<ApplicationAdvice[]> {
  const [row] = await select(store, message, "ORDER BY id DESC LIMIT 1");
  const held = (await selectOne(store, interchange, "WHERE id = :id", { id: row?.interchange_id })) as InterchangeRow;
  const partner = config.partners.get("acme") ?? aPartner(ADVICE);
  for (let times = 0; times < 2; times += 1) {
    await store.write((tx) =>
      queueBusinessErrors(tx, {
        occasion: on("2027-01-04", "acme"),
        timeZone: "UTC",
        partner,
        claim: held.control,
        interchange: held,
        messages: row === undefined ? [] : [row],
      }),
    );
  }
  const documents = await select(store, outboundDocument, "WHERE kind = 'application-advice' ORDER BY id");
  return documents.map(({ document }) => JSON.parse(document) as ApplicationAdvice);
}

const errorsIn = (advices: readonly ApplicationAdvice[]) =>
  advices.flatMap(({ answers }) =>
    answers.flatMap(({ errors = [] }) =>
      errors.map(({ code, text, position }) => `${code} @${position ?? ""}: ${text}`),
    ),
  );

onEveryDatabase("What is wrong with a schedule in the business it is about", (database) => {
  const home = async (judging: Record<string, unknown> = {}) => {
    const { store } = database();
    const config = trusting(ADVICE, judging);
    await taken(store, config);
    return { store, config };
  };

  it("is told to its sender once, line by line, in a planner's words", async () => {
    const { store, config } = await home();
    await receive(store, config, "2027-01-04", [
      aScheduleLine([["2027-01-08", "10"]], {
        segment: 7,
        customerPart: "4N51-999-ZZ",
        orderNumber: "PO 77-1001",
        releaseNumber: "17",
      }),
      aScheduleLine([["2027-01-08", "10"]], { segment: 20, orderNumber: "PO 77-1002" }),
      aScheduleLine([["2027-01-08", "10"]], { segment: 30, shipTo: { name: "Plant 1" } }),
    ]);
    const advices = await told(store, config);
    assert.equal(advices.length, 1);
    assert.deepEqual(errorsIn(advices), [
      "unknown-item @7: Part 4N51-999-ZZ for PLANT1: No agreement line is known for this part and ship-to",
      "wrong-agreement @10: Part 4N51-100-AA for PLANT1: order number PO 77-1002 is on none of our agreements for this part",
      "no-ship-to @10: Part 4N51-100-AA: The line states no ship-to, and the partner's file does not say what that means",
    ]);
    const [answer] = advices[0]?.answers ?? [];
    assert.deepEqual(
      { number: advices[0]?.number, type: answer?.type, release: answer?.number, status: answer?.status },
      { number: "AD-000001", type: "830", release: "17", status: "accepted-with-errors" },
    );
  });

  it("is a mismatch as soon as it is judged, said the sender's way round", async () => {
    const { store, config } = await home();
    await receive(store, config, "2027-01-04", [
      aScheduleLine([["2027-01-08", "10"]], { account: { cumulative: "50", kind: "received" } }),
    ]);
    await receive(store, config, "2027-01-05", [
      aScheduleLine([["2027-01-08", "10"]], { account: { cumulative: "80", kind: "received" } }),
    ]);
    assert.deepEqual(errorsIn(await told(store, config)), [
      "mismatch @10: Part 4N51-100-AA for PLANT1: your cumulative is 30 more than ours, and nothing that we know of explains it",
    ]);
  });

  it("is not what only waits for a planner, nor anything where the partner's file does not ask", async () => {
    const { store, config } = await home({ first: "hold" });
    await receive(store, config, "2027-01-04", [aScheduleLine([["2027-01-08", "10"]])]);
    assert.deepEqual(await told(store, config), []);
    const silent = trusting();
    await receive(store, silent, "2027-01-05", [aScheduleLine([["2027-01-08", "10"]], { customerPart: "OTHER" })]);
    assert.deepEqual(await told(store, silent), []);
  });

  it("is told of receipts that are booked on nothing", async () => {
    const { store, config } = await home();
    const messageId = await aMessage(store);
    await store.write((tx) => update(tx, message, { type: "861" }, "id = :messageId", { messageId }));
    await applyReceiptAdvice(store, {
      messageId,
      partner: config.partners.get("acme") ?? aPartner(),
      gateway: config.gateway,
      document: receiptAdvice.parse({
        number: "RA-1",
        note: "LS-99",
        lines: [{ customerPart: "4N51-100-AA", received: "5" }],
      }),
      occasion: on("2027-01-04", "acme"),
    });
    const advices = await told(store, config);
    assert.deepEqual(errorsIn(advices), [
      "unknown-note @: Part 4N51-100-AA of note LS-99: No delivery note of ours has this number",
    ]);
    assert.equal(advices[0]?.answers[0]?.number, "LS-99");
  });

  it("is never told of an answer, nor of a message that had no effect", async () => {
    const { store, config } = await home();
    await receive(store, config, "2027-01-04", [aScheduleLine([["2027-01-08", "10"]], { customerPart: "OTHER" })]);
    for (const set of [{ type: "824" }, { type: "830", state: "rejected" }]) {
      await store.write((tx) => update(tx, message, set, "id > 0"));
      assert.deepEqual(await told(store, config), []);
    }
  });
});

describe("An application advice", () => {
  it("is none where nothing is wrong", () => {
    const answered = {
      type: "830",
      version: "004010",
      number: "",
      interchange: "7",
      group: "7",
      functionalId: "PS",
      control: "0001",
      sender: "ACME",
      receiver: "US",
      sentOn: "2027-01-04",
      sentAt: "0600",
    };
    assert.equal(applicationAdviceOf("AD-000001", answered, [], on("2027-01-04"), "UTC"), undefined);
    const [answer] =
      applicationAdviceOf("AD-000001", answered, [{ code: "unit" }], on("2027-01-04"), "UTC")?.answers ?? [];
    const summer = { ...on("2027-07-01"), instant: instantOf("2027-07-01T22:30:00.000Z") };
    const advice = applicationAdviceOf("AD-000001", answered, [{ code: "unit" }], summer, "Europe/Berlin");
    assert.equal(advice?.issuedAt, "0030", "its time is the company's, as that of ship notices");
    assert.equal(answer?.number, "0001", "a message without a number is named by its control number");
  });
});
