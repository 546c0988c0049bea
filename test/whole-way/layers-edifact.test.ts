/** DELJIT over DELFOR, with SCC in front of its QTY and, in older directories, behind it (domain.md, *Layers*). */
import assert from "node:assert/strict";
import { type House, openHouse } from "./a-house.ts";

const day = (date: string): string => date.replaceAll("-", "");

interface Told {
  readonly release: string;
  readonly issuedOn: string;
  /** Absent where nothing is quoted. */
  readonly received?: string;
  readonly asked: readonly (readonly [quantity: string, date: string, scc?: string])[];
  readonly until?: string;
}

let control = 0;

function interchange(directory: string, type: string, issuedOn: string, body: readonly string[]): string {
  control += 1;
  const message = [`UNH+1+${type}:${directory}:UN`, ...body, "UNS+S"];
  return [
    "UNA:+.? ",
    `UNB+UNOA:2+ACME:ZZ+WIDGETS:ZZ+${day(issuedOn).slice(2)}:0600+${control}`,
    ...message,
    `UNT+${message.length + 1}+1`,
    `UNZ+1+${control}`,
  ]
    .map((segment) => `${segment}'\n`)
    .join("");
}

const item = ({ release, received }: Told): string[] => [
  "RFF+ON:PO-1",
  `RFF+AAN:${release}`,
  ...(received === undefined ? [] : [`QTY+70:${received}:PCE`]),
];

/** A quantity with its commitment before or behind it. */
const demand = (quantity: string, date: string, scc: string, first: "SCC" | "QTY"): string[] =>
  first === "SCC"
    ? [scc, `QTY+113:${quantity}:PCE`, `DTM+2:${day(date)}:102`]
    : [`QTY+113:${quantity}:PCE`, scc, `DTM+2:${day(date)}:102`];

const aDelfor = (directory: string, told: Told): string =>
  interchange(directory, "DELFOR", told.issuedOn, [
    `BGM+241+F${told.release}+5`,
    `DTM+137:${day(told.issuedOn)}:102`,
    "NAD+BY+ACME::92",
    ...(directory === "D:96A" ? ["UNS+D"] : ["GIS+37"]),
    "NAD+ST+PLANT1::92",
    "LIN+1++A-100:IN",
    ...item(told),
    ...told.asked.flatMap(([quantity, date, scc = "SCC+4++D"]) =>
      demand(quantity, date, scc, directory === "D:96A" ? "QTY" : "SCC"),
    ),
  ]);

const aDeljit = (directory: string, told: Told): string =>
  interchange(directory, "DELJIT", told.issuedOn, [
    `BGM+242+C${told.release}+5`,
    `DTM+137:${day(told.issuedOn)}:102`,
    ...(told.until === undefined ? [] : [`DTM+158:${day(told.issuedOn)}:102`, `DTM+159:${day(told.until)}:102`]),
    "NAD+BY+ACME::92",
    "NAD+ST+PLANT1::92",
    "SEQ++1",
    "LIN+++A-100:IN",
    ...item(told),
    ...told.asked.flatMap(([quantity, date, scc = "SCC+1++D"]) => demand(quantity, date, scc, "QTY")),
  ]);

const CONTRACT = JSON.stringify({
  schema: "calloff/blanket-order/1",
  partner: "acme",
  customerNumber: "PO-1",
  currency: "EUR",
  shipTo: "PLANT1",
  lines: [{ line: 10, item: "A-100", customerPart: "A-100", quantity: "100000", price: "2.5" }],
});

const FIRM = "SCC+1++D";

for (const directory of ["D:97A", "D:96A"]) {
  describe(`A DELJIT over a DELFOR ${directory}`, () => {
    let house: House;
    let files = 0;
    const receive = async (on: string, text: string) => {
      files += 1;
      house.drop("acme", `${files}.edi`, text);
      await house.live(on);
    };
    const orders = async () => (await house.orders()).map((order) => order.replace("A-100/PLANT1 ", ""));
    beforeEach(async () => {
      house = await openHouse(
        "2027-05-03",
        { acme: { settings: "shipNotice: null\ninvoice: null\n" } },
        "first: accept\nzones: [{ name: all, increase: any, decrease: any }]\nmayRelease: { layers: [forecast, call-off] }\n",
      );
      house.drop("erp", "contract.json", CONTRACT);
      await house.live("2027-05-03");
    });
    afterEach(async () => {
      const refused = Object.entries(await house.files()).filter(([, state]) => state !== "applied");
      await house.close();
      assert.deepEqual(refused, []);
    });

    it("rules until its end, and after a newer forecast what was missed is asked once: 500 due, not 1,100", async () => {
      await receive(
        "2027-05-03",
        aDelfor(directory, {
          release: "1",
          issuedOn: "2027-05-03",
          received: "0",
          asked: [["1000", "2027-05-03", FIRM]],
        }),
      );
      await house.ship("2027-05-03", "N1", { "SO-000001/10": "1000" });
      const received = "1000";
      await receive(
        "2027-06-01",
        aDelfor(directory, {
          release: "2",
          issuedOn: "2027-06-01",
          received,
          asked: [
            ["500", "2027-06-05", FIRM],
            ["500", "2027-06-12", FIRM],
          ],
        }),
      );
      await receive(
        "2027-06-02",
        aDeljit(directory, {
          release: "1",
          issuedOn: "2027-06-02",
          received,
          asked: [["600", "2027-06-05"]],
          until: "2027-06-07",
        }),
      );
      assert.equal((await house.statement("A-100/PLANT1", "2027-06-05"))?.required, "1600");
      assert.equal((await house.statement("A-100/PLANT1", "2027-06-12"))?.required, "2100");
      await house.live("2027-06-05");
      await house.ship("2027-06-05", "N2", { "SO-000002/10": "600" });
      await receive(
        "2027-06-08",
        aDelfor(directory, {
          release: "3",
          issuedOn: "2027-06-08",
          received,
          asked: [
            ["600", "2027-06-07", "SCC+10++D"],
            ["500", "2027-06-12", FIRM],
          ],
        }),
      );
      await house.live("2027-06-12");
      assert.deepEqual(await orders(), [
        "SO-000001 2027-05-03 1000",
        "SO-000002 2027-06-05 600",
        "SO-000003 2027-06-12 500",
      ]);
    });

    it("ships what is firm and no planned quantity beside it", async () => {
      await receive(
        "2027-06-01",
        aDelfor(directory, {
          release: "1",
          issuedOn: "2027-06-01",
          received: "0",
          asked: [
            ["100", "2027-06-02", FIRM],
            ["700", "2027-06-03", "SCC+4++D"],
            ["50", "2027-06-04", FIRM],
          ],
        }),
      );
      await house.live("2027-06-10");
      // Paired the wrong way every commitment would stand one quantity further on.
      assert.deepEqual(
        (await orders()).map((order) => order.split(" ").slice(1).join(" ")),
        ["2027-06-02 100", "2027-06-04 50"],
      );
    });

    it("that quotes nothing and states no end rules to its last line, zero lines counted", async () => {
      await receive(
        "2027-06-01",
        aDelfor(directory, {
          release: "1",
          issuedOn: "2027-06-01",
          received: "0",
          asked: [
            ["300", "2027-06-03", FIRM],
            ["300", "2027-06-09", FIRM],
          ],
        }),
      );
      await receive(
        "2027-06-01",
        aDeljit(directory, {
          release: "1",
          issuedOn: "2027-06-01",
          asked: [
            ["120", "2027-06-02"],
            ["0", "2027-06-05"],
          ],
        }),
      );
      await house.live("2027-06-10");
      assert.deepEqual(
        (await orders()).map((order) => order.split(" ").slice(1).join(" ")),
        ["2027-06-02 120", "2027-06-09 300"],
      );
    });
  });
}
