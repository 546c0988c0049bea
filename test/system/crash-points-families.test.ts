/** `kill -9` on the ways that only EDIFACT, VDA and tables take: read, applied, answered and written by mappings of their own. */
import assert from "node:assert/strict";
import { CRASH_POINTS, type CrashPoint } from "../../src/values/crash-points.ts";
import { FAMILIES, type Family, familyHome, filesOf } from "./families.ts";
import { KINDS, type SystemHome } from "./homes.ts";
import { assertSound, stateOf } from "./oracle.ts";
import { drawing, killAt, passedBy, recover } from "./rich.ts";

const SEED = 20_270_403;
/** So many of the points that every family passes in the same way as X12: crash-points-*.test.ts kills at each of them. */
const DRAWN = 4;

/** Reading, applying, answering and rendering: what is done by the family, or by its mapping. */
const OWN: readonly CrashPoint[] = [
  "mapped",
  "reading-kept",
  "applying",
  "lines-applied",
  "matching",
  "matched",
  "applied",
  "set-finished",
  "answering",
  "answered",
  "rendering",
  "rendered",
];
/** Of those, where a family has nothing to do: only EDIFACT answers what we sent. */
const NEVER: Readonly<Record<Family, readonly CrashPoint[]>> = {
  edifact: [],
  vda: ["matching", "matched"],
  table: ["matching", "matched"],
};
/** What is written at last, by its first name. */
const WRITES: Readonly<Record<Family, readonly RegExp[]>> = {
  edifact: [/CONTRL_/, /DESADV_SH-000002/, /INVOIC_/],
  vda: [/4913_SH-000002/],
  table: [/ship-notice_SH-000002/, /invoice_/],
};

for (const kind of KINDS) {
  for (const family of FAMILIES) {
    describe(`A gateway that is killed over files of the family ${family} [${kind}]`, () => {
      let waiting: SystemHome;
      let undisturbed: Awaited<ReturnType<typeof stateOf>>;
      let passed: readonly CrashPoint[];
      let dropped: number;
      const draw = drawing(SEED);

      before(async () => {
        waiting = await familyHome(kind, family);
        dropped = filesOf(waiting, family);
        const left = await waiting.copy();
        passed = await passedBy(left);
        undisturbed = await stateOf(left);
        await assertSound(left, { dropped });
        await left.remove();
      });
      after(() => waiting.remove());

      /** What differs in the end from a run that was left alone, killed once at any of the times that it comes to the point. */
      async function killedOver(point: CrashPoint): Promise<void> {
        const times = passed.filter((one) => one === point).length;
        const home = await waiting.copy();
        try {
          await killAt(home, point, 1 + Math.floor(draw() * times));
          await recover(home);
          assert.deepEqual(await stateOf(home), undisturbed);
          await assertSound(home, { dropped });
        } finally {
          await home.remove();
        }
      }

      it("has all of the family to do, and comes to every point of it", () => {
        const names = Object.keys(undisturbed.outbox).join(" ");
        for (const wanted of WRITES[family]) assert.match(names, wanted);
        assert.deepEqual(
          OWN.filter((point) => !passed.includes(point)),
          NEVER[family],
        );
      });

      for (const point of OWN) {
        if (NEVER[family].includes(point)) continue;
        it(`at "${point}", ends where one does that was left alone [A1]`, () => killedOver(point));
      }

      it(`at ${DRAWN} of the points that it shares with the others, ends where one does that was left alone [A1]`, async () => {
        const shared = CRASH_POINTS.filter((point) => passed.includes(point) && !OWN.includes(point));
        for (let n = 0; n < DRAWN; n += 1) {
          const [point] = shared.splice(Math.floor(draw() * shared.length), 1);
          await killedOver(point as CrashPoint);
        }
      });
    });
  }
}
