/** A file that is checked is told what would become of it, also where its mapping let pass what the document cannot hold. */
import assert from "node:assert/strict";
import { checkFile } from "../../src/answers/check-file.ts";
import { libraryOf, mappingFromText } from "../../src/mapping/library.ts";
import { memorySource } from "../../src/syntax/sources.ts";

const FORECAST = mappingFromText(
  "x12/830",
  `syntax: x12
message: { set: 830 }
document: delivery-schedule
numbers: message
lines:
  - ST: { times: 1 }
  - LIN:
      times: 1..*
      opens: lines
      fields: { 1: number }
      then:
        - FST:
            times: 0..*
            opens: steps
            fields: { 1: { to: quantity, as: number }, 3: { to: timing, codes: { W: week } } }
`,
);

const file = (timing: string): string =>
  [
    "ISA*00*          *00*          *ZZ*CUSTOMER       *ZZ*OURSELVES      *270301*0700*U*00401*000000001*0*P*>",
    "GS*PS*CUSTOMER*OURSELVES*20270301*0700*1*X*004010",
    "ST*830*0001",
    "LIN*1",
    `FST*400**${timing}`,
    "SE*4*0001",
    "GE*1*1",
    "IEA*1*000000001",
    "",
  ].join("~");

const checked = (timing: string) =>
  checkFile(memorySource("forecast.edi", Buffer.from(file(timing), "latin1")), {
    library: libraryOf(new Map([["x12/830", FORECAST]])),
    lenient: [],
  });

describe("checking a file whose values do not fit the document", () => {
  it("says the field, the words that it takes and the one found, and that the set is invalid", async () => {
    const { valid, interchanges } = await checked("Q");
    const [set] = interchanges[0]?.groups[0]?.sets ?? [];
    assert.equal(valid, false);
    assert.equal(set?.outcome, "invalid");
    assert.deepEqual(
      set?.findings.map(({ code, severity }) => `${severity} ${code}`),
      ["tolerated ELEMENT_CODE_UNLISTED", "reject EXCHANGE_DOCUMENT_FIELD"],
    );
    const fault = set?.findings.at(-1);
    assert.equal(fault?.message, "lines[0].steps[0].timing does not fit the delivery-schedule");
    assert.match(fault?.expected ?? "", /^one of day, week, month/);
    assert.equal(fault?.found, "Q");
    assert.equal(fault?.place.segment, 5);
  });

  it("finds nothing where they fit", async () => {
    const { valid, interchanges } = await checked("W");
    assert.equal(valid, true);
    assert.deepEqual(interchanges[0]?.groups[0]?.sets[0]?.findings, []);
  });
});
