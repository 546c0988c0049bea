import assert from "node:assert/strict";
import fc from "fast-check";
import { ORDER_STATES, type OrderFigures, orderState, shippingState } from "../../src/fulfilment/order-states.ts";
import { addDays, plainDate } from "../../src/values/dates.ts";
import { larger, minus, NOTHING, plus, type Quantity, quantity } from "../../src/values/figures.ts";

const MARCH_1 = plainDate("2027-03-01");
const order = (of: Partial<OrderFigures> = {}): OrderFigures => ({
  ordered: quantity("400"),
  shipped: NOTHING,
  invoiced: NOTHING,
  requiredShipOn: MARCH_1,
  ...of,
});

/** More than was open is booked as ordered too, and only what was shipped is invoiced, less what is left to invoice. */
const sound = (ordered: Quantity, shipped: Quantity, left: Quantity) =>
  order({ ordered: larger(ordered, shipped), shipped, invoiced: larger(NOTHING, minus(shipped, left)) });

describe("the state of a child order", () => {
  it("is open while it is sent and has no required ship date", () => {
    assert.equal(orderState(order({ requiredShipOn: "" }), MARCH_1), "open");
  });
  it("is due up to and on the required ship date", () => {
    assert.equal(orderState(order(), addDays(MARCH_1, -20)), "due");
    assert.equal(orderState(order(), MARCH_1), "due");
  });
  it("is overdue from the day after, until all is shipped", () => {
    assert.equal(orderState(order(), addDays(MARCH_1, 1)), "overdue");
    assert.equal(orderState(order({ shipped: quantity("399") }), addDays(MARCH_1, 1)), "overdue");
    assert.equal(orderState(order({ shipped: quantity("400") }), addDays(MARCH_1, 1)), "open");
  });
  it("is partially invoiced before it is overdue", () => {
    const figures = order({ shipped: quantity("100"), invoiced: quantity("100") });
    assert.equal(orderState(figures, addDays(MARCH_1, 9)), "partially invoiced");
  });
  it("is invoiced when all that is ordered has been billed, also after a short close or an over-shipment", () => {
    assert.equal(orderState(order({ shipped: quantity("400"), invoiced: quantity("400") }), MARCH_1), "invoiced");
    const short = order({ ordered: quantity("300"), shipped: quantity("300"), invoiced: quantity("300") });
    assert.equal(orderState(short, MARCH_1), "invoiced");
    const over = order({ ordered: quantity("450"), shipped: quantity("450"), invoiced: quantity("400") });
    assert.equal(orderState(over, MARCH_1), "partially invoiced");
  });
  it("is cancelled when nothing of it is left, before anything else", () => {
    assert.equal(orderState(order({ ordered: NOTHING }), addDays(MARCH_1, 9)), "cancelled");
  });
  it("is a draft until it is sent", () => {
    assert.equal(orderState(order({ draft: true }), MARCH_1), "draft");
  });
  it("never moves back as shipping and invoicing go on", () => {
    const figure = fc.integer({ min: 0, max: 500 }).map((n) => BigInt(n) as Quantity);
    fc.assert(
      fc.property(figure, figure, figure, figure, (ordered, shipped, more, left) => {
        const asked = plus(ordered, 1n as Quantity);
        const before = sound(asked, shipped, left);
        const after = sound(asked, plus(shipped, more), left);
        const late = addDays(MARCH_1, 1);
        const rank = (figures: OrderFigures) => ORDER_STATES.indexOf(orderState(figures, late));
        // Overdue turns into open by shipping in full; every other step goes on.
        if (orderState(after, late) !== "open") assert.ok(rank(after) >= rank(before));
      }),
    );
  });
});

describe("the shipping state of a child order", () => {
  it("is none, partial or shipped", () => {
    assert.equal(shippingState(order()), "none");
    assert.equal(shippingState(order({ shipped: quantity("1") })), "partial");
    assert.equal(shippingState(order({ shipped: quantity("400") })), "shipped");
    assert.equal(shippingState(order({ shipped: quantity("401") })), "shipped");
  });
});
