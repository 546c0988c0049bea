import assert from "node:assert/strict";
import fc from "fast-check";
import type { ShipmentConfirmation } from "../../src/documents/erp.ts";
import type { OrderLine } from "../../src/fulfilment/order-lines.ts";
import { contentOf, openOn, planShipments } from "../../src/fulfilment/shipment-plan.ts";
import { NO_TOTALS, type Totals } from "../../src/store/ledger.ts";
import { minus, plus, type Quantity, writeMillionths } from "../../src/values/figures.ts";

/** Only what planning looks at. */
const orderLine = (id: number, shipTo: string): OrderLine =>
  ({
    reference: `SO-000001/${id}`,
    line: { id, state: "open" },
    order: { partner: "acme", ship_to: shipTo, state: "open" },
  }) as OrderLine;
const LINES = new Map([10, 20, 30].map((id) => [`SO-000001/${id}`, orderLine(id, id === 30 ? "DOCK2" : "DOCK1")]));

interface Said {
  readonly id: number;
  readonly quantity: bigint;
  readonly closeShort: boolean;
}
const confirmationOf = (said: readonly Said[]): ShipmentConfirmation => ({
  schema: "calloff/shipment-confirmation/1",
  confirmation: "ERP-1",
  lines: said.map(({ id, quantity, closeShort }) => ({
    orderLine: `SO-000001/${id}`,
    quantity: writeMillionths(quantity),
    closeShort,
  })),
});

const figure = fc.bigInt({ min: 1n, max: 2_000_000_000n });
const said = fc.array(fc.record({ id: fc.constantFrom(10, 20, 30), quantity: figure, closeShort: fc.boolean() }), {
  minLength: 1,
  maxLength: 8,
});
const released = fc.tuple(figure, figure, figure);

describe("what a confirmation means for its order lines", () => {
  it("keeps released = open + shipped on every line, whatever is confirmed", () => {
    fc.assert(
      fc.property(released, said, (figures, lines) => {
        const totals = new Map<number, Totals>(
          [10, 20, 30].map((id, n) => [id, { ...NO_TOTALS, released: figures[n] as Quantity }]),
        );
        for (const { lines: planned } of planShipments(confirmationOf(lines), LINES, new Map(totals))) {
          for (const line of planned) {
            const before = totals.get(line.of.line.id) as Totals;
            const after = {
              ...before,
              released: minus(plus(before.released, line.excess), line.givenBack),
              shipped: plus(before.shipped, line.quantity),
            };
            assert.ok(after.released >= after.shipped, "more was shipped than counts as released");
            if (line.closes) assert.equal(openOn(after), 0n, "a closed line is open");
            if (line.excess > 0n) assert.equal(line.givenBack, 0n, "more and less than was open at once");
            totals.set(line.of.line.id, after);
          }
        }
      }),
    );
  });

  it("ships every quantity once, and each ship-to apart", () => {
    fc.assert(
      fc.property(said, (lines) => {
        const planned = planShipments(confirmationOf(lines), LINES, new Map());
        const ordinals = planned.flatMap((each) => each.lines.map(({ ordinal }) => ordinal)).toSorted((a, b) => a - b);
        assert.deepEqual(
          ordinals,
          lines.map((_, n) => n),
        );
        for (const { shipTo, lines: own } of planned) assert.ok(own.every(({ of }) => of.order.ship_to === shipTo));
        assert.equal(new Set(planned.map(({ shipTo }) => shipTo)).size, planned.length);
      }),
    );
  });
});

describe("the content of a confirmation", () => {
  it("does not depend on the order of its lines or on how figures are spelled", () => {
    fc.assert(
      fc.property(said, (lines) => {
        const turned = confirmationOf(lines.toReversed());
        const spelled = turned.lines.map((line) => ({
          ...line,
          orderLine: line.orderLine.replace("/", "/0"),
          quantity: line.quantity.includes(".") ? line.quantity : `${line.quantity}.000`,
        }));
        assert.equal(contentOf({ ...turned, lines: spelled }), contentOf(confirmationOf(lines)));
      }),
    );
  });

  it("differs with any quantity", () => {
    fc.assert(
      fc.property(said, (lines) => {
        const [first, ...rest] = lines as [Said, ...Said[]];
        const other = [{ ...first, quantity: first.quantity + 1n }, ...rest];
        assert.notEqual(contentOf(confirmationOf(other)), contentOf(confirmationOf(lines)));
      }),
    );
  });
});
