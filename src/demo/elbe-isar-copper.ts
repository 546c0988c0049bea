/** The scenes of Elbe, Isar and Copper & Sons, who speak EDIFACT, VDA and tables. */
import type { BlanketOrderDocument } from "../documents/erp.ts";
import type { Customer } from "./customer.ts";
import type { SimulatedErp } from "./erp.ts";
import { day, type Stage } from "./stage.ts";

/** Those who speak neither X12 nor all the same. */
export interface Others {
  readonly elbe: Customer;
  readonly isar: Customer;
  readonly copper: Customer;
}

/** What each of the others orders: part, ship-to and order number. */
const HINGE = { part: "EV-2200", order: "E-9001", shipTo: "LEIPZIG" };
const GASKET = { part: "7L0 121 687 A", order: "600123", shipTo: "M11" };
const SLEEVE = { part: "SL-8", order: "C-55", shipTo: "YARD" };

export async function otherFamilies(stage: Stage, erp: SimulatedErp, { elbe, isar, copper }: Others): Promise<void> {
  stage.say("Three more customers begin: Elbe by EDIFACT, Isar by VDA records, Copper & Sons by tables.");
  await erp.handOver("more-blanket-orders.json", [
    otherAgreement("BA-000003", "elbe", HINGE, "HINGE-22", "Hinge", "3.10"),
    otherAgreement("BA-000004", "isar", GASKET, "GASKET-9", "Gasket", "0.80"),
    otherAgreement("BA-000005", "copper", SLEEVE, "SLEEVE-8", "Sleeve, turned", "1.95"),
  ]);
  await stage.work();
  const on = day("2027-02-08");
  const received = "0";
  await elbe.drop(
    "elbe-delfor-1.edi",
    elbe.schedule("11", on, "A", [
      {
        ...HINGE,
        received,
        steps: [
          ["400", "C", "D", "2027-02-08"],
          ["400", "C", "W", "2027-02-22"],
          ["1600", "D", "M", "2027-04-01"],
        ],
      },
    ]),
  );
  await isar.drop(
    "isar-4905-1.vda",
    isar.schedule("301", on, "A", [
      {
        ...GASKET,
        received,
        steps: [
          ["900", "C", "D", "2027-02-08"],
          ["900", "C", "W", "2027-02-22"],
        ],
      },
    ]),
  );
  await copper.drop(
    "copper-plan-1.csv",
    copper.schedule("KW06", on, "A", [
      {
        ...SLEEVE,
        received,
        steps: [
          ["250", "C", "D", "2027-02-08"],
          ["250", "C", "W", "2027-02-22"],
          ["500", "D", "M", "2027-05-01"],
        ],
      },
    ]),
  );
  await stage.work();
  stage.say("Each is shipped and billed at once, and answered in what it reads itself:");
  for (const who of [elbe, isar, copper]) stage.say(`  ${who.code}: ${(await who.answers()).join(", ")}`);
}

function otherAgreement(
  number: string,
  partner: string,
  { part, order, shipTo }: typeof HINGE,
  item: string,
  description: string,
  price: string,
): Partial<BlanketOrderDocument> {
  return {
    schema: "calloff/blanket-order/1",
    number,
    partner,
    customerNumber: order,
    currency: "EUR",
    shipTo,
    lines: [
      { line: 10, item, customerPart: part, description, commitment: "quantity", quantity: "20000", unit: "PC", price },
    ],
  };
}

export const lastNote = async (who: Customer): Promise<string | undefined> => (await who.notes()).at(-1);

/** Two weeks later each has booked what the note said that it was sent, and asks for the same weeks again. */
export async function theirNextSchedules(stage: Stage, { elbe, isar, copper }: Others): Promise<void> {
  const on = day("2027-02-22");
  await elbe.drop(
    "elbe-delfor-2.edi",
    elbe.schedule("12", on, "A", [
      {
        ...HINGE,
        received: "400",
        lastNote: await lastNote(elbe),
        steps: [
          ["500", "C", "W", "2027-02-22"],
          ["1500", "D", "M", "2027-04-01"],
        ],
      },
    ]),
  );
  await isar.drop(
    "isar-4905-2.vda",
    isar.schedule("302", on, "A", [
      { ...GASKET, received: "900", lastNote: await lastNote(isar), steps: [["900", "C", "W", "2027-02-22"]] },
    ]),
  );
  await copper.drop(
    "copper-plan-2.csv",
    copper.schedule("KW08", on, "A", [
      {
        ...SLEEVE,
        received: "250",
        lastNote: await lastNote(copper),
        steps: [
          ["250", "C", "W", "2027-02-22"],
          ["500", "D", "M", "2027-05-01"],
        ],
      },
    ]),
  );
  stage.say("Elbe, Isar and Copper & Sons have booked the notes that they were sent, and quote them.");
}
