import assert from "node:assert/strict";
import { importBlanketOrder } from "../../src/orders/agreements.ts";
import { firstBrokenEntry, readAudit } from "../../src/store/audit.ts";
import { select } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { account, agreement, agreementLine, draw, linePrice, message, split } from "../../src/store/tables.ts";
import { quantity } from "../../src/values/figures.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { aBlanketOrder, aConfiguration, on } from "./a-home.ts";

const taken = (store: Store, document = aBlanketOrder(), when = on("2027-01-04"), config = aConfiguration()) =>
  store.write((tx) => importBlanketOrder(tx, document, config, when));

const aLine = (more: Record<string, unknown>) => ({
  line: 10,
  item: "BRACKET-100",
  customerPart: "4N51-100-AA",
  quantity: "10000",
  price: "2.5",
  ...more,
});

const raised = (expiresOn: string) => aBlanketOrder({ expiresOn, lines: [aLine({ quantity: "11000" })] });

onEveryDatabase("A blanket order from the ERP", (database) => {
  it("is made with a number of ours, an account for each line and the line it draws on", async () => {
    const { store } = database();
    assert.deepEqual(await taken(store), { number: "BA-000001", outcome: "created" });
    const [held] = await select(store, agreement, "");
    assert.equal(held?.customer_number_normal, "PO77-1001");
    assert.equal(held?.state, "open");
    const [line] = await select(store, agreementLine, "");
    assert.equal(line?.ship_to, "PLANT1");
    assert.equal(line?.quantity, quantity("10000"));
    const [made] = await select(store, account, "");
    assert.equal(made?.identity, "4N51-100-AA/PLANT1");
    const [drawn] = await select(store, draw, "");
    assert.equal(drawn?.line_id, line?.id);
    assert.equal(drawn?.account_id, made?.id);
  });

  it("changes nothing when it comes again, with or without our number", async () => {
    const { store } = database();
    const splits = [{ date: "2027-02-01", quantity: "2000" }, { quantity: "8000" }];
    const document = aBlanketOrder({ lines: [aLine({ splits })] });
    await taken(store, document);
    assert.equal((await taken(store, document)).outcome, "unchanged");
    assert.equal((await taken(store, { ...document, number: "BA-000001" })).outcome, "unchanged");
    assert.equal((await select(store, message, "")).length, 1);
    assert.equal((await readAudit(store)).length, 1);
  });

  it("takes schedule lines by hand as the plan in force; undated quantity is the remainder and no row", async () => {
    const { store } = database();
    const splits = [
      { date: "2027-03-01", quantity: "2000" },
      { date: "2027-02-01", quantity: "2000", customerOrderNumber: "CO-1", allocate: true },
      { quantity: "6000" },
    ];
    await taken(store, aBlanketOrder({ lines: [aLine({ splits })] }));
    const rows = await select(store, split, "ORDER BY order_on");
    assert.deepEqual(
      rows.map((row) => [row.order_on, row.cumulative, row.customer_order_no, row.allocate, row.layer]),
      [
        ["2027-02-01", quantity("2000"), "CO-1", true, "hand"],
        ["2027-03-01", quantity("4000"), "", false, "hand"],
      ],
    );
    const [held] = await select(store, account, "");
    assert.equal(held?.next_order_on, "2027-02-01");
  });

  it("keeps the splits that stay when its schedule lines change", async () => {
    const { store } = database();
    const first = [
      { date: "2027-02-01", quantity: "2000" },
      { date: "2027-03-01", quantity: "2000" },
    ];
    const second = [
      { date: "2027-02-01", quantity: "2000" },
      { date: "2027-03-08", quantity: "2000" },
    ];
    await taken(store, aBlanketOrder({ lines: [aLine({ splits: first })] }));
    const before = await select(store, split, "ORDER BY order_on");
    assert.equal((await taken(store, aBlanketOrder({ lines: [aLine({ splits: second })] }))).outcome, "changed");
    const after = await select(store, split, "ORDER BY order_on");
    assert.equal(after[0]?.id, before[0]?.id);
    assert.deepEqual(
      after.map((row) => row.order_on),
      ["2027-02-01", "2027-03-08"],
    );
  });

  it("without a ship-to anywhere is refused at the line that lacks it, and leaves nothing", async () => {
    const { store } = database();
    await assert.rejects(taken(store, aBlanketOrder({ shipTo: undefined })), {
      code: "AGREEMENT_SHIP_TO",
      place: { field: "lines[0].shipTo" },
    });
    assert.deepEqual(await select(store, agreement, ""), []);
  });

  it("is refused where another one of the customer has its number in the same time, spelled otherwise or as an alias", async () => {
    const { store } = database();
    await taken(store, aBlanketOrder({ number: "BA-7", to: "2027-12-31", aliases: [{ number: "77/1001" }] }));
    for (const customerNumber of ["po77-1001", "00PO 77-1001", "77/1001"]) {
      await assert.rejects(taken(store, aBlanketOrder({ number: "BA-8", customerNumber })), {
        code: "AGREEMENT_CUSTOMER_NUMBER",
      });
    }
    const later = aBlanketOrder({ number: "BA-8", from: "2028-01-01" });
    assert.equal((await taken(store, later)).outcome, "created");
  });

  it("of the same part and place as another gets an account of its own", async () => {
    const { store } = database();
    await taken(store);
    await taken(store, aBlanketOrder({ customerNumber: "PO 78" }));
    assert.deepEqual(
      (await select(store, account, "ORDER BY id")).map(({ identity }) => identity),
      ["4N51-100-AA/PLANT1", "4N51-100-AA/PLANT1#BA-000002/10"],
    );
  });

  it("can be raised, repriced from a day and given another line", async () => {
    const { store } = database();
    await taken(store);
    const document = aBlanketOrder({
      lines: [
        aLine({ quantity: "12000", prices: [{ from: "2027-07-01", price: "2.6" }] }),
        { line: 20, item: "BRACKET-200", quantity: "100" },
      ],
    });
    assert.equal((await taken(store, document)).outcome, "changed");
    assert.equal((await taken(store, document)).outcome, "unchanged");
    assert.deepEqual(
      (await select(store, agreementLine, "ORDER BY line_no")).map((row) => row.quantity),
      [quantity("12000"), quantity("100")],
    );
    assert.deepEqual(
      (await select(store, linePrice, "ORDER BY valid_from")).map((row) => [row.valid_from, row.price]),
      [
        ["", quantity("2.5")],
        ["2027-07-01", quantity("2.6")],
      ],
    );
  });

  it("past its expiry date takes nothing but a later date; on the day itself everything", async () => {
    const { store } = database();
    await taken(store, aBlanketOrder({ expiresOn: "2027-01-31" }));
    assert.equal((await taken(store, raised("2027-01-31"), on("2027-01-31"))).outcome, "changed");
    const late = on("2027-02-01");
    await assert.rejects(taken(store, aBlanketOrder({ expiresOn: "2027-01-31" }), late), { code: "AGREEMENT_EXPIRED" });
    await assert.rejects(taken(store, aBlanketOrder({ expiresOn: "2027-03-31" }), late), { code: "AGREEMENT_EXPIRED" });
    const moved = { ...raised("2027-03-31") };
    assert.equal((await taken(store, moved, late)).outcome, "changed");
    assert.equal((await taken(store, aBlanketOrder({ expiresOn: "2027-03-31" }), late)).outcome, "changed");
  });

  it("leaves a chain of audit entries that shows when one is altered", async () => {
    const { store } = database();
    await taken(store);
    await taken(store, aBlanketOrder({ description: "brackets" }));
    assert.equal(await firstBrokenEntry(store), undefined);
    await store.write((tx) => tx.change("UPDATE audit SET details = '{}' WHERE seq = 1"));
    assert.equal(await firstBrokenEntry(store), 1);
  });

  it("names the partner that is not there", async () => {
    const { store } = database();
    await assert.rejects(taken(store, aBlanketOrder({ partner: "nobody" })), {
      code: "PARTNER_UNKNOWN",
      found: "nobody",
    });
  });
});
