/** A document that does not fit its kind is told in words: field, expected, found; never as a dump of the schema's library. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { deliverySchedule } from "../../src/documents/delivery-schedule.ts";
import { misfitsOf } from "../../src/exchange/document-fit.ts";

const PLACE = { file: "forecast.edi", set: { firstSegment: 3 } };
const misfits = (document: unknown) => misfitsOf("delivery-schedule", document, PLACE);
const withStep = (step: object) => ({ numbers: "message", lines: [{ segment: 3, steps: [{ segment: 5, ...step }] }] });
/** What was expected, and what was found. */
const told = (step: object) => misfits(withStep(step)).map(({ expected, found }) => [expected, found]);

describe("a document that does not fit its kind", () => {
  it("names the field, the words that it takes and the one found, at the segment that states it", () => {
    const [finding, more] = misfits(withStep({ quantity: "5", timing: "fortnight" }));
    assert.equal(more, undefined);
    assert.deepEqual(finding, {
      code: "EXCHANGE_DOCUMENT_FIELD",
      severity: "reject",
      message: "lines[0].steps[0].timing does not fit the delivery-schedule",
      place: { file: "forecast.edi", segment: 7, inSet: 5, field: "lines[0].steps[0].timing" },
      expected: "one of day, week, month, range, backlog, immediate, forecast-start, no-demand, remainder",
      found: "fortnight",
      remedy: "Correct the message, or the mapping that lets this value pass",
      ack: { set: "5" },
    });
  });

  it("says that nothing was found where a field has to be stated", () => {
    const [finding] = misfits(withStep({}));
    assert.deepEqual(
      [finding?.place.field, finding?.expected, finding?.found],
      ["lines[0].steps[0].quantity", "a value", "nothing"],
    );
  });

  it("names the fields that the document does not have", () => {
    const [finding] = misfits(withStep({ quantity: "5", quantitee: "6" }));
    assert.deepEqual(
      [finding?.place.field, finding?.expected, finding?.found],
      ["lines[0].steps[0]", "fields of the document only", "quantitee"],
    );
  });

  it("names a field without a name as such", () => {
    assert.deepEqual(told({ quantity: "5", "": "6" }), [["fields of the document only", "an empty name"]]);
  });

  it("says what a figure and a date look like", () => {
    assert.deepEqual(told({ quantity: "5,5" })[0], ["a decimal number with at most six decimals", "5,5"]);
    assert.deepEqual(told({ quantity: "5", from: "8 March" })[0], ["a date YYYY-MM-DD", "8 March"]);
  });

  it("is told in one line of words per field, whatever the document holds", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (held) => {
        const findings = [...misfits(held), ...misfits(withStep({ quantity: held })), ...misfits({ lines: held })];
        return findings.every(
          ({ expected = "", found = "", message }) =>
            expected !== "" && found !== "" && !`${expected}${message}`.includes("{") && found.length <= 200,
        );
      }),
    );
  });

  it("is told exactly where the schema does not take it, whichever of its lines and steps are not even shown to it", () => {
    const value = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom("5", "2027-03-08", "week", "firm", "", 3) },
      { weight: 1, arbitrary: fc.constantFrom("2027-02-30", "1e3", 0, null, true, [], {}, "5,5", "1234567890123") },
    );
    const some = (...fields: string[]) =>
      fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 4, noNullPrototype: true });
    const line = fc
      .record({
        own: some("segment", "customerPart", "unit", "orderNumber", "releaseNumber", "ourPart", "another"),
        steps: fc.array(some("segment", "timing", "from", "to", "quantity", "commitment"), { maxLength: 3 }),
        parties: fc.array(some("segment", "role", "name", "scheme", "code", "dock"), { maxLength: 2 }),
        last: some("quantity", "kind", "date", "note", "noteDate"),
        account: some("cumulative", "kind", "date", "from", "note", "until"),
      })
      .map(({ own, ...rest }) => ({ ...rest, ...own }));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 3 }), (lines) => {
        assert.equal(misfits({ lines }).length === 0, deliverySchedule.safeParse({ lines }).success);
      }),
      { numRuns: 1000 },
    );
  });
});
