import assert from "node:assert/strict";
import { accountKey, accountNamed } from "../../src/answers/accounts.ts";
import { blanketView } from "../../src/orders/views.ts";
import { plainDate } from "../../src/values/dates.ts";
import { aConfiguration, aScheduleLine, receive, taken } from "../orders/a-home.ts";
import { onEveryDatabase } from "../support/databases.ts";

onEveryDatabase("the accounts of a blanket order", (database) => {
  for (const dashes of ["keep", "drop"]) {
    it(`are shown as it spells part and ship-to, whatever is compared, and found so (dashes: ${dashes})`, async () => {
      const { store } = database();
      const config = aConfiguration({ partner: { schedule: { dashes } } });
      await taken(store, config, {
        customerNumber: "00771",
        shipTo: "plant-1",
        lines: [{ line: 10, item: "Bracket 100", customerPart: "4n51-100 AA", quantity: "100" }],
      });
      await receive(store, config, "2027-01-04", [
        aScheduleLine([["2027-01-08", "4"]], { customerPart: "4N51-100AA", shipTo: { code: "PLANT-1" } }),
      ]);
      const [line] = (await blanketView(store, "BA-000001", plainDate("2027-01-04"))).lines;
      assert.deepEqual([line?.item, line?.customerPart, line?.shipTo], ["Bracket 100", "4n51-100 AA", "plant-1"]);
      const [held] = line?.cumulatives ?? [];
      assert.equal(held?.spelled, "4n51-100 AA/plant-1");
      assert.equal(held?.account, dashes === "drop" ? "4N51100AA/PLANT1" : "4N51-100AA/PLANT-1");
      const found = await accountNamed(store, accountKey(`acme/${held?.spelled}`));
      assert.equal(found.identity, held?.account);
    });
  }
});
