import assert from "node:assert/strict";
import { type DeliverySchedule, deliverySchedule } from "../../src/documents/delivery-schedule.ts";
import { withInheritance } from "../../src/documents/inheritance.ts";

const shipTo = (code: string) => ({ role: "ship-to", scheme: "customer", code });
const shipFrom = { role: "ship-from", scheme: "customer", code: "F1" };

describe("what a delivery schedule's header hands down to its lines", () => {
  const document: DeliverySchedule = {
    releaseNumber: "17",
    orderNumber: "PO-1",
    issuedOn: "2027-03-01",
    parties: [shipTo("PLANT-A")],
    lines: [
      { customerPart: "A" },
      { customerPart: "B", orderNumber: "PO-2", parties: [shipTo("PLANT-B")] },
      { customerPart: "C", parties: [shipFrom] },
    ],
  };
  const [plain, own, shipFromOnly] = withInheritance(document).lines;

  it("is every number that the line does not state itself", () => {
    assert.deepEqual([plain?.releaseNumber, plain?.orderNumber, plain?.issuedOn], ["17", "PO-1", "2027-03-01"]);
    assert.equal(own?.orderNumber, "PO-2");
  });

  it("is the ship-to, unless the line has one of its own", () => {
    assert.equal(plain?.shipTo?.code, "PLANT-A");
    assert.equal(own?.shipTo?.code, "PLANT-B");
  });

  it("is no ship-to for a line that names parties but no ship-to: it may be a total beside ship-to lines", () => {
    assert.equal(shipFromOnly?.shipTo, undefined);
  });

  it("is the ship-to's dock, unless the line says where it is unloaded", () => {
    const docked = { ...document, parties: [{ ...shipTo("PLANT-A"), dock: "D9" }] };
    const lines = [{ customerPart: "A" }, { customerPart: "B", unloadingPoint: "U1" }];
    const docks = withInheritance({ ...docked, lines }).lines.map(({ dock, unloadingPoint }) => [dock, unloadingPoint]);
    assert.deepEqual(docks, [
      ["D9", undefined],
      [undefined, "U1"],
    ]);
  });

  it("leaves a valid document", () => {
    assert.deepEqual(deliverySchedule.parse(withInheritance(document)), withInheritance(document));
  });
});
