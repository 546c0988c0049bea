/** What happens in the demo, day by day: five customers, an ERP and a planner play their parts. */
import { ACME, aBrokenFile, agreementsAreMade, BOLT, firstSchedules, oneToTry, theNextWeek } from "./acme-and-bolt.ts";
import { customer } from "./customer.ts";
import { type Others, otherFamilies, theirNextSchedules } from "./elbe-isar-copper.ts";
import { type SimulatedErp, simulatedErp } from "./erp.ts";
import { edifact } from "./speaks-edifact.ts";
import { tables } from "./speaks-tables.ts";
import { vda } from "./speaks-vda.ts";
import { x12 } from "./speaks-x12.ts";
import { day, type Stage } from "./stage.ts";

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
