/** `kill -9` at every crash point, and once more while the next run recovers: the end is the same as without. */
import assert from "node:assert/strict";
import { CRASH_POINTS, type CrashPoint } from "../../src/values/crash-points.ts";
import type { Kind, SystemHome } from "./homes.ts";
import { assertSound, filesIn, stateOf } from "./oracle.ts";
import { DROPPED, drawing, FOREIGN, killAt, passedBy, richHome, runOn } from "./rich.ts";

const SEED = 20_270_401;

/** Points that only a recovery comes to, and where the process is to be killed before. */
const RECOVERING: Readonly<Partial<Record<CrashPoint, CrashPoint>>> = { "leaving-removed": "companion-claimed" };
/** Of a migration (see migrations.test.ts); of several gateways. */
const ELSEWHERE: Readonly<Record<Kind, readonly CrashPoint[]>> = {
  sqlite: ["migrating", "leased"],
  postgres: ["migrating"],
};

export function killedEverywhere(kind: Kind): void {
  describe(`A gateway that is killed on the way of files [${kind}]`, () => {
    let waiting: SystemHome;
    let undisturbed: Awaited<ReturnType<typeof stateOf>>;
    let passed: ReadonlySet<CrashPoint>;
    const homes: SystemHome[] = [];

    const copyOf = async (home: SystemHome): Promise<SystemHome> => {
      const copy = await home.copy();
      homes.push(copy);
      return copy;
    };
    const killedOnce = async (point: CrashPoint): Promise<SystemHome> => {
      const home = await copyOf(waiting);
      const before = RECOVERING[point];
      if (before !== undefined) await killAt(home, before);
      await killAt(home, point);
      return home;
    };
    const assertWhole = async (home: SystemHome): Promise<void> => {
      assert.deepEqual(await stateOf(home), undisturbed);
      await assertSound(home, { dropped: DROPPED + 2, others: [FOREIGN] });
    };

    before(async () => {
      waiting = await richHome(kind);
      const left = await copyOf(waiting);
      passed = new Set(await passedBy(left));
      undisturbed = await stateOf(left);
      await assertWhole(left);
    });
    afterEach(async () => {
      for (const home of homes.splice(0)) await home.remove();
    });
    after(() => waiting.remove());

    it("has much to do: every point is passed, but those of a recovery", () => {
      const names = Object.keys(undisturbed.outbox).join(" ");
      for (const of of [/997_/, /856_/, /810_/, /order_/, /receipt_/, /receivable_/]) assert.match(names, of);
      assert.deepEqual(undisturbed.inbox, []);
      const missing = CRASH_POINTS.filter((point) => !passed.has(point));
      assert.deepEqual(missing, [...Object.keys(RECOVERING), ...ELSEWHERE[kind]].toSorted(inOrder));
    });

    for (const [n, point] of CRASH_POINTS.entries()) {
      if (ELSEWHERE[kind].includes(point)) continue;
      it(`at "${point}", and again while it recovers, ends where one does that was left alone [A1, A3]`, async () => {
        // A home that is copied in the midst of sending has other folders than the ones its files were staged in.
        const once = await killedOnce(point);
        const recovery = await passedBy(once);
        await assertWhole(once);
        if (recovery.length === 0) return;
        const twice = await killedOnce(point);
        await killAt(twice, ...drawnFrom(recovery, drawing(SEED + n)));
        await runOn(twice);
        await assertWhole(twice);
      });
    }

    it("between a file's name and its row that says so, has it written once [A8]", async () => {
      for (const point of ["renamed", "named", "writing"] as const) {
        const home = await copyOf(waiting);
        await killAt(home, point);
        assert.ok(visible(home) > visible(waiting), `${point}: a file has its name`);
        await runOn(home);
        await assertWhole(home);
      }
    });
  });
}

const visible = (home: SystemHome): number =>
  Object.keys(filesIn(home, "outbox")).filter((name) => !/\/\./.test(name)).length;

const inOrder = (a: string, b: string): number =>
  CRASH_POINTS.indexOf(a as CrashPoint) - CRASH_POINTS.indexOf(b as CrashPoint);

/** One of the points that a recovery passes, each with the same chance however often it is passed, and at which time. */
function drawnFrom(recovery: readonly CrashPoint[], draw: () => number): [CrashPoint, number] {
  const points = [...new Set(recovery)];
  const point = points[Math.floor(draw() * points.length)] as CrashPoint;
  const times = recovery.filter((passed) => passed === point).length;
  // Files are written side by side, so the last of them may be another one's.
  return [point, 1 + Math.floor(draw() * times)];
}
