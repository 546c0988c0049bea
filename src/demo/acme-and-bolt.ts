/** The scenes of ACME and Bolt, who speak X12: their agreements, their schedules, and a file that is broken. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Customer, ScheduledItem } from "./customer.ts";
import type { SimulatedErp } from "./erp.ts";
import type { X12Habits } from "./speaks-x12.ts";
import { day, type Stage } from "./stage.ts";

/** ACME's first schedule is also left here, to be changed and played with --schedule; and one that has not come yet. */
const FIRST = "try/acme-830.edi";
export const NEXT = "try/next-830.edi";

export const ACME: X12Habits = {
  senderQualifier: "01",
  sender: "ACMEMOTORS",
  receiverQualifier: "ZZ",
  receiver: "EXAMPLESTAMP",
  element: "*",
  terminator: "~",
  version: "004010",
};

export const BOLT: X12Habits = {
  senderQualifier: "ZZ",
  sender: "BOLT",
  receiverQualifier: "ZZ",
  receiver: "EXSTAMP",
  element: "|",
  terminator: "!",
  version: "003060",
};

export async function agreementsAreMade(stage: Stage, erp: SimulatedErp): Promise<void> {
  stage.turnTo(day("2027-02-01"));
  stage.say(
    "The ERP hands over two blanket orders: 10,000 brackets and 2,400 housings for ACME, 50,000 clips for Bolt.",
  );
  await erp.handOver("blanket-orders.json", [
    {
      schema: "calloff/blanket-order/1",
      number: "BA-000001",
      partner: "acme",
      customerNumber: "PO 77-1001",
      currency: "USD",
      paymentTerms: "30 days net",
      shipTo: "PLANT1",
      lines: [
        {
          line: 10,
          item: "BRACKET-100",
          customerPart: "4N51-100-AA",
          description: "Bracket, stamped",
          commitment: "quantity",
          quantity: "10000",
          unit: "PC",
          price: "1.25",
        },
        {
          line: 20,
          item: "HOUSING-200",
          customerPart: "4N51-200-BC",
          description: "Housing",
          commitment: "quantity",
          quantity: "2400",
          unit: "PC",
          price: "18.40",
          pack: "24",
        },
      ],
    },
    {
      schema: "calloff/blanket-order/1",
      number: "BA-000002",
      partner: "bolt",
      customerNumber: "B-4711",
      currency: "USD",
      paymentTerms: "14 days 2 %, 30 days net",
      shipTo: "DOCK9",
      lines: [
        {
          line: 10,
          item: "CLIP-7",
          customerPart: "CLP 0007",
          description: "Spring clip",
          commitment: "quantity",
          quantity: "50000",
          unit: "PC",
          price: "4.10",
          pricePer: "100",
        },
      ],
    },
  ]);
  await stage.work();
}

const bracket = (received: string, lastNote: string | undefined, steps: ScheduledItem["steps"]): ScheduledItem => ({
  part: "4N51-100-AA",
  order: "PO 77-1001",
  shipTo: "PLANT1",
  received,
  lastNote,
  steps,
});
const housing = (received: string, lastNote: string | undefined, steps: ScheduledItem["steps"]): ScheduledItem => ({
  part: "4N51-200-BC",
  order: "PO 77-1001",
  shipTo: "PLANT1",
  received,
  lastNote,
  steps,
});
const clip = (received: string, lastNote: string | undefined, steps: ScheduledItem["steps"]): ScheduledItem => ({
  part: "CLP 0007",
  order: "B-4711",
  shipTo: "DOCK9",
  received,
  lastNote,
  steps,
});

export async function firstSchedules(stage: Stage, erp: SimulatedErp, acme: Customer, bolt: Customer): Promise<void> {
  const own = acme.schedule("1", day("2027-02-01"), "A", [
    bracket("0", undefined, [
      ["2000", "C", "D", "2027-02-01"],
      ["2000", "C", "D", "2027-03-01"],
      ["2000", "C", "D", "2027-04-01"],
      ["2000", "D", "D", "2027-05-03"],
      ["2000", "D", "D", "2027-06-01"],
    ]),
    housing("0", undefined, [
      ["100", "C", "D", "2027-02-01"],
      ["100", "C", "D", "2027-03-01"],
      ["400", "D", "M", "2027-04-01"],
    ]),
  ]);
  const forecast = stage.forecast ?? own;
  await writeFile(path.join(stage.home, FIRST), forecast, "latin1");
  stage.say(
    "ACME sends its first forecast (X12 830, discrete quantities); Bolt sends running totals, with separators of its own.",
  );
  await acme.drop("acme-830-1.edi", forecast);
  await bolt.drop(
    "bolt-830-1.edi",
    bolt.schedule("501", day("2027-02-01"), "C", [
      clip("0", undefined, [
        ["5000", "C", "W", "2027-02-01"],
        ["9000", "C", "W", "2027-02-08"],
        ["14000", "D", "W", "2027-02-15"],
      ]),
    ]),
  );
  await stage.work();
  stage.say(
    "Bolt's policy takes everything: its order is made, shipped and invoiced at once. ACME's first schedule waits for a person.",
  );
  for (const line of await stage.accept("first schedule agreed by telephone"))
    stage.say(`  the planner accepts ${line}`);
  await stage.work();
  const orders = await erp.ship(day("2027-02-01"));
  stage.say(`The ERP reads ${orders.join(", ")} from the outbox and confirms the shipment.`);
  await stage.work();
}

export async function theNextWeek(stage: Stage, acme: Customer, bolt: Customer): Promise<void> {
  stage.turnTo(day("2027-02-08"));
  const [note] = (await acme.notes()).slice(-1);
  stage.say(
    `A week later ACME has booked note ${note ?? "none"} and wants 300 brackets a week earlier and 500 more on 1 March.`,
  );
  await acme.drop(
    "acme-830-2.edi",
    acme.schedule("2", day("2027-02-08"), "A", [
      bracket("2000", note, [
        ["300", "C", "D", "2027-02-22"],
        ["2200", "C", "D", "2027-03-01"],
        ["2000", "C", "D", "2027-04-01"],
        ["2000", "D", "D", "2027-05-03"],
        ["1500", "D", "D", "2027-06-01"],
      ]),
      housing("120", note, [
        ["80", "C", "D", "2027-03-01"],
        ["400", "D", "M", "2027-04-01"],
      ]),
    ]),
  );
  const boltNotes = await bolt.notes();
  await bolt.drop(
    "bolt-830-2.edi",
    bolt.schedule("502", day("2027-02-08"), "C", [
      clip("5000", boltNotes.at(-1), [
        ["9500", "C", "W", "2027-02-08"],
        ["14000", "C", "W", "2027-02-15"],
        ["20000", "D", "W", "2027-02-22"],
      ]),
    ]),
  );
  await stage.work();
  stage.say("The housings pass by policy; the brackets near the ship date do not:");
  for (const line of await stage.accept("material is there")) stage.say(`  the planner accepts ${line}`);
  await stage.work();
}

export async function aBrokenFile(stage: Stage, acme: Customer): Promise<void> {
  const broken = acme
    .schedule("3", day("2027-02-08"), "A", [bracket("2000", undefined, [["9999", "C", "D", "2027-02-09"]])])
    .replace("SE*", "SE*9");
  stage.say(
    "ACME sends a file whose segment count is wrong: it is refused by a 997 that says so, and changes nothing.",
  );
  await acme.drop("acme-830-3.edi", broken);
  await stage.work();
}

/** A schedule that has not come yet, for whoever wants to see what it does. */
export async function oneToTry(stage: Stage, acme: Customer): Promise<void> {
  const [note] = (await acme.notes()).slice(-1);
  const next = acme.schedule("4", day("2027-03-01"), "A", [
    bracket("3800", note, [
      ["700", "C", "D", "2027-03-02"],
      ["2500", "C", "D", "2027-04-01"],
      ["2000", "D", "D", "2027-05-03"],
      ["1000", "D", "D", "2027-06-01"],
    ]),
  ]);
  await writeFile(path.join(stage.home, NEXT), next, "latin1");
}
