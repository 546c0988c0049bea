/** Call-offs that say the hour: an 862 with JIT beneath its day, an 866 of a production sequence. From file to order. */
import assert from "node:assert/strict";
import { type House, openHouse } from "./a-house.ts";

const CONTRACT = JSON.stringify({
  schema: "calloff/blanket-order/1",
  partner: "acme",
  customerNumber: "PO-1",
  currency: "USD",
  shipTo: "PLANT1",
  lines: [
    { line: 10, item: "A-100", customerPart: "A-100", quantity: "100000", price: "2.5" },
    { line: 20, item: "B-200", customerPart: "B-200", quantity: "100000", price: "4" },
  ],
});

function interchange(functional: string, type: string, segments: readonly string[]): string {
  const blanks = " ".repeat(10);
  const lines = [
    `ISA*00*${blanks}*00*${blanks}*ZZ*${"ACME".padEnd(15)}*ZZ*${"WIDGETS".padEnd(15)}*270301*0600*U*00401*000000001*0*P*@`,
    `GS*${functional}*ACME*WIDGETS*20270301*0600*1*X*004010`,
    `ST*${type}*0001`,
    ...segments,
    `SE*${segments.length + 2}*0001`,
    "GE*1*1",
    "IEA*1*000000001",
  ];
  return lines.map((line) => `${line}~\n`).join("");
}

describe("A call-off that says the hour", () => {
  let house: House;
  afterEach(() => house.close());
  const live = async (file: string, settings = "") => {
    house = await openHouse("2027-03-01", { acme: { settings } });
    house.drop("erp", "contract.json", CONTRACT);
    await house.live("2027-03-01");
    house.drop("acme", "call-off.edi", file);
    await house.live("2027-03-01");
    await house.live("2027-03-03");
    return house.orders();
  };

  it("in an 862 is ordered part by part, and what its parts leave over of the day", async () => {
    const orders = await live(
      interchange("SS", "862", [
        "BSS*05*17*20270301*DL*20270301*20270305*17****A",
        "N1*ST**92*PLANT1",
        "LIN**BP*A-100",
        "UIT*PC",
        "FST*480*C*D*20270302",
        "JIT*200*0800",
        "REF*ZZ*7001**DO@D14685@LU@SL@DK@21",
        "JIT*180*1330",
        "REF*ZZ*7002**DO@D14686@LU@SL@DK@22",
        "FST*240*C*D*20270303",
        "CTT*1*720",
      ]),
    );
    assert.deepEqual(orders, [
      "SO-000001 2027-03-02 A-100/PLANT1 100",
      "SO-000001 2027-03-02 A-100/PLANT1 200",
      "SO-000001 2027-03-02 A-100/PLANT1 180",
      "SO-000002 2027-03-03 A-100/PLANT1 240",
    ]);
  });

  it("in an 866 orders what every place of the sequence needs of an item", async () => {
    const orders = await live(
      interchange("SQ", "866", [
        "BSS*05*S3*20270301*JS*20270302*20270302*3****A",
        "UIT*PC",
        "N1*ST**92*PLANT1",
        "DTM*002*20270302*0600",
        "LIN**BP*A-100*JS*0001*VV*V1",
        "QTY*01*1",
        "LIN**BP*B-200*JS*0001*VV*V1",
        "QTY*01*2",
        "LIN**BP*A-100*JS*0002*VV*V2",
        "QTY*01*1",
        "DTM*002*20270302*0900",
        "LIN**BP*A-100*JS*0003*VV*V3",
        "QTY*01*4",
        "CTT*4",
      ]),
      // A place in the buyer's sequence is no date of delivery until the partner's file says so.
      "schedule: { dates: delivery }\n",
    );
    assert.deepEqual(orders, [
      "SO-000001 2027-03-02 A-100/PLANT1 1",
      "SO-000001 2027-03-02 A-100/PLANT1 1",
      "SO-000001 2027-03-02 A-100/PLANT1 4",
      "SO-000001 2027-03-02 B-200/PLANT1 2",
    ]);
  });
});
