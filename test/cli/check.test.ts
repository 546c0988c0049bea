import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { sampleFiles } from "../../src/gateway/sample-files.ts";
import { plainDate } from "../../src/values/dates.ts";
import { emptyFolder, freshHome, type TestHome } from "../support/homes.ts";
import { at, calloff, calloffHere, calloffJson, listAt } from "../support/program.ts";

const FORECAST = sampleFiles(plainDate("2027-03-01"))["samples/forecast.edi"] as string;

/** From an interchange to its first set. */
const FIRST_SET = ["groups", 0, "sets", 0] as const;

describe("calloff check", () => {
  let folder: TestHome;
  beforeEach(() => {
    folder = emptyFolder();
  });
  afterEach(() => folder.remove());

  const checked = (name: string, ...more: string[]) => calloffJson(["check", name, ...more], { cwd: folder.path });

  it("reads a valid file without any home: documents, every segment accounted for, the second reader's word", async () => {
    folder.write("forecast.edi", FORECAST);
    const { code, document } = await checked("forecast.edi");
    assert.equal(code, 0);
    assert.equal(at(document, "valid"), true);
    assert.deepEqual(at(document, "segments"), { read: 17, envelope: 4, mapped: 13, unknown: 0, withoutMapping: 0 });
    const interchange = at(document, "interchanges", 0);
    assert.equal(at(interchange, "secondReader", "agrees"), true);
    const set = at(interchange, ...FIRST_SET);
    assert.equal(at(set, "outcome"), "valid");
    assert.equal(at(set, "mapping"), "x12/830");
    assert.equal(listAt(set, "document", "lines", 0, "steps").length, 5);
    assert.deepEqual(readdirSync(folder.path), ["forecast.edi"], "nothing was written");
  });

  it("shows the same in words, as a program of its own", async () => {
    folder.write("forecast.edi", FORECAST);
    const { code, stdout } = await calloff(["check", "forecast.edi", "--documents"], { cwd: folder.path });
    assert.equal(code, 0);
    assert.match(stdout, /17 read = 4 of envelopes \+ 13 mapped \+ 0 unknown/);
    assert.match(stdout, /second reader x12-parser: agrees/);
    assert.match(stdout, /"customerPart": "A-100"/);
    assert.match(stdout, /The file is valid: 1 set\. Nothing was changed\./);
  });

  it("names a wrong count with place, expected, found and remedy; --lenient counts lets it through", async () => {
    folder.write("forecast.edi", FORECAST.replace("SE*13*", "SE*12*"));
    const { code, document } = await checked("forecast.edi");
    assert.equal(code, 4);
    const set = at(document, "interchanges", 0, ...FIRST_SET);
    assert.equal(at(set, "outcome"), "invalid");
    const finding = at(set, "findings", 0);
    assert.equal(at(finding, "place", "tag"), "SE");
    assert.equal(at(finding, "expected"), "13");
    assert.equal(at(finding, "found"), "12");
    const lenient = await checked("forecast.edi", "--lenient", "counts");
    assert.equal(lenient.code, 0);
    assert.equal(at(lenient.document, "interchanges", 0, ...FIRST_SET, "outcome"), "tolerated");
  });

  it("refuses a truncated file and names the byte", async () => {
    folder.write("forecast.edi", FORECAST.slice(0, FORECAST.indexOf("FST*2000*C*D*20270501")));
    const { code, stdout } = await calloffHere(["check", "forecast.edi"], { cwd: folder.path });
    assert.equal(code, 4);
    assert.match(stdout, /reject: SYNTAX_TRUNCATED.* byte \d+/);
  });

  it("says clearly that there is no mapping for a message", async () => {
    folder.write("order.edi", FORECAST.replace("ST*830*", "ST*850*").replace("GS*PS*", "GS*PO*"));
    const { code, document } = await checked("order.edi");
    assert.equal(code, 4);
    const set = at(document, "interchanges", 0, ...FIRST_SET);
    assert.equal(at(set, "outcome"), "no mapping");
    assert.equal(at(set, "findings", 0, "code"), "EXCHANGE_NO_MAPPING");
    const words = await calloffHere(["check", "order.edi"], { cwd: folder.path });
    assert.match(words.stdout, /No mapping: the file is of a kind that is not read here/);
  });

  it("exits with the worst of several sets", async () => {
    const other = FORECAST.replaceAll("000000001", "000000002")
      .replace("ST*830*", "ST*850*")
      .replace("GS*PS*", "GS*PO*");
    folder.write("both.edi", FORECAST + other);
    const { code, document } = await checked("both.edi");
    assert.equal(code, 4);
    const outcomes = listAt(document, "interchanges").map((held) => at(held, ...FIRST_SET, "outcome"));
    assert.deepEqual(outcomes, ["valid", "no mapping"]);
  });

  const HOSTILE: Readonly<Record<string, string | Uint8Array>> = {
    "nothing at all": "",
    "blanks and line breaks": "  \r\n\t \n",
    "a byte order mark alone": "\ufeff",
    "random bytes": Uint8Array.from({ length: 5000 }, (_, n) => (n * 7919 + (n >> 3)) % 256),
    "a PDF": "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n",
    "one line of ten million characters": "A".repeat(10_000_000),
    "ISA and nothing more": "ISA",
    "an ISA whose separators are letters": `ISA${"A".repeat(200)}`,
    "an interchange whose only segment never ends": FORECAST.slice(0, 107) + "GS*PS".padEnd(3_000_000, "*"),
    "NUL bytes": "\u0000".repeat(4096),
  };
  for (const [title, content] of Object.entries(HOSTILE)) {
    it(`survives ${title}: exit 4, a finding with a remedy, no stack trace`, async () => {
      folder.write("file", content);
      const { code, document, stderr } = await checked("file");
      assert.equal(code, 4, stderr);
      assert.equal(stderr, "");
      const findings = [
        ...listAt(document, "findings"),
        ...listAt(document, "interchanges").flatMap((held) => [
          ...listAt(held, "findings"),
          ...listAt(held, "groups").flatMap((group) => listAt(group, "findings")),
        ]),
      ];
      assert.ok(findings.length > 0);
      assert.ok(findings.some((finding) => at(finding, "severity") === "reject"));
    });
  }

  it("tells a terminal nothing it would obey", async () => {
    folder.write("file", FORECAST.replace("Acme Plant 1", "Acme\u001b[31m\u202e Plant"));
    const { stdout } = await calloffHere(["check", "file", "--documents"], { cwd: folder.path });
    assert.doesNotMatch(stdout.replaceAll("\n", ""), /\p{Cc}|\u202e/u);
  });

  it("exits 3 for a file that is not there, and refuses a folder", async () => {
    assert.equal((await checked("missing.edi")).code, 3);
    const { code, document } = await checked(".");
    assert.equal(code, 1);
    assert.equal(at(document, "error", "code"), "SYNTAX_FILE_UNREADABLE");
  });

  it("exits 3 for a partner that is not there", async () => {
    const home = freshHome();
    try {
      home.write("forecast.edi", FORECAST);
      const args = ["check", path.join(home.path, "forecast.edi"), "--home", home.path, "--partner", "nobody"];
      assert.equal((await calloffHere(args)).code, 3);
    } finally {
      home.remove();
    }
  });
});
