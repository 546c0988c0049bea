import assert from "node:assert/strict";
import fc from "fast-check";
import { type OpenLine, peg } from "../../src/schedules/pegging.ts";
import { addDays } from "../../src/values/dates.ts";
import { minus, plus, total, writeMillionths } from "../../src/values/figures.ts";
import { day, inForce, on, pieces, type StepSpec, sameDay, scheduleOf } from "./schedules.ts";

const line = (id: number, open: number, orderOn: string, more: Partial<OpenLine> = {}): OpenLine => ({
  id,
  open: pieces(open),
  orderOn: day(orderOn),
  ...more,
});
const changes = (steps: StepSpec[], lines: OpenLine[], more: Partial<Parameters<typeof peg>[0]> = {}, received = 0) =>
  peg({
    curve: inForce(scheduleOf({ issuedOn: "2027-03-01", received, steps })),
    dates: sameDay("2027-03-01"),
    businessDate: day("2027-03-01"),
    shipped: pieces(received),
    lines,
    ...more,
  }).map((change) => {
    const keeps = change.keeps && ` ${writeMillionths(change.keeps.quantity)} on ${change.keeps.orderOn.slice(8)}`;
    const apart = change.apart.map((one) => `, ${writeMillionths(one.quantity)} on ${one.orderOn.slice(8)}`).join("");
    return `${change.line} ${change.change}${keeps ?? ""}${apart}`;
  });

const named = (reference: string) => ({ reference, referenceKind: "DO" });

describe("open orders after a change", () => {
  it("stay as they are when the demand does", () => {
    const lines = [line(1, 400, "2027-03-03"), line(2, 600, "2027-03-10")];
    assert.deepEqual(changes([on("2027-03-03", 400), on("2027-03-10", 600)], lines), []);
    assert.deepEqual(changes([on("2027-03-03", 400), on("2027-03-10", 900)], lines), []);
  });

  it("give a part to an earlier date that rises, for released quantity covers the earliest demand", () => {
    const lines = [line(1, 400, "2027-03-03"), line(2, 600, "2027-03-10")];
    assert.deepEqual(changes([on("2027-03-03", 500), on("2027-03-10", 900)], lines), ["2 split 500 on 10, 100 on 03"]);
  });

  it("move with their number, are cut, or cancelled, the latest first", () => {
    const lines = [line(1, 400, "2027-03-03"), line(2, 600, "2027-03-10")];
    assert.deepEqual(changes([on("2027-03-05", 400), on("2027-03-10", 600)], lines), ["1 date 400 on 05"]);
    assert.deepEqual(changes([on("2027-03-03", 400), on("2027-03-10", 500)], lines), ["2 cut 500 on 10"]);
    assert.deepEqual(changes([on("2027-03-03", 300)], lines), ["1 cut 300 on 03", "2 cancel"]);
    assert.deepEqual(changes([], lines), ["1 cancel", "2 cancel"]);
  });

  it("split where a part moves", () => {
    const lines = [line(1, 400, "2027-03-03"), line(2, 600, "2027-03-10")];
    assert.deepEqual(changes([on("2027-03-03", 100), on("2027-03-06", 300), on("2027-03-10", 500)], lines), [
      "1 split 100 on 03, 300 on 06",
      "2 cut 500 on 10",
    ]);
  });

  it("cover what shipped quantity has left", () => {
    const lines = [line(1, 400, "2027-03-10")];
    assert.deepEqual(changes([on("2027-03-03", 400), on("2027-03-10", 400)], lines, { shipped: pieces(400) }), []);
    assert.deepEqual(changes([on("2027-03-03", 400), on("2027-03-10", 400)], lines, { shipped: pieces(600) }), [
      "1 cut 200 on 10",
    ]);
  });

  it("stay, are named, and go ahead when they are picked or frozen", () => {
    const lines = [line(1, 400, "2027-03-03", { fixed: "picked" }), line(2, 400, "2027-03-10")];
    assert.deepEqual(changes([on("2027-03-10", 400)], lines), ["1 stays 400 on 10", "2 cancel"]);
    const [one] = peg({
      curve: inForce(scheduleOf({ issuedOn: "2027-03-01", received: 0, steps: [on("2027-03-10", 300)] })),
      dates: sameDay("2027-03-01"),
      businessDate: day("2027-03-01"),
      shipped: pieces(0),
      lines: lines.slice(0, 1),
    });
    assert.deepEqual([one?.change, one?.ahead, one?.fixed], ["stays", pieces(400), "picked"]);
  });

  it("keep to the step of their own name", () => {
    const lines = [line(1, 100, "2027-03-03", { name: "R1" }), line(2, 100, "2027-03-04", { name: "R2" })];
    assert.deepEqual(changes([on("2027-03-03", 100, named("R2")), on("2027-03-04", 100, named("R1"))], lines), [
      "1 date 100 on 04",
      "2 date 100 on 03",
    ]);
    assert.deepEqual(changes([on("2027-03-04", 100, named("R2"))], lines), ["1 cancel"]);
  });

  it("do not move from one day that has passed to another", () => {
    assert.deepEqual(changes([{ timing: "backlog", quantity: 100 }], [line(1, 100, "2027-02-20")]), []);
  });

  it("leave a withheld quantity its own demand", () => {
    const withheld = [{ orderOn: day("2027-03-10"), quantity: pieces(400) }];
    const steps = [on("2027-03-03", 400), on("2027-03-10", 400)];
    assert.deepEqual(changes(steps, [line(1, 400, "2027-03-03")], { withheld }), []);
  });

  it("stay below a base that counts them as history", () => {
    const lines = [line(1, 100, "2027-03-02"), line(2, 50, "2027-03-10")];
    assert.deepEqual(changes([on("2027-03-10", 50)], lines, { shipped: pieces(400) }, 500), []);
  });

  it("balance: what a line held is what it keeps, gives away and loses", () => {
    const at = fc.integer({ min: 0, max: 20 });
    const count = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(at, count), { maxLength: 8 }),
        fc.array(fc.tuple(at, count, fc.boolean()), { maxLength: 8 }),
        fc.integer({ min: 0, max: 20 }),
        (demand, held, shipped) => {
          const from = day("2027-03-01");
          const lines = held.map(([days, open, fixed], id) =>
            line(id, open, addDays(from, days), fixed ? { fixed: "picked" } : {}),
          );
          const curve = inForce(
            scheduleOf({
              issuedOn: from,
              received: 0,
              steps: demand.map(([days, quantity]) => on(addDays(from, days), quantity)),
            }),
          );
          const found = peg({ curve, dates: sameDay(from), businessDate: from, shipped: pieces(shipped), lines });
          for (const change of found) {
            const kept = change.keeps === undefined ? [] : [change.keeps];
            const parts = total([...kept, ...change.apart].map((portion) => portion.quantity));
            assert.equal(plus(parts, change.cut), lines[change.line]?.open);
          }
          const wanted = demand.reduce((sum, [, quantity]) => sum + quantity, 0);
          const open = total(lines.map((one) => one.open));
          const excess = minus(open, pieces(Math.max(0, wanted - shipped)));
          assert.equal(total(found.map((change) => change.cut)), excess > 0n ? excess : 0n);
        },
      ),
    );
  });
});
