/** Hostile and broken content, as files and through the whole program: nothing of it has an effect it must not have. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { writeX12Interchange } from "../../src/syntax/x12-writer.ts";
import { at, calloff, listAt } from "../support/program.ts";
import { filesIn, nextForecast, type SystemHome, systemHome } from "./homes.ts";
import { assertSound } from "./oracle.ts";

const MONDAY = "2027-03-01";

/** A second customer, in a folder of his own. */
const BETA = `version: 1
name: Beta Motors
theirs: [{ qualifier: ZZ, id: BETA }]
ours: [{ qualifier: ZZ, id: WIDGETS }]
policy: standard
shipTos: { PLANT2: { name: Beta Plant 2, city: Lyon, country: FR } }
`;

async function twoCustomers(): Promise<SystemHome> {
  const home = await systemHome("sqlite");
  writeFileSync(path.join(home.path, "config/partners/beta.yaml"), BETA);
  for (const folder of ["inbox/beta", "outbox/beta"]) mkdirSync(path.join(home.path, folder), { recursive: true });
  home.drop("erp", "blanket.json", home.sample("blanket-order.json"));
  await home.on(MONDAY, ["run"]);
  return home;
}

/** What a run says, whether it ended with 0 or with 4 for a bad file. */
async function ran(home: SystemHome, date = MONDAY): Promise<unknown> {
  const ended = await calloff(["run", "--json", "--home", home.path, "--business-date", date], {
    env: { CALLOFF_NOW: `${date}T06:00:00Z` },
  });
  assert.ok(ended.code === 0 || ended.code === 4, ended.stderr);
  return JSON.parse(ended.stdout);
}

const statesOf = (run: unknown): Record<string, string> =>
  Object.fromEntries(
    listAt(run, "files").map((file) => [
      String(at(file, "name")),
      `${String(at(file, "state"))} ${String(at(file, "cause"))}`.trim(),
    ]),
  );

const outboxOf = (home: SystemHome, folder: string): string[] =>
  existsSync(path.join(home.path, "outbox", folder))
    ? readdirSync(path.join(home.path, "outbox", folder)).toSorted()
    : [];

const numbered = (text: string, control: number): string =>
  text.replaceAll("000000001", String(control).padStart(9, "0"));

describe("content that would be a name", function () {
  this.timeout(120_000);

  it("never leaves the folder it is for, whatever is in it [E52]", async () => {
    const home = await twoCustomers();
    home.drop("acme", "forecast.edi", home.sample("forecast.edi"));
    await ran(home);
    // Homes of other tests come and go beside it.
    const beside = (): string[] => readdirSync(path.dirname(home.path)).filter((name) => !name.startsWith("calloff-"));
    const around = beside();
    const evil = [
      "../../x",
      "..\\..\\x",
      "/etc/x",
      "CON",
      "NUL.txt",
      "a\u0000b",
      "a\nb",
      "$(touch x)",
      "-rf",
      "x".repeat(300),
      "\u202Etxt.exe",
    ];
    evil.forEach((name, n) =>
      home.drop(
        "erp",
        `shipped-${n}.json`,
        JSON.stringify({
          schema: "calloff/shipment-confirmation/1",
          confirmation: name,
          note: `${name}-${n}`,
          carrier: name,
          lines: [{ orderLine: "SO-000001/10", quantity: "10" }],
        }),
      ),
    );
    // The names of files are contents, too.
    for (const name of [
      "CON",
      "aux.json",
      "..%2f..%2fx.json",
      "$(touch x).json",
      "-rf",
      "report.json",
      "a b&c;d.json",
    ]) {
      home.drop(
        "erp",
        name,
        JSON.stringify({ schema: "calloff/blanket-order/1", partner: "../../x", customerNumber: "../x", lines: [] }),
      );
    }
    home.drop("acme", "report.json", "not an interchange");
    const run = await ran(home);
    assert.deepEqual(
      listAt(run, "attention").filter((line) => !String(line).includes("held")),
      [],
    );
    assert.deepEqual(beside(), around);
    for (const name of Object.keys(filesIn(home, "outbox")))
      assert.match(name, /^(acme|erp)\/[A-Za-z0-9][A-Za-z0-9._-]*$/);
    for (const name of outboxOf(home, "erp")) assert.ok(name.length <= 200, name);
    for (const name of ["x", "../x", "../../x"]) assert.equal(existsSync(path.join(home.path, "outbox", name)), false);
    const claims = readdirSync(path.join(home.path, "data/quarantine"));
    assert.ok(claims.length > 0 && claims.every((name) => /^\d+$/.test(name)));
    await assertSound(home);
    await home.remove();
  });
});

const asBeta = (text: string): string =>
  text.replaceAll("ACME           ", "BETA           ").replaceAll("*ACME*", "*BETA*");

describe("an interchange that says it is another's", function () {
  this.timeout(120_000);

  it("is quarantined, and nobody gets an answer: sender, receiver and test flag [E53]", async () => {
    const home = await twoCustomers();
    const forecast = home.sample("forecast.edi");
    const beta = forecast.replaceAll("ACME           ", "BETA           ").replace("GS*PS*ACME", "GS*PS*BETA");
    home.drop("beta", "as-acme.edi", numbered(forecast, 11));
    home.drop("acme", "as-beta.edi", numbered(beta, 12));
    home.drop("acme", "as-nobody.edi", numbered(forecast.replaceAll("ACME           ", "NOBODY         "), 13));
    home.drop("acme", "to-another.edi", numbered(forecast.replaceAll("WIDGETS        ", "OTHERS         "), 14));
    home.drop("acme", "test.edi", numbered(forecast, 15).replace("*0*P*>", "*0*T*>"));
    home.drop("acme", "qualifier.edi", numbered(forecast, 16).replace("*ZZ*ACME", "*01*ACME"));
    const run = await ran(home);
    for (const [name, state] of Object.entries(statesOf(run))) assert.equal(state, "quarantined identity", name);
    assert.equal(Object.keys(statesOf(run)).length, 6);
    assert.deepEqual([outboxOf(home, "acme"), outboxOf(home, "beta")], [[], []]);
    assert.deepEqual(listAt(await home.ask(MONDAY, "schedule", "list"), "schedules"), []);
    const reports = readdirSync(path.join(home.path, "data/quarantine")).map(
      (claim) =>
        JSON.parse(readFileSync(path.join(home.path, "data/quarantine", claim, "report.json"), "utf8")) as unknown,
    );
    for (const report of reports) {
      assert.equal(at(report, "cause"), "identity");
      assert.ok(String(at(report, "inWords", 0)).length > 60);
    }
    // What was not quarantined by mistake: the true one passes under the same control number.
    home.drop("acme", "true.edi", numbered(forecast, 11));
    assert.deepEqual(statesOf(await ran(home)), { "true.edi": "applied" });
    await assertSound(home);
    await home.remove();
  });

  it("and names another customer's blanket order, part, ship-to or control numbers moves nothing of his [E54]", async () => {
    const home = await twoCustomers();
    const forecast = home.sample("forecast.edi");
    home.drop("acme", "forecast.edi", forecast);
    await ran(home);
    await home.on(MONDAY, ["order", "ship", "SO-000001/10"]);
    await ran(home);
    const before = [
      await home.ask(MONDAY, "blanket", "show", "BA-000001"),
      await home.ask(MONDAY, "outbox", "list"),
      await home.ask(MONDAY, "ledger"),
    ];
    home.drop("beta", "steals.edi", asBeta(nextForecast(home, 2, "9000")));
    // He answers, as if they were his, what went to the other.
    home.drop("beta", "997.edi", asBeta(rejection("2", "000000031")));
    const run = await ran(home);
    assert.deepEqual(listAt(run, "orders"), []);
    const held = listAt(await home.ask(MONDAY, "schedule", "list"), "schedules").filter(
      (one) => at(one, "partner") === "beta",
    );
    assert.equal(held.length, 1);
    assert.deepEqual([at(held[0], "state"), at(held[0], "cause")], ["held", "unknown-item"]);
    const accept = await calloff([
      "schedule",
      "accept",
      String(at(held[0], "id")),
      "--home",
      home.path,
      "--business-date",
      MONDAY,
    ]);
    assert.notEqual(accept.code, 0, "nothing of his fits, so nothing can be accepted");
    const after = [await home.ask(MONDAY, "blanket", "show", "BA-000001"), await home.ask(MONDAY, "ledger")];
    assert.deepEqual(after, [before[0], before[2]]);
    const answered = listAt(await home.ask(MONDAY, "outbox", "list"), "files").filter(
      (file) => at(file, "receiver") === "acme",
    );
    assert.deepEqual(
      answered,
      listAt(before[1], "files").filter((file) => at(file, "receiver") === "acme"),
    );
    assert.ok(
      listAt(run, "attention").some((line) => String(line).startsWith("beta answers")),
      JSON.stringify(at(run, "attention")),
    );
    await assertSound(home);
    await home.remove();
  });
});

/** A 997 that rejects group `group` of ship notices, as the customer would send it. */
const rejection = (group: string, control: string): string =>
  writeX12Interchange(
    {
      sender: { qualifier: "ZZ", id: "ACME" },
      receiver: { qualifier: "ZZ", id: "WIDGETS" },
      interchangeControl: Number(control),
      groupControl: Number(control),
      functionalId: "FA",
      groupSender: "ACME",
      groupReceiver: "WIDGETS",
      date: "2027-03-01" as never,
      time: "0600",
      version: "004010",
      test: false,
      acknowledgementRequested: false,
      delimiters: { element: "*", component: ">", repetition: "", segment: "~", release: "" },
      newline: true,
    },
    [
      {
        type: "997",
        segments: [
          ["ST", "997", "0001"],
          ["AK1", "SH", group],
          ["AK2", "856", "0001"],
          ["AK5", "R", "5"],
          ["AK9", "R", "1", "1", "0"],
        ],
      },
    ],
  ).toString("latin1");

describe("delimiters played with, and envelopes cut short", function () {
  this.timeout(180_000);

  it("are read as they are meant or refused with the place; none crashes the reader [E55]", async () => {
    const home = await twoCustomers();
    // What has no end is not waited for here.
    const settings = path.join(home.path, "config/gateway.yaml");
    writeFileSync(settings, readFileSync(settings, "utf8").replace("intake: {", "intake: { patienceMinutes: 0.00001,"));
    const forecast = home.sample("forecast.edi");
    const separated = (element: string, component: string, terminator: string, text = forecast): string =>
      text
        .replaceAll("~\n", "~")
        .replace(/[*>~]/g, (found) => (found === "*" ? element : found === ">" ? component : terminator));
    const good: Record<string, string> = {
      "no-newlines.edi": separated("*", ">", "~"),
      "other-delimiters.edi": separated("|", "^", "!"),
      "newline-ends.edi": separated("*", ">", "\n"),
      "wrapped-80.edi": separated("*", ">", "~").replace(/.{80}/g, "$&\r\n"),
      "no-padding.edi": forecast.replace(/ {2,}/g, ""),
      "byte-order-mark.edi": `\u00ef\u00bb\u00bf${forecast}`,
      "high-bytes.edi": forecast.replace("Acme Plant 1", "Werk K\u00f6ln \u00fc\u00df"),
      "empty-segment.edi": forecast.replace("~\nLIN", "~~\nLIN"),
      "two-interchanges.edi": forecast + separated("+", ":", "'", numbered(nextForecast(home, 90, "2100"), 90)),
    };
    const bad: Record<string, string> = {
      "element-is-terminator.edi": separated("~", ">", "~"),
      "letters.edi": separated("A", ">", "x"),
      "digits.edi": separated("*", "7", "~"),
      "no-isa-elements.edi": forecast.replace("*00*          *00*", "*00*"),
      "long-element.edi": forecast.replace("*ZZ*ACME ", "*ZZ*ACMEACMEACMEACMEACME "),
      "terminator-in-header.edi": forecast.replace("*ZZ*ACME", "*~Z*ACME"),
      "count.edi": forecast.replace("SE*13*", "SE*12*"),
      "set-control.edi": forecast.replace("SE*13*0001", "SE*13*0002"),
      "group-control.edi": forecast.replace("GE*1*1~", "GE*1*2~"),
      "interchange-control.edi": forecast.replace(/IEA\*1\*\d+/, "IEA*1*999999999"),
      "no-se.edi": forecast.replace(/SE\*.*~\n/, ""),
      "no-ge.edi": forecast.replace(/GE\*.*~\n/, ""),
      "two-gs.edi": forecast.replace(/(GS\*.*~\n)/, "$1$1"),
      "not-edi.edi": "%PDF-1.4 not EDI at all\n",
      "utf-16.edi": `\u00ff\u00fe${forecast.split("").join("\0")}\0`,
      "edifact-release-at-end.edi":
        "UNA:+.? 'UNB+UNOC:3+ACME:ZZ+WIDGETS:ZZ+270301:0600+1'UNH+1+DELFOR:D:97A:UN'BGM+241+1?'UNT+3+1'UNZ+1+1?'",
    };
    let control = 100;
    const expected: Record<string, string> = {};
    for (const [kind, files] of [
      ["good", good],
      ["bad", bad],
    ] as const) {
      for (const [name, text] of Object.entries(files)) {
        control += 1;
        home.drop("acme", name, text.includes("000000001") ? numbered(text, control) : text);
        expected[name] = kind;
      }
    }
    // Cut at many places: a file that never ends is waited for, then quarantined as incomplete.
    const cuts = [
      3,
      50,
      105,
      106,
      107,
      150,
      190,
      230,
      300,
      forecast.length - 60,
      forecast.length - 20,
      forecast.length - 3,
    ];
    for (const cut of cuts) {
      control += 1;
      home.drop("acme", `cut-${cut}.edi`, numbered(forecast, control).slice(0, cut));
      expected[`cut-${cut}.edi`] = "bad";
    }
    const states = statesOf(await ran(home));
    for (const [name, kind] of Object.entries(expected)) {
      const state = states[name] ?? "nothing";
      if (kind === "good") assert.equal(state, "applied", name);
      else assert.match(state, /^(quarantined|in part)/, `${name} is ${state}`);
    }
    assert.equal(Object.keys(states).length, Object.keys(expected).length);
    for (const claim of readdirSync(path.join(home.path, "data/quarantine"))) {
      const report = JSON.parse(
        readFileSync(path.join(home.path, "data/quarantine", claim, "report.json"), "utf8"),
      ) as unknown;
      assert.ok(listAt(report, "inWords").length > 0, `file:${claim} says why`);
    }
    await assertSound(home);
    await home.remove();
  });
});

describe("text that would be segments on its way out", function () {
  this.timeout(120_000);

  const EVIL = [
    "part~IEA*1*000000001~",
    "X'+UNT+1+1'",
    "line\r\nbreak",
    "star*and>and^",
    "bell\u0007",
    "ISA*00*",
    "e\u20ac",
  ];

  it("is held with what is wrong and never becomes one; with a replacement it is written as text [E56]", async () => {
    for (const replacing of [false, true]) {
      const home = await twoCustomers();
      const partner = path.join(home.path, "config/partners/acme.yaml");
      if (replacing) writeFileSync(partner, `${readFileSync(partner, "utf8")}\nreplaceForbidden: "."\n`);
      const blanket = JSON.parse(home.sample("blanket-order.json")) as { lines: Record<string, unknown>[] };
      const [line = {}] = blanket.lines;
      const [held, passed] = [Object.keys(EVIL).length, EVIL.filter((text) => !/[~*>\p{Cc}\u20ac]/u.test(text)).length];
      home.drop(
        "erp",
        "evil.json",
        JSON.stringify({
          ...blanket,
          customerNumber: "PO-EVIL",
          lines: EVIL.map((description, n) => ({
            ...line,
            line: (n + 1) * 10,
            item: `W-${n}`,
            customerPart: `E-${n}`,
            description,
          })),
        }),
      );
      await ran(home);
      const parts = EVIL.map((_, n) => `LIN**BP*E-${n}~\nUIT*PC~\nFST*10*C*D*20270301~\n`).join("");
      const schedule = home
        .sample("forecast.edi")
        .replace(/LIN[^]*?(?=CTT)/, parts)
        .replace("CTT*1", `CTT*${EVIL.length}`);
      home.drop(
        "acme",
        "all.edi",
        schedule
          .replace(
            /SE\*\d+/,
            `SE*${schedule.slice(schedule.indexOf("ST*"), schedule.indexOf("SE*")).split("~").length}`,
          )
          .replace("***PO-4711", "***PO-EVIL"),
      );
      const run = await ran(home);
      const orders = listAt(run, "orders").map((order) => String(at(order, "number")));
      assert.ok(orders.length > 0, JSON.stringify(run));
      for (const order of orders) {
        for (const one of listAt(await home.ask(MONDAY, "order", "show", order), "lines")) {
          const reference = String(at(one, "reference"));
          const name = reference.replace("/", "-");
          home.drop(
            "erp",
            `${name}.json`,
            JSON.stringify({
              schema: "calloff/shipment-confirmation/1",
              confirmation: name,
              note: `LS-${name}`,
              lines: [{ orderLine: reference, quantity: "10" }],
            }),
          );
        }
      }
      await ran(home);
      const waiting = listAt(await home.ask(MONDAY, "outbox", "list"), "waiting").filter(
        (one) => at(one, "state") === "held",
      );
      const notices = outboxOf(home, "acme").filter((name) => name.startsWith("856"));
      assert.equal(
        notices.length + waiting.filter((one) => at(one, "kind") === "ship-notice").length,
        held,
        JSON.stringify({ replacing, notices, waiting }),
      );
      // What the charset cannot say is not replaced by what it can.
      if (replacing) assert.equal(notices.length, EVIL.filter((text) => !text.includes("\u20ac")).length);
      else {
        assert.equal(notices.length, passed);
        for (const one of waiting) assert.match(JSON.stringify(one), /separator|character/);
      }
      for (const [name, content] of Object.entries(filesIn(home, "outbox/acme"))) {
        const segments = content.split("~").map((segment) => segment.trim().split("*")[0]);
        assert.equal(segments.filter((tag) => tag === "IEA").length, 1, name);
        assert.equal(segments.filter((tag) => tag === "ISA").length, 1, name);
        assert.equal(
          segments.filter((tag) => tag === "SE").length,
          segments.filter((tag) => tag === "ST").length,
          name,
        );
      }
      await assertSound(home);
      await home.remove();
    }
  });
});

describe("huge counts and figures", function () {
  this.timeout(180_000);

  it("meet limits that are said, and cost no more than their share [E57]", async () => {
    const home = await twoCustomers();
    const forecast = home.sample("forecast.edi");
    const withStep = (step: string): string => forecast.replace("FST*2000*C*D*20270501", step);
    const cases: Record<string, string> = {
      "quantity-10m-digits.edi": withStep(`FST*${"9".repeat(10_000_000)}*C*D*20270501`),
      "quantity-20-digits.edi": withStep("FST*99999999999999999999*C*D*20270501"),
      "negative.edi": withStep("FST*-5*C*D*20270501"),
      "exponent.edi": withStep("FST*1E9*C*D*20270501"),
      "many-decimals.edi": withStep("FST*1.00000000001*C*D*20270501"),
      "day-30-february.edi": withStep("FST*2000*C*D*20270230"),
      "day-zero.edi": withStep("FST*2000*C*D*00000000"),
      "negative-cumulative.edi": forecast.replace("SHP*02*0*", "SHP*02*-7*"),
    };
    for (const [n, [name, text]] of Object.entries(cases).entries()) home.drop("acme", name, numbered(text, 200 + n));
    const run = await ran(home);
    const states = statesOf(run);
    /** What can be read, and makes no sense: a planner is asked. */
    const senseless: Record<string, RegExp> = {
      "negative.edi": /^falls$/,
      "negative-cumulative.edi": /^(falls|unclear|mismatch)$/,
    };
    for (const name of Object.keys(cases)) {
      if (senseless[name] === undefined)
        assert.match(states[name] ?? "", /^(quarantined|in part)/, `${name} is ${states[name]}`);
      else assert.equal(states[name], "applied", name);
    }
    const schedules = listAt(await home.ask(MONDAY, "schedule", "list"), "schedules");
    for (const [name, cause] of Object.entries(senseless)) {
      const held = schedules.find((one) => at(one, "file") === name);
      assert.match(String(at(held, "cause")), cause, `${name}: ${JSON.stringify(held)}`);
      assert.match(String(at(held, "state")), /^(held|superseded)$/, name);
    }
    const files = listAt(await home.ask(MONDAY, "file", "list"), "files").filter((file) =>
      String(at(file, "name")).endsWith(".edi"),
    );
    for (const file of files.filter((one) => senseless[String(at(one, "name"))] === undefined)) {
      const shown = JSON.stringify(await home.ask(MONDAY, "file", "show", String(at(file, "id"))));
      assert.match(shown, /"severity":"reject"/, String(at(file, "name")));
      assert.ok(shown.length < 100_000, "what is found is told in short");
    }
    assert.deepEqual(listAt(run, "orders"), [], "nothing of them has an effect");

    // The last day there is, and a cumulative that starts again, are lawful and asked about at most.
    home.drop("acme", "first.edi", numbered(forecast, 300));
    home.drop("acme", "last-day.edi", numbered(nextForecast(home, 301, "2000").replace("20270701", "99991231"), 301));
    home.drop(
      "acme",
      "reset.edi",
      numbered(nextForecast(home, 302, "2000").replace("SHP*02*0*050*20270301", "SHP*02*0*050*20270302"), 302),
    );
    for (const state of Object.values(statesOf(await ran(home)))) assert.equal(state, "applied");
    await assertSound(home);
    await home.remove();
  });

  it("a million segments in one set are read in bounded memory, or refused in words [E57]", async () => {
    const home = await twoCustomers();
    const forecast = home.sample("forecast.edi");
    const lines = 1_000_000;
    const many = `FST*1*C*D*20270501~\n`.repeat(lines);
    const text = forecast.replace(/(FST\*2000\*C\*D\*20270601~\n)/, `${many}$1`).replace("SE*13", `SE*${13 + lines}`);
    home.drop("acme", "million.edi", text);
    assert.ok(statSync(path.join(home.path, "inbox/acme/million.edi")).size > 20_000_000);
    const started = performance.now();
    const states = statesOf(await ran(home));
    assert.ok(performance.now() - started < 90_000, "it does not take for ever");
    assert.match(states["million.edi"] ?? "", /^(applied|in part|quarantined|failed)/);
    home.drop("acme", "next.edi", numbered(nextForecast(home, 400, "2000"), 400));
    assert.equal(statesOf(await ran(home))["next.edi"], "applied", "the next file is taken as ever");
    await assertSound(home);
    await home.remove();
  });
});
