/** The shipped mappings written and read back: the same document, the same segments. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { shipNotice } from "../../src/documents/ship-notice.ts";
import { named, readX12, SCHEMAS, writeX12, X12 } from "./support.ts";

describe("an 830 of our own", () => {
  const message = `ST*830*0001
BFR*05*PO-7*R17*DL*A*20270301*20270901*20270301***C-1
REF*DP*004*DEPARTMENT
PER*BD*J. SMITH*TE*555-0100
FOB*CC*OR*DETROIT
DTM*097*20270301*0700
TD5*O*2*ABCD*M*VIA TOLEDO
N1*SU*SUPPLIER*92*S1
N2*WORKS 2
N3*1 MAIN ST*SUITE 4
N4*DETROIT*MI*48201*US
REF*IA*778
PER*EX*A. JONES*TE*555-0101
N1*ST**92*P1
REF*DK*D9
LIN*1*BP*PART-1*VP*OUR-1*PO*550001*EC*B
UIT*PC>>>LB>>3.25*432.65
DTM*168*20270101
PID*F****BRACKET
PO4*1*12*PC*BOX
REF*DK*D1
REF*RL*77
QTY*38*4000*PC
N1*ST*PLANT 7*92*P7
FST*100*A*D*20270301
SDP*Y*Y
FST*400*C*W*20270308
FST*600*C*W*20270315**002*0700*DO*4711
SDP*A*J
FST*800*D*M*20270401
QTY*01*7*PC
FST*900*D*F*20270501*20270531
ATH*FI*20270401*12000**20270101
ATH*MT*20270601*24000**20270101
SHP*01*480*050*20270225
REF*SI*88123
REF*PK*88123
SHP*02*120480*050*20270101**20270228
REF*SI*88120
SHP*21*50*011*20270228
LIN*2*BP*PART-2
FST*0*C*W*20270308
CTT*2*2800`;

  it("comes back segment for segment, with nothing unmapped", () => {
    const mapping = named("x12/830");
    const reading = readX12(mapping, `${message}\nSE*45*0001`);
    assert.deepEqual(reading.findings, []);
    assert.deepEqual(reading.unmapped, []);
    assert.equal(reading.accounted.unknown, 0);
    SCHEMAS["delivery-schedule"]?.parse(reading.document);
    const written = writeX12(mapping, reading.document);
    assert.deepEqual(written.result.findings, []);
    assert.deepEqual(written.lines, message.split("\n"));
  });

  it("in version 002001 has dates of six digits", () => {
    const mapping = named("x12/830");
    const { document } = readX12(mapping, message);
    const { lines } = writeX12(mapping, document, { version: "002001" });
    assert.equal(lines[1], "BFR*05*PO-7*R17*DL*A*270301*270901*270301***C-1");
    const again = readX12(mapping, lines.join("\n"), { version: "002001" });
    assert.deepEqual(again.document, document);
  });
});

describe("the 856 of a booked shipment", () => {
  it("is written as AIAG has it, with cumulative shipped, blanket and release number", () => {
    const document = {
      purpose: "original",
      number: "SH-000012",
      issuedOn: "2027-03-05",
      issuedAt: "1412",
      shippedOn: "2027-03-05",
      shippedAt: "1400",
      grossWeight: "310.5",
      weightUnit: "LB",
      packages: "5",
      packageKind: "BIN52",
      carrier: "ABCD",
      transportMode: "M",
      equipment: "T4711",
      equipmentKind: "TL",
      references: [
        { kind: "BM", number: "SH-000012" },
        { kind: "PK", number: "SH-000012" },
      ],
      parties: [
        { role: "ship-to", scheme: "customer", code: "P7" },
        { role: "ship-from", name: "SUPPLIER", scheme: "customer", code: "S1" },
      ],
      lines: [
        {
          cause: "SH-000012/10",
          customerPart: "PART-1",
          ourPart: "OUR-1",
          description: "BRACKET",
          quantity: "1400",
          unit: "PC",
          cumulative: "6000",
          ordered: "1500",
          blanketNumber: "B-389",
          releaseNumber: "0005",
          customerOrderNumber: "CO-7",
          orderNumber: "SO-000123/20",
        },
        { customerPart: "PART-2", quantity: "12.5", unit: "KG", cumulative: "12.5" },
      ],
    };
    const mapping = named("x12/856");
    const written = writeX12(mapping, document, { setControl: "0001" });
    assert.deepEqual(written.result.findings, []);
    assert.deepEqual(written.lines, [
      "ST*856*0001",
      "BSN*00*SH-000012*20270305*1412",
      "DTM*011*20270305*1400",
      "HL*1**S*1",
      "MEA*PD*G*310.5*LB",
      "TD1*BIN52*5",
      "TD5**2*ABCD*M",
      "TD3*TL**T4711",
      "REF*BM*SH-000012",
      "REF*PK*SH-000012",
      "N1*ST**92*P7",
      "N1*SF*SUPPLIER*92*S1",
      "HL*2*1*I",
      "LIN**BP*PART-1*VP*OUR-1",
      "SN1**1400*PC*6000*1500",
      "PRF*B-389*0005",
      "PID*F****BRACKET",
      "REF*CO*CO-7",
      "REF*VN*SO-000123/20",
      "HL*3*1*I",
      "LIN**BP*PART-2",
      "SN1**12.5*KG*12.5",
      "CTT*3*1412.5",
    ]);
    const reading = readX12(mapping, written.lines.join("\n"));
    assert.deepEqual(reading.findings, []);
    SCHEMAS["ship-notice"]?.parse(reading.document);
    assert.deepEqual(writeX12(mapping, reading.document).lines, written.lines);
  });

  it("is refused without quantity, unit, or with a number too long, naming the field", () => {
    const { findings } = writeX12(named("x12/856"), {
      purpose: "original",
      number: "X".repeat(31),
      lines: [{ customerPart: "A" }],
    }).result;
    assert.deepEqual(
      findings.map(({ code, place }) => [code, place.field]),
      [
        ["FIELD_TOO_LONG", "number"],
        ["FIELD_MISSING", "lines[0].quantity"],
        ["FIELD_MISSING", "lines[0].unit"],
      ],
    );
  });

  it("of a sender who puts measures and packing before the descriptions is not rejected for a second one", () => {
    const text =
      "ST*856*0001\nBSN*00*1*20270305*1412\nHL*1**S\nHL*2*1*I\nLIN**BP*A\nSN1**5*PC\nMEA*PD*N*2*KG\nTD1*CTN*1";
    const reading = readX12(named("x12/856"), `${text}\nPID*F****HUB\nPID*F****GREY`);
    assert.deepEqual(reading.findings, []);
    assert.equal(shipNotice.parse(reading.document).lines[0]?.description, "HUB");
  });

  it("of serial numbers below a pack says no quantity for them", () => {
    const reading = readX12(
      named("x12/856"),
      "ST*856*0001\nBSN*00*1*20270305*1412\nHL*1**S\nHL*2*1*P\nMAN*GM*1\nHL*3*2*I\nLIN**SN*S-1",
    );
    assert.deepEqual(reading.findings, []);
    assert.deepEqual(
      shipNotice.parse(reading.document).lines.map(({ level, parent }) => [level, parent]),
      [
        ["pack", "1"],
        ["item", "2"],
      ],
    );
  });

  it("of a sender who nests orders, packs and items in any order is read whole", () => {
    const text = `ST*856*0001
BSN*00*1*20270305*1412
HL*1**S
HL*2*1*O
PRF*PO-1
HL*3*2*P
MAN*GM*00340123
HL*4*3*I
LIN**BP*PART-1
SN1**5*PC
HL*5*2*I
LIN**BP*PART-2
SN1**6*PC
CTT*5*11`;
    const mapping = named("x12/856");
    const reading = readX12(mapping, text);
    assert.deepEqual(reading.findings, []);
    const { lines } = reading.document as { lines: Record<string, string>[] };
    assert.deepEqual(
      lines.map(({ level, number, parent }) => [level, number, parent]),
      [
        ["order", "2", "1"],
        ["pack", "3", "2"],
        ["item", "4", "3"],
        ["item", "5", "2"],
      ],
    );
    assert.deepEqual(writeX12(mapping, reading.document).lines.join("\n").replace("HL*1**S*1", "HL*1**S"), text);
  });
});

describe("the 810 of a released invoice", () => {
  it("has the customer's blanket and release number, our shipment and order per line, the total in cents", () => {
    const document = {
      number: "IN-000007",
      issuedOn: "2027-03-05",
      kind: "invoice",
      blanketNumber: "B-389",
      orderNumber: "CO-7",
      releaseNumber: "0005",
      currency: "USD",
      shippedOn: "2027-03-05",
      terms: { description: "NET 30" },
      parties: [{ role: "bill-to", name: "CUSTOMER" }],
      lines: [
        {
          cause: "IN-000007/10",
          number: "10",
          quantity: "1400",
          unit: "PC",
          price: "12.345",
          priceBasis: "100",
          amount: "172.83",
          customerPart: "PART-1",
          ourPart: "OUR-1",
          description: "BRACKET",
          blanketNumber: "B-389",
          releaseNumber: "0005",
          customerOrderNumber: "CO-7",
          orderNumber: "SO-000123/20",
          shipment: "SH-000012/10",
          note: "SH-000012",
          shippedOn: "2027-03-05",
        },
      ],
      total: "172.83",
    };
    const mapping = named("x12/810");
    const written = writeX12(mapping, document, { setControl: "0001" });
    assert.deepEqual(written.result.findings, []);
    assert.deepEqual(written.lines, [
      "ST*810*0001",
      "BIG*20270305*IN-000007**B-389*0005**DI",
      "CUR*SE*USD",
      "REF*CO*CO-7",
      "N1*BT*CUSTOMER",
      "ITD************NET 30",
      "DTM*011*20270305",
      "IT1*10*1400*PC*12.345*HP*BP*PART-1*VP*OUR-1*PO*B-389",
      "PID*F****BRACKET",
      "REF*RE*0005",
      "REF*CO*CO-7",
      "REF*VN*SO-000123/20",
      "REF*SI*SH-000012/10",
      "REF*PK*SH-000012",
      "DTM*011*20270305",
      "TDS*17283",
      "CTT*1",
    ]);
    const reading = readX12(mapping, written.lines.join("\n"));
    assert.deepEqual(reading.findings, []);
    SCHEMAS["invoice"]?.parse(reading.document);
    assert.deepEqual(writeX12(mapping, reading.document).lines, written.lines);
  });
});

describe("the 997", () => {
  it("with errors of segments and elements comes back as it was", () => {
    const text = `ST*997*0001
AK1*PS*17*004010
AK2*830*0001
AK3*FST*7**8
AK4*4*373*8*BAD
AK4*1>2*380*6
AK5*R*5
AK2*830*0002
AK5*E
AK9*P*3*2*1*5`;
    const mapping = named("x12/997");
    const reading = readX12(mapping, text);
    assert.deepEqual(reading.findings, []);
    SCHEMAS["acknowledgement"]?.parse(reading.document);
    assert.deepEqual(writeX12(mapping, reading.document).lines.join("\n"), text);
  });
});

describe("whatever a schedule holds", () => {
  const word = fc.stringMatching(/^[A-Z0-9][A-Z0-9 .-]{0,10}[A-Z0-9]$/);
  const figure = fc.bigInt({ min: 0n, max: 999_999_999_999n }).map((n) => {
    const text = n.toString().padStart(7, "0");
    return `${BigInt(text.slice(0, -6))}.${text.slice(-6)}`.replace(/\.?0+$/, "");
  });
  const date = fc
    .date({ min: new Date("2010-01-01"), max: new Date("2045-12-31"), noInvalidDate: true })
    .map((at) => at.toISOString().slice(0, 10));
  const step = fc.record(
    {
      quantity: figure,
      timing: fc.constantFrom("day", "week", "month", "range"),
      from: date,
      commitment: fc.constantFrom("firm", "planned", "immediate"),
      to: date,
      pattern: fc.record({ days: fc.constantFrom("Y", "A"), time: fc.constantFrom("Y", "J") }),
    },
    { requiredKeys: ["quantity", "timing", "from"] },
  );
  /** Steps without a pattern stand in front, as the message has them. */
  const steps = fc
    .array(step, { minLength: 1, maxLength: 8 })
    .map((list) => list.toSorted((a, b) => Number(a.pattern !== undefined) - Number(b.pattern !== undefined)));
  const line = fc.record(
    {
      number: word,
      customerPart: word,
      orderNumber: word,
      unit: fc.constantFrom("PC", "KG"),
      steps,
      account: fc.record({ cumulative: figure, kind: fc.constantFrom("received", "shipped"), date }),
      last: fc.record({ quantity: figure, date, note: word }, { requiredKeys: ["note"] }),
      parties: fc.array(fc.record({ role: fc.constantFrom("ship-to", "ship-from"), name: word }), {
        minLength: 1,
        maxLength: 3,
      }),
    },
    { requiredKeys: ["customerPart"] },
  );
  const schedule = fc.record(
    {
      purpose: fc.constantFrom("original", "replace"),
      quantities: fc.constantFrom("discrete", "cumulative"),
      basis: fc.constantFrom("delivery", "shipment"),
      releaseNumber: word,
      issuedOn: date,
      lines: fc.array(line, { minLength: 1, maxLength: 4 }),
    },
    { requiredKeys: ["purpose", "quantities", "releaseNumber", "lines"] },
  );

  for (const version of ["004010", "002001"]) {
    it(`written as an 830 of ${version} and read again it is the same document`, () => {
      const mapping = named("x12/830");
      fc.assert(
        fc.property(schedule, (document) => {
          const written = writeX12(mapping, document, { version });
          assert.deepEqual(written.result.findings, []);
          const reading = readX12(mapping, written.lines.join("\n"), { version });
          assert.deepEqual(reading.findings, []);
          assert.deepEqual(stripped(reading.document), stripped({ ...document, numbers: "message" }));
          SCHEMAS["delivery-schedule"]?.parse(reading.document);
        }),
        { numRuns: 200 },
      );
    });
  }

  it("any segments whatsoever are accounted for, without a crash", () => {
    const tag = fc.constantFrom(
      "ST",
      "BFR",
      "N1",
      "LIN",
      "UIT",
      "SDP",
      "FST",
      "SHP",
      "REF",
      "ATH",
      "CTT",
      "SE",
      "ZZZ",
      "QTY",
      "N4",
    );
    const element = fc.string({
      maxLength: 8,
      unit: fc.constantFrom("0", "1", "9", "A", "Z", ".", "-", " ", ">", "^", "\xff", "\u0001"),
    });
    const segment = fc.tuple(tag, fc.array(element, { maxLength: 12 })).map(([first, rest]) => [first, ...rest]);
    const mapping = named("x12/830");
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 30 }), (list) => {
        const segments = list.map((elements, at) => ({
          tag: elements[0] ?? "",
          elements,
          byte: at * 10,
          line: at + 1,
          ordinal: at + 1,
          inSet: at + 1,
        }));
        const { accounted, findings } = mapping.read([segments], {
          family: "x12",
          delimiters: X12,
          version: "004010",
          charset: "utf-8",
          sentOn: "",
        });
        assert.equal(accounted.segments, list.length);
        assert.equal(accounted.mapped + accounted.unknown, list.length);
        for (const finding of findings) assert.ok(finding.remedy !== undefined);
      }),
      { numRuns: 300 },
    );
  });
});

/** A document without the ordinals of its segments. */
function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== "segment")
      .map(([name, held]) => [name, stripped(held)]),
  );
}
