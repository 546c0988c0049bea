/** Random weeks of files, decisions, shipments and crashes, against a model of the domain. */
import { databases } from "../../support/databases.ts";
import { assertTold } from "./at-the-end.ts";
import { openHouse } from "./house.ts";
import { LIKENESSES } from "./likenesses.ts";
import { compareWeeks, playWeeks } from "./run.ts";

const SEED = Number(process.env["CALLOFF_TEST_SEED"] ?? "20270301");

describe("Random weeks", () => {
  for (const kind of databases) {
    it(`come out as a small model of the domain has them, after every step [${kind}]`, async function () {
      this.timeout(300_000);
      await playWeeks((rules, today) => openHouse(rules, today, kind), {
        runs: 20,
        most: 30,
        // On a slow machine fewer weeks; the time also bounds how long a failing one is shortened.
        milliseconds: 120_000,
        seed: SEED,
        atTheEnd: assertTold,
      });
    });
  }
});

describe("The same business", () => {
  for (const [n, [way, likeness]] of Object.entries(LIKENESSES).entries()) {
    it(`comes to the same by ${way}`, async function () {
      this.timeout(300_000);
      const playing = { runs: 3, most: 20, milliseconds: 120_000, seed: SEED + n, atTheEnd: assertTold };
      await compareWeeks(openHouse, likeness, playing);
    });
  }
});
