import assert from "node:assert/strict";
import { bookShipment } from "../../src/fulfilment/ship.ts";
import { revisionView } from "../../src/orders/views.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { aScheduleLine, on, ordered, outcomes, receive, taken, trusting } from "./a-home.ts";

onEveryDatabase("A delivery note with two lines of one item", (database) => {
  /** Backlog and today's demand: one order of two lines, gone with one note. */
  const shipped = async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    await receive(store, config, "2027-01-04", [
      aScheduleLine([
        ["2027-01-02", "100"],
        ["2027-01-04", "400"],
      ]),
    ]);
    assert.deepEqual(await ordered(store, config, "2027-01-04"), ["SO-000001 2027-01-04 100+400"]);
    const lines = [
      { orderLine: "SO-000001/10", quantity: "100" },
      { orderLine: "SO-000001/20", quantity: "400" },
    ];
    await store.write((tx) =>
      bookShipment(
        tx,
        config,
        { schema: "calloff/shipment-confirmation/1", confirmation: "W-1", note: "LS-1", lines },
        on("2027-01-04"),
      ),
    );
    return { store, config };
  };

  it("is one note where the customer quotes it: their cumulative through it is ours", async () => {
    const { store, config } = await shipped();
    const line = aScheduleLine([["2027-01-08", "300"]], {
      account: { cumulative: "500", kind: "received", note: "LS-1" },
    });
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-05", [line])), ["accepted"]);
  });

  it("is where a net customer's schedule starts", async () => {
    const { store, config } = await shipped();
    const { account: _, ...line } = aScheduleLine([["2027-01-08", "300"]], {
      last: { note: "LS-1", kind: "received" },
    });
    const [next] = await receive(store, config, "2027-01-05", [line]);
    assert.equal(next?.state, "accepted");
    assert.equal((await revisionView(store, next?.revisionId ?? 0)).base, "500");
  });
});
