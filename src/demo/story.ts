/** What happens in the demo, day by day: five customers, an ERP and a planner play their parts. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { BlanketOrderDocument } from "../documents/erp.ts";
import { type PlainDate, plainDate } from "../values/dates.ts";
import { type Customer, customer, type ScheduledItem } from "./customer.ts";
import { type SimulatedErp, simulatedErp } from "./erp.ts";
import { edifact } from "./speaks-edifact.ts";
import { tables } from "./speaks-tables.ts";
import { vda } from "./speaks-vda.ts";
import { type X12Habits, x12 } from "./speaks-x12.ts";

/** What the story needs of the gateway it is played on. */
export interface Stage {
  readonly home: string;
  /** Moves the business date on; the time of day follows by itself. */
  turnTo(date: PlainDate): void;
  /** Everything that is waiting: files, what is due, the outbox. */
  work(): Promise<void>;
  /** The planner accepts all that is held, as `calloff schedule accept` does, and says what it was. */
  accept(reason: string): Promise<readonly string[]>;
  /** One line of narration. */
  say(line: string): void;
  /** The first 830 of ACME, instead of the demo's own. */
  readonly forecast: string | undefined;
}

const day = (text: string) => plainDate(text);

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

const BOLT: X12Habits = {
  senderQualifier: "ZZ",
  sender: "BOLT",
  receiverQualifier: "ZZ",
  receiver: "EXSTAMP",
  element: "|",
  terminator: "!",
  version: "003060",
};

/** Those who speak neither X12 nor all the same. */
interface Others {
  readonly elbe: Customer;
  readonly isar: Customer;
  readonly copper: Customer;
}

export async function playStory(stage: Stage): Promise<SimulatedErp> {
  const acme = customer(stage.home, "acme", x12(ACME));
  const bolt = customer(stage.home, "bolt", x12(BOLT));
  const others = {
    elbe: customer(stage.home, "elbe", edifact({ sender: "ELBE", receiver: "EXSTAMP" })),
    isar: customer(stage.home, "isar", vda({ customer: "ISAR", supplier: "4711" })),
    copper: customer(stage.home, "copper", tables),
  };
  const erp = simulatedErp(stage.home, new Set(["bolt", ...Object.keys(others)]));

  await agreementsAreMade(stage, erp);
  await firstSchedules(stage, erp, acme, bolt);
  await theNextWeek(stage, acme, bolt);
  await aBrokenFile(stage, acme);
  await otherFamilies(stage, erp, others);
  await theSecondMonth(stage, erp, others);
  await oneToTry(stage, acme);
  return erp;
}

async function agreementsAreMade(stage: Stage, erp: SimulatedErp): Promise<void> {
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

async function firstSchedules(stage: Stage, erp: SimulatedErp, acme: Customer, bolt: Customer): Promise<void> {
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

async function theNextWeek(stage: Stage, acme: Customer, bolt: Customer): Promise<void> {
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

async function aBrokenFile(stage: Stage, acme: Customer): Promise<void> {
  const broken = acme
    .schedule("3", day("2027-02-08"), "A", [bracket("2000", undefined, [["9999", "C", "D", "2027-02-09"]])])
    .replace("SE*", "SE*9");
  stage.say(
    "ACME sends a file whose segment count is wrong: it is refused by a 997 that says so, and changes nothing.",
  );
  await acme.drop("acme-830-3.edi", broken);
  await stage.work();
}

/** What each of the others orders: part, ship-to and order number. */
const HINGE = { part: "EV-2200", order: "E-9001", shipTo: "LEIPZIG" };
const GASKET = { part: "7L0 121 687 A", order: "600123", shipTo: "M11" };
const SLEEVE = { part: "SL-8", order: "C-55", shipTo: "YARD" };

async function otherFamilies(stage: Stage, erp: SimulatedErp, { elbe, isar, copper }: Others): Promise<void> {
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

const lastNote = async (who: Customer): Promise<string | undefined> => (await who.notes()).at(-1);

/** Two weeks later each has booked what the note said that it was sent, and asks for the same weeks again. */
async function theirNextSchedules(stage: Stage, { elbe, isar, copper }: Others): Promise<void> {
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

async function theSecondMonth(stage: Stage, erp: SimulatedErp, others: Others): Promise<void> {
  for (const date of [day("2027-02-22"), day("2027-03-01")]) {
    stage.turnTo(date);
    if (date === "2027-02-22") await theirNextSchedules(stage, others);
    await stage.work();
    const orders = await erp.ship(date, (_line, ordered) =>
      date === "2027-03-01" && ordered === "2200" ? "1500" : ordered,
    );
    stage.say(`${date}: ${orders.join(", ")} made and shipped.`);
    await stage.work();
  }
  stage.say("Of the 2,200 brackets due on 1 March only 1,500 were ready; the other 700 stay open on their order.");
}

/** A schedule that has not come yet, for whoever wants to see what it does. */
async function oneToTry(stage: Stage, acme: Customer): Promise<void> {
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
