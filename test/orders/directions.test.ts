import assert from "node:assert/strict";
import { directionsFor, directionsIn, readDirections } from "../../src/orders/directions.ts";
import { acceptByHand } from "../../src/orders/hand-schedule.ts";
import { select, selectOne } from "../../src/store/rows.ts";
import { account, agreementLine, revision } from "../../src/store/tables.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { aScheduleLine, on, receive, taken, trusting } from "./a-home.ts";

const said = (layer: string, directions: Readonly<Record<string, string>>) => ({
  layer,
  directions: directionsIn({ customerPart: "A", ...directions }),
});

describe("Where goods go", () => {
  it("is kept as the line states it, and nothing where it states nothing", () => {
    const kept = directionsIn({ customerPart: "A", unloadingPoint: " G12 ", dock: "  ", customerSign: "DISP" });
    assert.deepEqual(readDirections(kept), { customerSign: "DISP", unloadingPoint: "G12" });
    assert.equal(directionsIn({ customerPart: "A" }), "");
    assert.deepEqual(readDirections(""), {});
  });

  it("is the schedule's in force, not that of the one the goods were ordered by; the order's line is that one's", () => {
    const orderedBy = said("forecast", { dock: "21", pointOfUse: "L4", orderLine: "20" });
    assert.deepEqual(directionsFor(orderedBy, [said("forecast", { dock: "22", orderLine: "30" })]), {
      dock: "22",
      orderLine: "20",
    });
    assert.deepEqual(directionsFor(orderedBy, [said("forecast", {})]), {
      dock: "21",
      pointOfUse: "L4",
      orderLine: "20",
    });
    assert.deepEqual(directionsFor(undefined, []), {});
  });

  it("is what the layer says that they were ordered by, and where it says nothing the other", () => {
    const forecast = said("forecast", { dock: "21", warehouse: "W3" });
    const callOff = said("call-off", { dock: "22", pointOfUse: "L4" });
    const both = { warehouse: "W3", pointOfUse: "L4" };
    assert.deepEqual(directionsFor(said("call-off", {}), [callOff, forecast]), { ...both, dock: "22" });
    assert.deepEqual(directionsFor(said("forecast", {}), [callOff, forecast]), { ...both, dock: "21" });
  });

  it("is one place by either name: the unloading point of the nearer layer leaves no dock of the other", () => {
    const forecast = said("forecast", { dock: "D9", warehouse: "W3" });
    const callOff = said("call-off", { unloadingPoint: "U1" });
    assert.deepEqual(directionsFor(said("call-off", {}), [callOff, forecast]), {
      unloadingPoint: "U1",
      warehouse: "W3",
    });
    assert.deepEqual(directionsFor(said("forecast", {}), [callOff, forecast]), { dock: "D9", warehouse: "W3" });
  });
});

onEveryDatabase("Where goods go", (database) => {
  const kept = async () =>
    (await select(database().store, revision, "ORDER BY id")).map(({ directions }) => directions);

  it("stays as the customer said it when quantities are entered by hand", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    await receive(store, config, "2027-01-04", [aScheduleLine([["2027-01-15", "600"]], { unloadingPoint: "G12" })]);
    const of = await selectOne(store, account, "");
    const line = await selectOne(store, agreementLine, "");
    assert.ok(of !== undefined && line !== undefined);
    const day = { date: "2027-01-15", quantity: 500_000_000n, customerOrderNumber: "", purchaseOrderCreatedOn: "" };
    await store.write((tx) =>
      acceptByHand(tx, config, on("2027-01-05"), "acme", "BA-000001 version 2", [
        { account: of, lineId: line.id, lineNumber: 10, splits: [{ ...day, allocate: false }] },
      ]),
    );
    assert.deepEqual(await kept(), ['{"unloadingPoint":"G12"}', '{"unloadingPoint":"G12"}']);
  });

  it("stays as the customer said it when a complete message does not list the item any more", async () => {
    const { store } = database();
    const config = trusting({ schedule: { listsEveryItem: true } }, { missingItem: "zero" });
    await taken(store, config);
    await receive(store, config, "2027-01-04", [aScheduleLine([["2027-01-15", "600"]], { dock: "21" })]);
    const another = { ...aScheduleLine([["2027-01-15", "5"]]), customerPart: "ANOTHER" };
    await receive(store, config, "2027-01-05", [another]);
    assert.deepEqual(await kept(), ['{"dock":"21"}', "", '{"dock":"21"}']);
  });
});
