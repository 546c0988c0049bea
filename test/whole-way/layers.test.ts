/** Call-offs over forecasts as files tell them (domain.md, *Layers*): the second layer rules inside its horizon only. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { hasCorpus, ofCorpus } from "../support/corpus.ts";
import { type House, openHouse } from "./a-house.ts";

const day = (date: string): string => date.replaceAll("-", "");

/** `[quantity, date]`, perhaps with commitment, bucket, and a reference of a kind. */
type Asked = readonly [quantity: string, date: string, commitment?: string, bucket?: string, reference?: string];

interface Told {
  readonly release: string;
  readonly issuedOn: string;
  readonly asked: readonly Asked[];
  readonly received?: string;
  readonly horizon?: readonly [from: string, to: string];
  readonly dates?: "DL" | "SH";
  readonly quantities?: "A" | "C";
}

let control = 0;

function interchange(functional: string, type: string, issuedOn: string, segments: readonly string[]): string {
  control += 1;
  const blanks = " ".repeat(10);
  const number = String(control).padStart(9, "0");
  const lines = [
    `ISA*00*${blanks}*00*${blanks}*ZZ*${"ACME".padEnd(15)}*ZZ*${"WIDGETS".padEnd(15)}*${day(issuedOn).slice(2)}*0600*U*00401*${number}*0*P*>`,
    `GS*${functional}*ACME*WIDGETS*${day(issuedOn)}*0600*${control}*X*004010`,
    `ST*${type}*0001`,
    ...segments,
    `SE*${segments.length + 2}*0001`,
    `GE*1*${control}`,
    `IEA*1*${number}`,
  ];
  return lines.map((line) => `${line}~\n`).join("");
}

function itemOf({ asked, received }: Told): string[] {
  return [
    "LIN**BP*A-100",
    "UIT*PC",
    "N1*ST**92*PLANT1",
    ...asked.map(([quantity, date, commitment = "C", bucket = "D", reference = ""]) =>
      [`FST*${quantity}*${commitment}*${bucket}*${day(date)}`, reference === "" ? "" : `****DO*${reference}`].join(""),
    ),
    ...(received === undefined ? [] : [`SHP*02*${received}*050`]),
  ];
}

const a830 = (told: Told): string =>
  interchange("PS", "830", told.issuedOn, [
    `BFR*05**${told.release}*${told.dates ?? "DL"}*${told.quantities ?? "A"}*${day(told.issuedOn)}**${day(told.issuedOn)}`,
    ...itemOf(told),
    "CTT*1",
  ]);

const an862 = (told: Told): string => {
  const [from, to] = told.horizon ?? [
    told.issuedOn,
    told.asked
      .map(([, date]) => date)
      .toSorted()
      .at(-1) ?? "",
  ];
  return interchange("SS", "862", told.issuedOn, [
    `BSS*05*${told.release}*${day(told.issuedOn)}*${told.dates ?? "DL"}*${day(from)}*${day(to)}*${told.release}****${told.quantities ?? "A"}`,
    ...itemOf(told),
    "CTT*1",
  ]);
};

const CONTRACT = JSON.stringify({
  schema: "calloff/blanket-order/1",
  partner: "acme",
  customerNumber: "PO-1",
  currency: "USD",
  shipTo: "PLANT1",
  lines: [{ line: 10, item: "A-100", customerPart: "A-100", quantity: "100000", price: "2.5" }],
});

const TAKES_ALL = "first: accept\nzones: [{ name: all, increase: any, decrease: any }]\n";
/** Forecasts ship as well: for customers whose forecast is no plan only. */
const BOTH_SHIP = `${TAKES_ALL}mayRelease: { layers: [forecast, call-off] }\n`;

describe("A call-off over a forecast", () => {
  let house: House;
  afterEach(() => house.close());

  const start = async (policy = TAKES_ALL, settings = "") => {
    house = await openHouse("2027-05-03", { acme: { settings } }, policy);
    house.drop("erp", "contract.json", CONTRACT);
    await house.live("2027-05-03");
  };
  let files = 0;
  const receive = async (on: string, text: string) => {
    files += 1;
    house.drop("acme", `schedule-${files}.edi`, text);
    await house.live(on);
  };
  /** 1,000 ordered by a first forecast, shipped and received. */
  const shipped1000 = async () => {
    await receive(
      "2027-05-03",
      a830({ release: "1", issuedOn: "2027-05-03", received: "0", asked: [["1000", "2027-05-03"]] }),
    );
    await house.ship("2027-05-03", "N1", { "SO-000001/10": "1000" });
  };
  const quantities = async () => (await house.orders()).map((order) => order.replace("A-100/PLANT1 ", ""));

  it("rules until its end, and after a newer forecast what was missed is asked once: 500 due, not 1,100", async () => {
    await start(BOTH_SHIP);
    await shipped1000();
    const received = "1000";
    await receive(
      "2027-06-01",
      a830({
        release: "2",
        issuedOn: "2027-06-01",
        received,
        asked: [
          ["500", "2027-06-05"],
          ["500", "2027-06-12"],
        ],
      }),
    );
    await receive(
      "2027-06-02",
      an862({
        release: "C1",
        issuedOn: "2027-06-02",
        received,
        asked: [["600", "2027-06-05"]],
        horizon: ["2027-06-02", "2027-06-07"],
      }),
    );
    assert.equal((await house.statement("A-100/PLANT1", "2027-06-05"))?.required, "1600");
    assert.equal((await house.statement("A-100/PLANT1", "2027-06-12"))?.required, "2100");
    await house.live("2027-06-05");
    await house.ship("2027-06-05", "N2", { "SO-000002/10": "600" });
    await receive(
      "2027-06-08",
      a830({
        release: "3",
        issuedOn: "2027-06-08",
        received,
        asked: [
          ["600", "2027-06-07"],
          ["500", "2027-06-12"],
        ],
      }),
    );
    await house.live("2027-06-12");
    assert.equal((await house.statement("A-100/PLANT1", "2027-06-12"))?.required, "2100");
    assert.deepEqual(await quantities(), [
      "SO-000001 2027-05-03 1000",
      "SO-000002 2027-06-05 600",
      "SO-000003 2027-06-12 500",
    ]);
  });

  it("alone authorises shipping from the first one on, unless the policy names the forecast too", async () => {
    await start();
    await shipped1000();
    await receive(
      "2027-06-01",
      a830({
        release: "2",
        issuedOn: "2027-06-01",
        received: "1000",
        asked: [
          ["500", "2027-06-05"],
          ["500", "2027-06-12"],
        ],
      }),
    );
    await receive(
      "2027-06-02",
      an862({ release: "C1", issuedOn: "2027-06-02", received: "1000", asked: [["600", "2027-06-05"]] }),
    );
    await house.live("2027-06-20");
    assert.deepEqual(await quantities(), ["SO-000001 2027-05-03 1000", "SO-000002 2027-06-05 600"]);
  });

  it("that was delivered does not come again from a forecast whose received cumulative has not moved on", async () => {
    await start(BOTH_SHIP);
    await shipped1000();
    const received = "1000";
    await receive(
      "2027-06-01",
      a830({
        release: "2",
        issuedOn: "2027-06-01",
        received,
        asked: [
          ["500", "2027-06-05"],
          ["500", "2027-06-12"],
        ],
      }),
    );
    await receive(
      "2027-06-02",
      an862({
        release: "C1",
        issuedOn: "2027-06-02",
        received,
        asked: [["500", "2027-06-05"]],
        horizon: ["2027-06-02", "2027-06-09"],
      }),
    );
    await house.live("2027-06-05");
    await house.ship("2027-06-05", "N2", { "SO-000002/10": "500" });
    // Written while the call-off still rules, and again after its end: the 500 of the 5th stand in both.
    for (const [release, on] of [
      ["3", "2027-06-06"],
      ["4", "2027-06-10"],
    ] as const) {
      await receive(
        on,
        a830({
          release,
          issuedOn: on,
          received,
          asked: [
            ["500", "2027-06-05"],
            ["500", "2027-06-12"],
          ],
        }),
      );
    }
    await house.live("2027-06-12");
    assert.deepEqual(await quantities(), [
      "SO-000001 2027-05-03 1000",
      "SO-000002 2027-06-05 500",
      "SO-000003 2027-06-12 500",
    ]);
  });

  it("until Wednesday of 100 a day leaves 200 of a week of 500 to Thursday and Friday", async () => {
    await start(BOTH_SHIP, "orders: { receiving: { workingDays: [1, 2, 3, 4, 5] } }\n");
    await receive(
      "2027-06-01",
      a830({ release: "2", issuedOn: "2027-06-01", received: "0", asked: [["500", "2027-06-07", "C", "W"]] }),
    );
    await receive(
      "2027-06-07",
      an862({
        release: "C1",
        issuedOn: "2027-06-07",
        received: "0",
        asked: [
          ["100", "2027-06-07"],
          ["100", "2027-06-08"],
          ["100", "2027-06-09"],
        ],
      }),
    );
    for (const date of ["2027-06-08", "2027-06-09", "2027-06-10", "2027-06-11"]) await house.live(date);
    assert.deepEqual(
      (await quantities()).map((order) => order.split(" ").slice(1).join(" ")),
      ["2027-06-07 100", "2027-06-08 100", "2027-06-09 100", "2027-06-10 100", "2027-06-11 100"],
    );
  });

  it("of quiet days ends with its last dated line, zero lines counted", async () => {
    await start(BOTH_SHIP);
    await receive(
      "2027-06-01",
      a830({
        release: "2",
        issuedOn: "2027-06-01",
        received: "0",
        asked: [
          ["300", "2027-06-03"],
          ["300", "2027-06-09"],
        ],
      }),
    );
    await receive(
      "2027-06-01",
      an862({ release: "C1", issuedOn: "2027-06-01", received: "0", asked: [["0", "2027-06-05"]] }).replace(
        /(BSS(\*[^*]*){4})\*\d+\*\d+/,
        "$1**",
      ),
    );
    await house.live("2027-06-10");
    assert.deepEqual(await quantities(), ["SO-000001 2027-06-09 300"]);
  });

  it("that quotes nothing stands on what was shipped and on open call-off orders before its start", async () => {
    await start();
    await receive("2027-06-01", a830({ release: "1", issuedOn: "2027-06-01", asked: [["900", "2027-06-30", "D"]] }));
    await receive(
      "2027-06-01",
      an862({
        release: "C1",
        issuedOn: "2027-06-01",
        asked: [
          ["100", "2027-06-01"],
          ["200", "2027-06-03"],
        ],
      }),
    );
    await house.live("2027-06-03");
    await house.ship("2027-06-03", "N1", { "SO-000001/10": "100" });
    // 200 of the 3rd are open and stay due; what the new one asks for comes on top of them.
    await receive(
      "2027-06-04",
      an862({
        release: "C2",
        issuedOn: "2027-06-04",
        asked: [["50", "2027-06-04"]],
        horizon: ["2027-06-04", "2027-06-10"],
      }),
    );
    assert.deepEqual(await quantities(), [
      "SO-000001 2027-06-01 100",
      "SO-000002 2027-06-03 200",
      "SO-000003 2027-06-04 50",
    ]);
  });

  it("replaces the orders that lie inside it: of 300 ordered 120 stay", async () => {
    await start();
    await receive(
      "2027-06-01",
      an862({
        release: "C1",
        issuedOn: "2027-06-01",
        asked: [
          ["100", "2027-06-02"],
          ["200", "2027-06-02", "C", "D", "RAN-2"],
        ],
      }),
    );
    await house.live("2027-06-02");
    await receive("2027-06-02", an862({ release: "C2", issuedOn: "2027-06-02", asked: [["120", "2027-06-02"]] }));
    assert.deepEqual(
      (await house.orders()).map((order) => order.split(" ").slice(3).join(" ")),
      ["100", "20"],
    );
  });

  it("in ship dates is laid over a forecast in delivery dates by the transit days", async () => {
    await start(BOTH_SHIP, "orders: { transitDays: 2 }\n");
    await receive(
      "2027-06-01",
      a830({
        release: "1",
        issuedOn: "2027-06-01",
        received: "0",
        asked: [
          ["500", "2027-06-05"],
          ["500", "2027-06-12"],
        ],
      }),
    );
    // Ships until the 4th: what the forecast wants delivered on the 5th leaves on the 3rd, inside the call-off.
    await receive(
      "2027-06-01",
      an862({
        release: "C1",
        issuedOn: "2027-06-01",
        received: "0",
        dates: "SH",
        asked: [["600", "2027-06-03"]],
        horizon: ["2027-06-01", "2027-06-04"],
      }),
    );
    await house.live("2027-06-30");
    assert.deepEqual(
      (await quantities()).map((order) => order.split(" ").slice(1).join(" ")),
      ["2027-06-03 600", "2027-06-10 500"],
    );
  });

  it("that starts later than it was written leaves due what the forecast asks for before it", async () => {
    await start(BOTH_SHIP);
    await receive(
      "2027-06-01",
      a830({
        release: "1",
        issuedOn: "2027-06-01",
        received: "0",
        asked: [
          ["100", "2027-06-02"],
          ["500", "2027-06-12"],
        ],
      }),
    );
    await receive(
      "2027-06-01",
      an862({
        release: "C1",
        issuedOn: "2027-06-01",
        received: "0",
        asked: [["250", "2027-06-04"]],
        horizon: ["2027-06-04", "2027-06-07"],
      }),
    );
    await house.live("2027-06-12");
    assert.deepEqual(await quantities(), [
      "SO-000001 2027-06-02 100",
      "SO-000002 2027-06-04 250",
      "SO-000003 2027-06-12 500",
    ]);
  });

  it("keeps the parts of a day apart that are called by time and delivery order", async () => {
    await start();
    const parts = ["JIT*200*0600", "REF*DO*RAN-1", "JIT*100*1400", "REF*DO*RAN-2"];
    const text = an862({ release: "C1", issuedOn: "2027-06-01", received: "0", asked: [["300", "2027-06-02"]] });
    const [, count = ""] = /SE\*(\d+)/.exec(text) ?? [];
    const spread = text.replace(/(FST[^~]*~\n)/, `$1${parts.map((part) => `${part}~\n`).join("")}`);
    await receive("2027-06-01", spread.replace(`SE*${count}`, `SE*${Number(count) + parts.length}`));
    const splits = await house.keeper.store.ask(
      `SELECT reference, "window", CAST(cumulative / 1000000 AS INTEGER) AS height FROM split ORDER BY cumulative`,
    );
    assert.deepEqual(
      splits.map(({ reference, window, height }) => `${String(height)} ${String(window)} ${String(reference)}`),
      ["200 0600 RAN-1", "300 1400 RAN-2"],
    );
  });

  it("of running totals takes up what the forecast asks for before its start", async () => {
    await start(BOTH_SHIP);
    await receive(
      "2027-06-01",
      a830({
        release: "1",
        issuedOn: "2027-06-01",
        received: "0",
        asked: [
          ["100", "2027-06-02"],
          ["500", "2027-06-12"],
        ],
      }),
    );
    await receive(
      "2027-06-01",
      an862({
        release: "C1",
        issuedOn: "2027-06-01",
        received: "0",
        quantities: "C",
        asked: [
          ["250", "2027-06-04"],
          ["400", "2027-06-05"],
        ],
        horizon: ["2027-06-04", "2027-06-07"],
      }),
    );
    assert.equal((await house.statement("A-100/PLANT1", "2027-06-05"))?.required, "400");
    // The same after the next forecast is laid under it.
    await receive(
      "2027-06-02",
      a830({
        release: "2",
        issuedOn: "2027-06-02",
        received: "0",
        asked: [
          ["100", "2027-06-02"],
          ["500", "2027-06-12"],
        ],
      }),
    );
    assert.equal((await house.statement("A-100/PLANT1", "2027-06-05"))?.required, "400");
    assert.equal((await house.statement("A-100/PLANT1", "2027-06-12"))?.required, "900");
  });

  (hasCorpus ? it : it.skip)(
    "as customers really write it: dated firm lines with delivery orders on a shipped cumulative",
    async () => {
      house = await openHouse("2023-10-14", {
        acme: {
          theirs: '[{ qualifier: "01", id: SENDER }]',
          settings: "schedule: { without: { shipTo: ignore } }\n",
        },
      });
      house.drop("erp", "contract.json", CONTRACT.replaceAll("A-100", "MATERIAL1").replace("PO-1", "ORDER1"));
      await house.live("2023-10-14");
      for (const name of ["ansix12", "ansix12_newlines"]) {
        const text = readFileSync(ofCorpus("x12", "862", `david-blackwood-edifact_rails__${name}.edi`), "latin1");
        house.drop("acme", `${name}.edi`, text.replace("*01*RECEIVER       *", "*ZZ*WIDGETS        *"));
        await house.live("2023-10-14");
      }
      assert.deepEqual(await house.schedules(), ["call-off 12345 MATERIAL1/: accepted"]);
      await house.live("2023-12-03");
      assert.deepEqual(
        (await house.orders()).map((order) => order.split(" ").slice(1).join(" ")),
        ["2023-10-29 MATERIAL1/PLANT1 13", "2023-11-19 MATERIAL1/PLANT1 77", "2023-12-03 MATERIAL1/PLANT1 68"],
      );
    },
  );
});
