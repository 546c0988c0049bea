import assert from "node:assert/strict";
import fc from "fast-check";
import { type Bucket, bucketsOf, comparison, intervalOf } from "../../src/schedules/buckets.ts";
import { readSteps, writeSteps } from "../../src/schedules/curve-text.ts";
import { applyDiff, diffOf, isUnchanged, totalsOf } from "../../src/schedules/diff.ts";
import { diffFromJson } from "../../src/schedules/diff-json.ts";
import { endHeight, incrementsOf } from "../../src/schedules/heights.ts";
import { effectiveCurve } from "../../src/schedules/layers.ts";
import { releasableCurve } from "../../src/schedules/releasable.ts";
import { dueNow, firstOrderOn, nextOrderOn, releasePlan } from "../../src/schedules/release-plan.ts";
import { orderDating } from "../../src/schedules/ship-dates.ts";
import type { Curve } from "../../src/schedules/types.ts";
import { judge, verdictInText } from "../../src/schedules/verdict.ts";
import { addDays, type PlainDate } from "../../src/values/dates.ts";
import { larger, minus, plus, type Quantity, total } from "../../src/values/figures.ts";
import {
  day,
  inForce,
  MONDAY_TO_FRIDAY,
  ordersOf,
  pieces,
  policyOf,
  type ScheduleSpec,
  type StepSpec,
  sameDay,
  scheduleOf,
} from "./schedules.ts";

const START = day("2027-03-01");
const date = fc.integer({ min: 0, max: 60 }).map((days) => addDays(START, days));
const commitment = fc.constantFrom("firm", "planned", "material", undefined);

const step: fc.Arbitrary<StepSpec> = fc
  .record({
    from: date,
    quantity: fc.integer({ min: 0, max: 50 }).map((count) => count * 10),
    timing: fc.constantFrom("day", "day", "day", "week", "month", "range", "backlog", "immediate", "remainder"),
    length: fc.integer({ min: 0, max: 40 }),
    commitment,
    reference: fc.constantFrom("", "", "R1", "R2"),
  })
  .map(({ from, quantity, timing, length, commitment: said, reference }) => ({
    from,
    quantity,
    timing: timing as NonNullable<StepSpec["timing"]>,
    ...(timing === "range" ? { to: addDays(from, length) } : {}),
    ...(said === undefined ? {} : { commitment: said }),
    ...(reference === "" ? {} : { reference, referenceKind: "DO" }),
  }));

const spec: fc.Arbitrary<ScheduleSpec> = fc
  .record({
    issued: fc.integer({ min: 0, max: 30 }),
    received: fc.integer({ min: 0, max: 40 }).map((count) => count * 25),
    steps: fc.array(step, { maxLength: 12 }),
    until: fc.option(fc.integer({ min: 0, max: 70 }), { nil: undefined }),
  })
  .map(({ issued, received, steps, until }) => ({
    issuedOn: addDays(START, issued),
    received,
    steps,
    ...(until === undefined ? {} : { horizon: { to: addDays(START, until) } }),
  }));
const curve = spec.map(scheduleOf);
const tightest = (of: readonly Bucket[], { from, to }: Bucket): Bucket | undefined =>
  of.filter((bucket) => bucket.from <= from && bucket.to >= to).toSorted((a, b) => (a.to < b.to ? -1 : 1))[0];
const moveDays = fc.constantFrom(0, 3, 28);
const POLICY = policyOf({ first: "accept" });

const judged = (old: Curve | undefined, next: Curve) =>
  judge({
    policy: POLICY,
    businessDate: next.messageDate,
    old,
    next,
    effective: inForce(next),
    releasable: releasableCurve(inForce(next), POLICY.mayRelease, { sendsCallOffs: false }),
    shipped: pieces(0),
  });

const planOf = (of: Curve, pack: number, released: Quantity, businessDate: PlainDate) =>
  releasePlan({
    curve: releasableCurve(inForce(of), POLICY.mayRelease, { sendsCallOffs: false }),
    dates: sameDay(businessDate),
    businessDate,
    released: { total: released },
    pack: pieces(pack),
  });

describe("for any schedules", () => {
  it("replaying a schedule changes nothing", () => {
    fc.assert(
      fc.property(spec, (once) => {
        assert.deepEqual(scheduleOf(once), scheduleOf(structuredClone(once)));
        const again = judged(scheduleOf(once), scheduleOf(once));
        assert.equal(again.outcome, "pass");
        assert.match(again.sentence, /^nothing changed/);
      }),
    );
  });

  it("the diff of equal curves is empty", () => {
    fc.assert(
      fc.property(curve, moveDays, (one, most) => {
        const diff = diffOf(one, one, { moveDays: most });
        assert.ok(isUnchanged(diff));
        assert.deepEqual([diff.regrouped, diff.commitments, diff.backlog], [[], [], undefined]);
      }),
    );
  });

  it("the old curve and the moves, cuts, additions and horizon lists of the stored verdict give the new curve", () => {
    fc.assert(
      fc.property(curve, curve, (old, next) => {
        const stored = verdictInText(judged(old, next));
        const { heights: _heights, ...lists } = diffFromJson((JSON.parse(stored) as { diff: unknown }).diff);
        const applied = applyDiff(old, { ...lists, heights: [], buckets: bucketsOf(next.steps, next.messageDate) });
        const at = comparison(
          bucketsOf(old.steps, next.messageDate),
          bucketsOf(next.steps, next.messageDate),
          next.messageDate,
        );
        const wanted = new Map<PlainDate, Quantity>();
        const base = larger(old.base, next.base);
        for (const { step: one, quantity } of incrementsOf(next, base)) {
          const on = at.second(one);
          wanted.set(on, plus(wanted.get(on) ?? pieces(0), quantity));
        }
        let height = base;
        for (const { date: on, cumulative } of applied) {
          height = plus(height, wanted.get(on) ?? pieces(0));
          wanted.delete(on);
          assert.equal(cumulative, height, on);
        }
        assert.deepEqual(
          [...wanted.values()].filter((quantity) => quantity !== 0n),
          [],
        );
      }),
      { numRuns: 500 },
    );
  });

  it("quantities balance: added − cut, both kinds, is the difference of the two ends", () => {
    fc.assert(
      fc.property(curve, curve, moveDays, (old, next, most) => {
        const diff = diffOf(old, next, { moveDays: most });
        const { added, horizonAdded, cut, horizonDropped } = totalsOf(diff);
        const lifted = (one: Curve) => larger(diff.liftedTo, endHeight(one));
        assert.equal(minus(plus(added, horizonAdded), plus(cut, horizonDropped)), minus(lifted(next), lifted(old)));
      }),
    );
  });

  it("moves none farther than the policy's days, and none to its own date", () => {
    fc.assert(
      fc.property(curve, curve, moveDays, (old, next, most) => {
        for (const move of diffOf(old, next, { moveDays: most }).moves) {
          assert.ok(move.from !== move.to && move.quantity > 0n);
          assert.ok(addDays(move.from, most) >= move.to && addDays(move.to, most) >= move.from);
        }
      }),
    );
  });

  it("a stored diff comes back as it was", () => {
    fc.assert(
      fc.property(curve, curve, (old, next) => {
        const { diff } = judged(old, next);
        const stored = JSON.parse(verdictInText(judged(old, next))) as { diff: unknown };
        assert.deepEqual(diffFromJson(stored.diff), { ...diff, heights: [], buckets: [] });
      }),
    );
  });

  it("stored steps come back as they were", () => {
    const odd = fc.string({ unit: "binary", maxLength: 6 });
    fc.assert(
      fc.property(curve, odd, odd, (one, reference, window) => {
        const steps = one.steps.map(({ layer: _layer, ...held }) => ({
          ...held,
          reference,
          window,
          commitment: `|${window}\\`,
        }));
        assert.deepEqual(readSteps(writeSteps(steps)), steps);
      }),
    );
  });

  const demand = fc.record({
    spec,
    pack: fc.constantFrom(0, 7, 30, 240),
    released: fc.integer({ min: 0, max: 3000 }),
    business: fc.integer({ min: 0, max: 70 }),
  });
  it("releasing twice orders once", () => {
    fc.assert(
      fc.property(demand, ({ spec: of, pack, released, business }) => {
        const [one, businessDate] = [scheduleOf(of), addDays(START, business)];
        const due = dueNow(planOf(one, pack, pieces(released), businessDate));
        const ordered = total(due.map((release) => release.quantity));
        const counted = larger(pieces(released), one.base);
        assert.deepEqual(dueNow(planOf(one, pack, plus(counted, ordered), businessDate)), []);
      }),
    );
  });

  it("the first date on which something is to be ordered is that of the whole plan", () => {
    const parts = fc.record({
      named: fc.array(
        fc.record({ name: fc.constantFrom("R1", "R2"), quantity: fc.constantFrom(100, 900).map(pieces) }),
      ),
      later: fc.array(fc.record({ orderOn: date, quantity: fc.constantFrom(50, 400).map(pieces) })),
    });
    fc.assert(
      fc.property(
        demand,
        parts,
        fc.boolean(),
        fc.constantFrom("per-date", "all-due"),
        (of, { named, later }, plain, grouping) => {
          const one = scheduleOf(of.spec);
          const input = {
            curve: releasableCurve(inForce(one), POLICY.mayRelease, { sendsCallOffs: false }),
            dates: orderDating(one.dates, ordersOf({ leadDays: 2 }), MONDAY_TO_FRIDAY, addDays(START, of.business)),
            released: { total: pieces(of.released), ...(plain ? {} : { named, later }) },
            businessDate: addDays(START, of.business),
            pack: pieces(of.pack),
            grouping: grouping,
          };
          assert.equal(firstOrderOn(input), nextOrderOn(releasePlan(input)));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("a step is compared at the end of the tightest bucket around it, of either side, until both sides agree", () => {
    fc.assert(
      fc.property(curve, curve, (old, next) => {
        const sides = [bucketsOf(old.steps, next.messageDate), bucketsOf(next.steps, next.messageDate)] as const;
        const at = comparison(sides[0], sides[1], next.messageDate);
        for (const [of, steps] of [old.steps, next.steps].entries()) {
          for (const one of steps) {
            let held: Bucket = intervalOf(one, next.messageDate);
            for (let other = 1 - of; ; other = 1 - other) {
              const around = tightest(sides[other] as readonly Bucket[], held);
              if (around === undefined || around.to === held.to) break;
              held = around;
            }
            assert.equal((of === 0 ? at.first : at.second)(one), held.to);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("all releases together exceed the releasable curve by less than one pack, and never fall short of it", () => {
    fc.assert(
      fc.property(demand, ({ spec: of, pack, business }) => {
        const one = scheduleOf(of);
        let released = one.base;
        for (let passed = 0; passed <= 200; passed += 20 + (business % 7)) {
          const due = dueNow(planOf(one, pack, released, addDays(START, passed)));
          released = plus(released, total(due.map((release) => release.quantity)));
        }
        const wanted = endHeight(releasableCurve(inForce(one), POLICY.mayRelease, { sendsCallOffs: false }));
        const excess = minus(released, wanted);
        assert.ok(excess >= 0n && excess < larger(pieces(pack), 1n as Quantity), `${excess}`);
      }),
    );
  });

  it("the order in which a message lists its steps does not matter", () => {
    fc.assert(
      fc.property(spec, fc.infiniteStream(fc.nat()), (of, random) => {
        const shuffled = of.steps
          .map((held, index) => ({ held: { ...held, segment: index + 1 }, key: random.next().value as number }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ held }) => held);
        assert.deepEqual(scheduleOf({ ...of, steps: shuffled }), scheduleOf(of));
      }),
    );
  });

  it("the curve in force stands in date order, does not fall, and ends with the call-off and what follows it", () => {
    fc.assert(
      fc.property(spec, spec, (forecast, callOff) => {
        const called = scheduleOf({ ...callOff, layer: "call-off" });
        const effective = effectiveCurve({ forecast: scheduleOf(forecast), callOff: called });
        const steps = effective?.steps.filter((held) => held.kind !== "remainder") ?? [];
        for (const [index, held] of steps.entries()) {
          const before = steps[index - 1];
          assert.ok(before === undefined || (before.date <= held.date && before.cumulative <= held.cumulative));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("no planning step ever ships, whatever the policy releases", () => {
    fc.assert(
      fc.property(spec, fc.boolean(), fc.constantFrom("forecast" as const, "call-off" as const), (of, calls, layer) => {
        const rules = policyOf({
          mayRelease: { commitments: ["firm", "immediate", "manufacturing", "material"] },
        }).mayRelease;
        const ships = releasableCurve(inForce(scheduleOf(of), layer), rules, { sendsCallOffs: calls });
        assert.ok(ships.steps.every((held) => held.commitment !== "planned" && held.kind !== "remainder"));
        const planned = { ...of, steps: of.steps.map((held) => ({ ...held, commitment: "planned" })) };
        const none = releasableCurve(inForce(scheduleOf(planned), layer), rules, { sendsCallOffs: calls });
        assert.deepEqual(none.steps, []);
      }),
    );
  });
});
