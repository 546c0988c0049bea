import assert from "node:assert/strict";
import fc from "fast-check";
import { cheapestTransport, type Imbalance } from "../../src/schedules/transport.ts";
import { addDays, daysBetween, plainDate } from "../../src/values/dates.ts";
import { type Quantity, quantity, writeMillionths } from "../../src/values/figures.ts";

const FIRST = plainDate("2027-03-01");
const on = (day: number) => addDays(FIRST, day - 1);
/** `{ 3: 400 }` removes 400 on 3 March; a negative quantity is added. */
const imbalances = (byDay: Readonly<Record<number, number>>): Imbalance[] =>
  Object.entries(byDay).map(([day, removed]) => ({ date: on(Number(day)), removed: quantity(String(removed)) }));
const dayOf = (date: string) => daysBetween(FIRST, plainDate(date)) + 1;
const units = (of: Quantity) => Number(of / 1_000_000n);
const told = (byDay: Readonly<Record<number, number>>, mostDays = 28) => {
  const { moves, left } = cheapestTransport(imbalances(byDay), mostDays);
  return {
    moves: moves.map((move) => `${writeMillionths(move.quantity)} ${dayOf(move.from)}→${dayOf(move.to)}`),
    left: left.map((one) => `${writeMillionths(one.removed)} on ${dayOf(one.date)}`),
  };
};

/** The least (unmoved, cost) over every way to pair single pieces, tried out. */
function tried(
  pieces: readonly { day: number; removed: boolean }[],
  mostDays: number,
): { moved: number; cost: number } {
  const removed = pieces.filter((piece) => piece.removed).map((piece) => piece.day);
  const added = pieces.filter((piece) => !piece.removed).map((piece) => piece.day);
  let best = { moved: -1, cost: 0 };
  const pair = (index: number, free: readonly number[], moved: number, cost: number): void => {
    if (index === removed.length) {
      if (moved > best.moved || (moved === best.moved && cost < best.cost)) best = { moved, cost };
      return;
    }
    pair(index + 1, free, moved, cost);
    free.forEach((to, position) => {
      const days = Math.abs(to - (removed[index] as number));
      if (days <= mostDays) pair(index + 1, free.toSpliced(position, 1), moved + 1, cost + days);
    });
  };
  pair(0, added, 0, 0);
  return best;
}

describe("moves by cheapest transport", () => {
  it("takes removed quantity to the nearest added one", () => {
    assert.deepEqual(told({ 3: 300, 6: -300, 10: 100 }), { moves: ["300 3→6"], left: ["100 on 10"] });
  });

  it("prefers the nearer addition to the earlier one", () => {
    assert.deepEqual(told({ 1: -100, 6: 100, 7: -100 }), { moves: ["100 6→7"], left: ["-100 on 1"] });
  });

  it("of equal costs gives the earliest removed to the earliest added", () => {
    assert.deepEqual(told({ 1: 100, 6: -100, 11: 100 }), { moves: ["100 1→6"], left: ["100 on 11"] });
    assert.deepEqual(told({ 1: -100, 6: 100, 11: -100 }), { moves: ["100 6→1"], left: ["-100 on 11"] });
    assert.deepEqual(told({ 1: 100, 2: 100, 5: -100, 6: -100 }), { moves: ["100 1→5", "100 2→6"], left: [] });
  });

  it("makes a cut and an addition of what would move farther than the most days", () => {
    assert.deepEqual(told({ 1: 100, 30: -100 }), { moves: [], left: ["100 on 1", "-100 on 30"] });
    assert.deepEqual(told({ 1: 100, 29: -100 }), { moves: ["100 1→29"], left: [] });
  });

  it("moves as much as it can before it moves cheaply", () => {
    assert.deepEqual(told({ 1: 100, 28: 100, 29: -100, 56: -100 }), { moves: ["100 1→29", "100 28→56"], left: [] });
  });

  it("is as cheap as the best of all ways", () => {
    const piece = fc.record({ day: fc.integer({ min: 1, max: 14 }), removed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), fc.integer({ min: 0, max: 9 }), (pieces, mostDays) => {
        const net = new Map<number, number>();
        for (const { day, removed } of pieces) net.set(day, (net.get(day) ?? 0) + (removed ? 1 : -1));
        const cancelled = [...net].flatMap(([day, count]) =>
          Array.from({ length: Math.abs(count) }, () => ({ day, removed: count > 0 })),
        );
        const days = [...net].toSorted(([a], [b]) => a - b);
        const plan = cheapestTransport(
          days.map(([day, count]) => ({ date: on(day), removed: quantity(String(count)) })),
          mostDays,
        );
        const best = tried(cancelled, mostDays);
        const moved = plan.moves.reduce((sum, move) => sum + units(move.quantity), 0);
        const cost = plan.moves.reduce(
          (sum, move) => sum + units(move.quantity) * Math.abs(daysBetween(move.from, move.to)),
          0,
        );
        assert.deepEqual({ moved, cost }, best);
        assert.ok(plan.moves.every((move) => Math.abs(daysBetween(move.from, move.to)) <= mostDays));
        for (const [day, count] of days) {
          const date = on(day);
          const out = plan.moves
            .filter((move) => move.from === date)
            .reduce((sum, move) => sum + units(move.quantity), 0);
          const into = plan.moves
            .filter((move) => move.to === date)
            .reduce((sum, move) => sum + units(move.quantity), 0);
          const left = units(plan.left.find((one) => one.date === date)?.removed ?? (0n as Quantity));
          assert.equal(out - into + left, count);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("plans ten thousand dates in well under a tenth of a second", () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      date: on(index + 1),
      removed: quantity(String(((index * 7919) % 201) - 100)),
    }));
    for (const mostDays of [28, 100_000]) {
      const began = performance.now();
      cheapestTransport(many, mostDays);
      assert.ok(performance.now() - began < 1000);
    }
  });
});
