import assert from "node:assert/strict";
import { acceptRevisions } from "../../src/orders/decide.ts";
import { blanketView } from "../../src/orders/views.ts";
import { accountTotals } from "../../src/store/ledger.ts";
import { select, selectOne } from "../../src/store/rows.ts";
import { account } from "../../src/store/tables.ts";
import { plainDate } from "../../src/values/dates.ts";
import { quantity } from "../../src/values/figures.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { aScheduleLine, on, ordered, outcomes, receive, ship, taken, trusting } from "./a-home.ts";

const since = (from: string, cumulative: string) => ({ account: { cumulative, kind: "received", from } });

const received = (cumulative: string) => ({ account: { cumulative, kind: "received" as const } });

onEveryDatabase("A new period of the cumulative", (database) => {
  it("is held, and opened with what is on the road when it is accepted", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    await receive(store, config, "2026-12-01", [aScheduleLine([["2026-12-20", "300"]], since("2026-01-01", "0"))]);
    await ordered(store, config, "2026-12-20");
    await ship(store, "SO-000001/10", "300", on("2026-12-20"));
    const [next] = await receive(store, config, "2027-01-04", [
      aScheduleLine([["2027-01-09", "700"]], since("2027-01-01", "0")),
    ]);
    assert.equal(next?.cause, "new-period");
    const shipToCounts = trusting({ schedule: { reset: "ship-date" } });
    await acceptRevisions(store, shipToCounts, [next?.revisionId ?? 0], on("2027-01-04"));
    assert.deepEqual(await ordered(store, config, "2027-01-09"), ["SO-000002 2027-01-09 700"]);
    const [of] = await select(store, account, "");
    assert.equal(of?.current_start, "2027-01-01");
    assert.equal((await accountTotals(store, [of?.id ?? 0])).get(of?.id ?? 0)?.released, quantity("700"));
    const [line] = (await blanketView(store, "BA-000001", plainDate("2027-01-09"))).lines;
    assert.equal(line?.processed, "1000");
  });

  it("is not compared with the one before: neither its cumulative nor what it asks for", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config, { lines: [{ line: 10, item: "B", customerPart: "4N51-100-AA", quantity: "1000" }] });
    await receive(store, config, "2026-12-01", [aScheduleLine([["2026-12-20", "900"]], since("2026-01-01", "0"))]);
    await ordered(store, config, "2026-12-20");
    await ship(store, "SO-000001/10", "900", on("2026-12-20"));
    const [next] = await receive(store, config, "2027-01-04", [
      aScheduleLine([["2027-01-09", "700"]], since("2027-01-01", "0")),
    ]);
    assert.equal(
      next?.sentence,
      "new period of the cumulative since 2027-01-01: 700 in all by 9 January; what may be released goes 600 beyond the contract of 1000",
    );
  });

  it("begins with the year where the customer states no start and their cumulative has fallen", async () => {
    const { store } = database();
    const config = trusting({ schedule: { reset: "ship-date" } });
    await taken(store, config);
    await receive(store, config, "2026-12-01", [aScheduleLine([["2026-12-20", "300"]], received("0"))]);
    await ordered(store, config, "2026-12-20");
    await ship(store, "SO-000001/10", "300", on("2026-12-20"));
    assert.deepEqual(outcomes(await receive(store, config, "2026-12-28", [aScheduleLine([], received("300"))])), [
      "accepted",
    ]);
    const [next] = await receive(store, config, "2027-01-04", [aScheduleLine([["2027-01-09", "700"]], received("0"))]);
    assert.deepEqual([next?.state, next?.cause], ["held", "new-period"]);
    await acceptRevisions(store, config, [next?.revisionId ?? 0], on("2027-01-04"));
    assert.deepEqual(await ordered(store, config, "2027-01-09"), ["SO-000002 2027-01-09 700"]);
    const [again] = await receive(store, config, "2027-01-10", [aScheduleLine([["2027-01-16", "800"]], received("0"))]);
    assert.equal(again?.state, "accepted", again?.sentence);
    assert.equal((await selectOne(store, account, ""))?.current_start, "2027-01-01");
  });

  it("is over for a schedule of the old one that comes late: it is filed as history", async () => {
    const { store } = database();
    const config = trusting({ schedule: { reset: "ship-date" } });
    await taken(store, config);
    await receive(store, config, "2026-12-01", [aScheduleLine([["2026-12-20", "300"]], since("2026-01-01", "0"))]);
    const [next] = await receive(store, config, "2027-01-04", [
      aScheduleLine([["2027-01-09", "700"]], since("2027-01-01", "0")),
    ]);
    await acceptRevisions(store, config, [next?.revisionId ?? 0], on("2027-01-04"));
    const late = await receive(store, config, "2027-01-05", [
      aScheduleLine([["2027-01-09", "900"]], since("2026-01-01", "0")),
    ]);
    assert.deepEqual(outcomes(late), ["older"]);
  });
});
