/** What customers answer with: receipts, acknowledgements, ship notices of others, as the code lists and standards have them. */
import assert from "node:assert/strict";
import type { ReceiptAdvice } from "../../src/documents/receipt-advice.ts";
import { withDifferences } from "../../src/documents/receipt-differences.ts";
import { misfitsOf } from "../../src/exchange/document-fit.ts";
import { hierarchyFindings } from "../../src/exchange/hierarchy.ts";
import type { Reading } from "../../src/mapping/library.ts";
import { EDIFACT, inShort, named, readX12, segmentsFrom } from "./support.ts";

const readEdifact = (mapping: string, version: string, text: string): Reading =>
  named(mapping).read([segmentsFrom(text, "+")], {
    family: "edifact",
    delimiters: EDIFACT,
    version,
    charset: "latin1",
    sentOn: "",
  });

const status = (action: string) => {
  const { document, findings } = readEdifact(
    "edifact/contrl",
    "D:3",
    `UNH+1+CONTRL:D:3:UN\nUCI+000000042+SUPPLIER+CUSTOMER+${action}`,
  );
  assert.deepEqual(findings, []);
  return (document as { interchange: { status: string } }).interchange.status;
};

describe("a CONTRL with actions that the code list had until 2001", () => {
  it("says accepted by 1 and 7, with errors by 2 and 3, received by 5 and 8, rejected by 4 and 6", () => {
    assert.deepEqual(["1", "7", "2", "3", "5", "8", "4", "6"].map(status), [
      "accepted",
      "accepted",
      "accepted-with-errors",
      "accepted-with-errors",
      "received",
      "received",
      "rejected",
      "rejected",
    ]);
  });
});

describe("a receipt", () => {
  it("RECADV keeps the GTIN that its line names, and one that stands beside the customer's number", () => {
    const { document, findings, unmapped } = readEdifact(
      "edifact/recadv",
      "D:96A",
      "UNH+1+RECADV:D:96A:UN\nBGM+632+R1+9\nDTM+137:20270303:102\nRFF+AAK:88\nLIN+1++4012345000009:EN\nQTY+48:5:PCE\nLIN+2++P:IN\nPIA+5+4012345000016:SRV\nQTY+48:6:PCE\nLIN+3++4012345000023:SRV\nQTY+48:7:PCE",
    );
    assert.deepEqual([inShort(findings), unmapped], [[], []]);
    assert.deepEqual(
      (document as ReceiptAdvice).lines.map(({ customerPart, gtin, received }) => [customerPart, gtin, received]),
      [
        [undefined, "4012345000009", "5"],
        ["P", "4012345000016", "6"],
        [undefined, "4012345000023", "7"],
      ],
    );
  });

  it("861 has every quantity in question of a line, and all of a kind together", () => {
    const { document, findings, unmapped } = readX12(
      named("x12/861"),
      "ST*861*0001\nBRA*R1*20270303*00*2\nRCD*1*380*EA*5*EA*10*EA*02*4*EA*01*6*EA*02*1*EA*10\nLIN*1*BP*PART-1\nCTT*1",
    );
    assert.deepEqual([inShort(findings), unmapped], [[], []]);
    const [line] = (document as ReceiptAdvice).lines;
    assert.ok(line);
    const { damaged, rejected, short } = withDifferences(line);
    assert.deepEqual([line.received, rejected, short, damaged], ["380", "5", "16", "4"]);
    assert.deepEqual(
      line.differences?.map(({ condition, quantity, unit }) => [condition, quantity, unit]),
      [
        ["damaged", "4", "EA"],
        ["short", "6", "EA"],
        ["10", "1", "EA"],
      ],
    );
  });
});

const told = (levels: readonly string[]) => {
  const { document, findings } = readX12(
    named("x12/856"),
    ["ST*856*0001", "BSN*00*SH-1*20270303*0815", "DTM*011*20270303", "HL*1**S", ...levels].join("\n"),
  );
  const place = { file: "asn.edi", set: { firstSegment: 3 } };
  return {
    reading: inShort(findings.filter(({ severity }) => severity === "reject")),
    hierarchy: misfitsOf("ship-notice", document, place).map(
      ({ severity, message, place: { segment } }) => `${severity} ${segment} ${message}`,
    ),
  };
};

const item = (hl: string) => [hl, "LIN**BP*PART-1", "SN1**5*EA"];

describe("the levels of an 856", () => {
  it("are right where each stands below one before it", () => {
    assert.deepEqual(told(["HL*2*1*O", "PRF*550001", ...item("HL*3*2*I"), ...item("HL*4*1*I")]), {
      reading: [],
      hierarchy: [],
    });
  });

  it("are told where two have one number, or one stands below a level that is not there", () => {
    assert.deepEqual(told(["HL*2*1*O", "PRF*550001", ...item("HL*2*2*I"), ...item("HL*4*9*I")]).hierarchy, [
      "tolerated 9 Two levels have the number 2",
      "tolerated 9 Level 2 stands below itself",
      "tolerated 12 Level 4 stands below 9, which is no level before it",
    ]);
  });

  it("an item that says no level above it is read, and told", () => {
    assert.deepEqual(told(["HL*2*1*O", "PRF*550001", ...item("HL*3**I")]), {
      reading: [],
      hierarchy: ["tolerated 9 Item 3 does not say which level it stands below"],
    });
  });

  it("are not looked for in what is no list of lines", () => {
    assert.deepEqual(hierarchyFindings({ lines: "none" }, "asn.edi", 1), []);
  });
});

const sums = (quantity: string) =>
  inShort(
    readX12(
      named("x12/830"),
      `ST*830*0001\nBFR*05**R1*DL*A*20270301*20270901\nLIN*1*BP*P\nFST*${quantity}*C*D*20270305\nFST*5*C*D*20270306\nCTT*1*12`,
    ).findings,
  );

describe("a hash total", () => {
  it("that differs is told, unless a figure could not be read, so that nothing can be said of it", () => {
    assert.deepEqual(sums("7"), []);
    assert.deepEqual(sums("8"), ["CTT02 SUM_DIFFERS"]);
    assert.deepEqual(sums("7A"), ["FST01 ELEMENT_NOT_READABLE"]);
  });
});
