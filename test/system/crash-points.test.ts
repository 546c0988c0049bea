/** `kill -9` at every crash point, and once more while the next run recovers: the end is the same as without. */
import assert from "node:assert/strict";
import { CRASH_POINTS, type CrashPoint } from "../../src/values/crash-points.ts";
import { confirmation, KINDS, nextForecast, type SystemHome, stateOf, systemHome } from "./homes.ts";
import { assertSound } from "./oracle.ts";

const DAY = "2027-04-01";

/** Where the recovery from a point is killed: the next point on the way, or where the next file to be written comes. */
const secondPoint = (point: CrashPoint): CrashPoint =>
  CRASH_POINTS[CRASH_POINTS.indexOf(point) + 1] ?? "temporary-written";

/** An order is made and written; then the customer's next schedule and the ERP's word of what was shipped lie there. */
async function waitingHome(kind: (typeof KINDS)[number]): Promise<SystemHome> {
  const home = await systemHome(kind);
  home.drop("erp", "blanket.json", home.sample("blanket-order.json"));
  await home.on("2027-03-01", ["run"]);
  home.drop("acme", "first.edi", home.sample("forecast.edi"));
  await home.on("2027-03-01", ["run"]);
  home.drop("acme", "next.edi", nextForecast(home, 2, "2400"));
  home.drop("erp", "shipped.json", confirmation("1", "SO-000001", "2000"));
  return home;
}

for (const kind of KINDS) {
  describe(`A gateway that is killed on the way of files [${kind}]`, () => {
    let waiting: SystemHome;
    let undisturbed: Awaited<ReturnType<typeof stateOf>>;
    let home: SystemHome | undefined;

    before(async () => {
      waiting = await waitingHome(kind);
      const left = await waiting.copy();
      await left.on(DAY, ["run"]);
      undisturbed = await stateOf(left);
      await left.remove();
    });
    afterEach(async () => {
      await home?.remove();
      home = undefined;
    });
    after(() => waiting.remove());

    it("has much to do: acknowledgement, order, ship notice, invoice and receipts", () => {
      const names = Object.keys(undisturbed.outbox).join(" ");
      for (const pattern of [/997_/g, /order_SO-/g]) assert.equal(names.match(pattern)?.length, 2, names);
      assert.match(names, /856_SH-000001.*810_IN-000001|810_IN-000001.*856_SH-000001/);
      assert.deepEqual(undisturbed.inbox, []);
      assert.ok(undisturbed.files.every((file) => file.endsWith(": applied")));
    });

    for (const point of CRASH_POINTS) {
      const second = secondPoint(point);
      it(`at "${point}", and at "${second}" while it recovers, ends where one does that was left alone [A1, A3]`, async () => {
        home = await waiting.copy();
        for (const each of [point, second]) {
          const { signal } = await home.on(DAY, ["run"], { CALLOFF_CRASH_AT: `${each}:1` });
          assert.equal(signal, "SIGKILL", `${each} was not reached`);
        }
        await home.on(DAY, ["run"]);
        assert.deepEqual(await stateOf(home), undisturbed);
        await assertSound(home, { dropped: 4 });
      });
    }
  });
}
