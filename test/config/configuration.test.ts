import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { loadConfiguration } from "../../src/config/configuration.ts";
import { configSchemas } from "../../src/config/json-schema.ts";
import { packageRoot } from "../../src/config/package-root.ts";
import { CalloffError } from "../../src/values/errors.ts";

const GATEWAY = "company: { name: Example }\n";
const partnerText = (more = "") => `name: ACME
theirs: [{ qualifier: "01", id: ACMEMOTORS }]
ours: [{ qualifier: ZZ, id: EXAMPLE }]
shipNotice: null
invoice: null
${more}`;

const TABLES = 'tables: [{ files: "*.csv", mapping: csv/schedule-long }]\n';

const zones = (text: string): Readonly<Record<string, string>> => ({
  "config/policies/standard.yaml": `zones: ${text}\n`,
});

describe("the configuration of a home", () => {
  let home = "";
  beforeEach(() => {
    home = mkdtempSync(path.join(os.tmpdir(), "calloff-config-"));
    lay({ "config/gateway.yaml": GATEWAY, "config/policies/standard.yaml": "first: hold\n" });
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  function lay(files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(home, name)), { recursive: true });
      writeFileSync(path.join(home, name), content);
    }
  }

  function refusal(): CalloffError {
    try {
      loadConfiguration(home);
    } catch (thrown) {
      assert.ok(thrown instanceof CalloffError);
      return thrown;
    }
    throw new Error("the configuration was taken");
  }

  it("needs no identities of a partner whose files are tables and who is sent tables or nothing", () => {
    for (const sent of ["invoice: null", "invoice: { mapping: csv/invoice }"]) {
      lay({ "config/partners/acme.yaml": `name: ACME\nshipNotice: { mapping: csv/ship-notice }\n${sent}\n${TABLES}` });
      const acme = loadConfiguration(home).partners.get("acme");
      assert.deepEqual([acme?.theirs, acme?.ours], [[], []]);
    }
  });

  const hash = (): string | undefined => {
    const config = loadConfiguration(home);
    return [...config.partners.values()].map((partner) => config.policyOf(partner).hash)[0];
  };

  it("is the gateway's settings, the partners by code and the policies by name, with their defaults", () => {
    lay({
      "config/partners/acme.yaml": partnerText("folders: [van, acme]"),
      "config/partners/bolt.yaml": partnerText("folders: [bolt]"),
    });
    const config = loadConfiguration(home);
    const acme = config.partners.get("acme");
    assert.ok(acme !== undefined);
    assert.deepEqual([...config.partners.keys()], ["acme", "bolt"]);
    assert.equal(config.gateway.intake.quietMilliseconds, 2000);
    assert.equal(config.policyOf(acme).policy.first, "hold");
    assert.match(config.policyOf(acme).hash, /^[0-9a-f]{64}$/);
    assert.deepEqual(
      config.partnersOfFolder("van").map(({ code }) => code),
      ["acme"],
    );
    assert.ok(config.mappings.names().includes("x12/830"));
  });

  it("changes a policy's hash with what the policy says, not with how it is written", () => {
    lay({ "config/partners/acme.yaml": partnerText() });
    const before = hash();
    lay({ "config/policies/standard.yaml": "# a word more\nfirst: hold\nversion: 1\n" });
    assert.equal(hash(), before);
    lay({ "config/policies/standard.yaml": "first: accept\n" });
    assert.notEqual(hash(), before);
  });

  it("is refused without a gateway.yaml, with the command that lays out a home", () => {
    rmSync(path.join(home, "config/gateway.yaml"));
    const error = refusal();
    assert.equal(error.code, "CONFIG_FILE");
    assert.match(error.inWords(), /config\/gateway\.yaml[\s\S]*calloff init/);
  });

  it("names one fault with file, line, column, expected, found and remedy", () => {
    lay({ "config/gateway.yaml": "company:\n  name: Example\n  timeZone: Europe/Berlinn\n" });
    const error = refusal();
    assert.deepEqual(error.place, { file: "config/gateway.yaml", line: 3, column: 13, field: "company.timeZone" });
    assert.deepEqual(
      [error.code, error.expected, error.found],
      ["CONFIG_VALUE", "an IANA time zone such as Europe/Berlin", "Europe/Berlinn"],
    );
    assert.notEqual(error.remedy, undefined);
  });

  it("lists the faults of all files together", () => {
    lay({
      "config/gateway.yaml": "compny: { name: Example }\n",
      "config/policies/standard.yaml": "first: mayb\nzones: nothing\n",
      "config/partners/acme.yaml": partnerText("policy: standrd\ncharset: latin-1"),
      "config/partners/bolt.yaml": partnerText("folders: [acme]\npolicy: standrd"),
    });
    const { message } = refusal();
    for (const part of [
      "config/gateway.yaml, line 1, column 1, compny: `compny` is not a setting",
      "config/gateway.yaml, line 1, column 1, company: `company` is missing",
      "config/policies/standard.yaml, line 1, column 8, first",
      "config/policies/standard.yaml, line 2, column 8, zones",
      "config/partners/acme.yaml, line 7, column 10, charset",
      "config/partners/bolt.yaml, line 7, column 9, policy: There is no policy `standrd`; expected one of standard; found standrd (Did you mean `standard`?)",
    ]) {
      assert.ok(message.includes(part), `${part}\nis not in\n${message}`);
    }
  });

  it("is refused where a mapping does not exist or is for another document", () => {
    lay({
      "config/partners/acme.yaml": partnerText('mappings: { "830": x12/830.acm }').replace(
        "invoice: null",
        "invoice: { mapping: x12/830 }",
      ),
    });
    const { message } = refusal();
    assert.match(message, /line 6, column 20, mappings\.830: There is no mapping `x12\/830\.acm`/);
    assert.match(
      message,
      /line 5, column 21, invoice\.mapping: The mapping `x12\/830` is for another document; expected a mapping of document invoice/,
    );
  });

  it("is refused where two partners of one folder have the same sender; in folders of their own they may", () => {
    lay({
      "config/partners/acme.yaml": partnerText("folders: [van]"),
      "config/partners/bolt.yaml": partnerText("folders: [van]"),
    });
    assert.equal(refusal().code, "CONFIG_SHARED_IDENTITY");
    assert.deepEqual(refusal().place, { file: "config/partners/bolt.yaml", line: 2, column: 10, field: "theirs[0]" });
    lay({ "config/partners/bolt.yaml": partnerText("folders: [bolt]") });
    assert.equal(loadConfiguration(home).partners.size, 2);
  });

  it("is refused where delimiters are the same, or letters, digits and blanks", () => {
    for (const delimiters of [
      '{ element: "*", component: "*" }',
      "{ segment: x }",
      '{ component: " " }',
      "{ element: ü }",
    ]) {
      lay({ "config/partners/acme.yaml": partnerText(`delimiters: ${delimiters}`) });
      assert.equal(refusal().code, "CONFIG_DELIMITERS", delimiters);
    }
    lay({ "config/partners/acme.yaml": partnerText('delimiters: { element: "|", component: "<", segment: "\\n" }') });
    assert.equal(loadConfiguration(home).partners.size, 1);
  });

  it("takes no partner that is called like the ERP, no folder that leaves the inbox, and no file with another ending", () => {
    lay({ "config/partners/erp.yaml": partnerText() });
    assert.match(refusal().inWords(), /config\/partners\/erp\.yaml[\s\S]*which is the ERP's own/);
    rmSync(path.join(home, "config/partners/erp.yaml"));
    lay({ "config/partners/acme.yaml": partnerText("folders: [../../etc]") });
    assert.match(refusal().inWords(), /a folder name/);
    rmSync(path.join(home, "config/partners/acme.yaml"));
    lay({ "config/partners/acme.yml": partnerText() });
    assert.match(refusal().inWords(), /Rename it to acme\.yaml/);
  });

  const wrong: readonly (readonly [title: string, files: Readonly<Record<string, string>>, words: RegExp])[] = [
    [
      "zones whose last days do not rise",
      zones("[{ name: a, untilDay: 9 }, { name: b, untilDay: 9 }, { name: c }]"),
      /standard\.yaml, line 1, column 56, zones\[1\]\.untilDay[^]*a day after 9/,
    ],
    [
      "two zones of one name",
      zones("[{ name: a, untilDay: 9 }, { name: a }]"),
      /zones\[1\]\.name[^]*a name that no other zone has/,
    ],
    ["two zones without an end", zones("[{ name: a }, { name: b }]"), /zones\[1\][^]*no zone behind a/],
    ["a zone without an end before others", zones("[{ name: a }, { name: b, untilDay: 9 }]"), /zones\[1\][^]*behind a/],
    [
      "a negative percentage",
      zones('[{ name: a, increase: { percent: "-1" } }]'),
      /zones\[0\]\.increase\.percent[^]*zero or more/,
    ],
    ["a negative quantity", zones('[{ name: a, decrease: { quantity: "-1" } }]'), /decrease\.quantity[^]*zero or more/],
    ["negative days", zones("[{ name: a, decrease: { days: -1 } }]"), /decrease\.days[^]*at least 0/],
    [
      "an account's field twice",
      { "config/partners/acme.yaml": partnerText("schedule: { account: [customerPart, customerPart] }") },
      /acme\.yaml, line 6, column 37, schedule\.account\[1\][^]*each field once/,
    ],
    [
      "no identities where envelopes come",
      { "config/partners/acme.yaml": "name: ACME\nshipNotice: null\ninvoice: null\n" },
      /theirs[^]*is missing[^]*tables:[^]*ours[^]*is missing/,
    ],
    [
      "no identities where an X12 envelope goes out",
      { "config/partners/acme.yaml": `name: ACME\nshipNotice: null\n${TABLES}` },
      /theirs[^]*is missing[^]*`invoice` is x12\/810/,
    ],
    [
      "one side of identities without the other",
      { "config/partners/acme.yaml": `name: ACME\ntheirs: [{ id: A }]\nshipNotice: null\ninvoice: null\n${TABLES}` },
      /`ours` is missing[^]*`theirs` is stated/,
    ],
    [
      "an identity that no X12 envelope holds",
      {
        "config/partners/acme.yaml": partnerText()
          .replace("invoice: null\n", "")
          .replace("ACMEMOTORS", "ACMEMOTORS-DETROIT"),
      },
      /theirs\[0\]\.id[^]*at most 15 characters/,
    ],
    [
      "a qualifier that no X12 envelope holds",
      { "config/partners/acme.yaml": partnerText().replace("invoice: null\n", "").replace("ZZ", "ZZZ") },
      /ours\[0\]\.qualifier[^]*at most 2 characters/,
    ],
    [
      "an identity that no VDA header holds",
      {
        "config/partners/acme.yaml": partnerText("invoice: { mapping: csv/invoice }")
          .replace("shipNotice: null\n", "shipNotice: { mapping: fixed/4913 }\n")
          .replace("invoice: null\n", ""),
      },
      /theirs\[0\]\.id[^]*VDA header[^]*at most 9 characters/,
    ],
    [
      "a message of another document",
      { "config/partners/acme.yaml": partnerText("applicationAdvice: { mapping: edifact/contrl }") },
      /applicationAdvice\.mapping[^]*document application-advice/,
    ],
    [
      "a message in a version that its mapping is not for",
      {
        "config/partners/acme.yaml": partnerText('invoice: { mapping: edifact/invoic, version: "D:97A" }')
          .replace("invoice: null\n", "")
          .replace("ACMEMOTORS", "ACME"),
      },
      /invoice\.version[^]*D:04A to D:24B[^]*D:97A[^]*edifact\/invoic-96a/,
    ],
    [
      "a version that is none",
      { "config/partners/acme.yaml": partnerText('applicationAdvice: { mapping: edifact/aperak, version: "97A" }') },
      /applicationAdvice\.version[^]*D:93A to D:24B[^]*97A/,
    ],
    [
      "a table that is read by a message's mapping",
      { "config/partners/acme.yaml": partnerText('tables: [{ files: "*.csv", mapping: x12/830 }]') },
      /tables\[0\]\.mapping[^]*a mapping of syntax csv[^]*syntax x12/,
    ],
    [
      "tables that two partners of a folder declare",
      {
        "config/partners/acme.yaml": partnerText('folders: [van]\ntables: [{ files: "*.csv", mapping: csv/invoice }]'),
        "config/partners/bolt.yaml": partnerText(
          'folders: [van]\ntables: [{ files: "*.CSV", mapping: csv/invoice }]',
        ).replace("ACMEMOTORS", "BOLT"),
      },
      /bolt\.yaml[^]*tables\[0\]\.files[^]*acme declares the same files/,
    ],
    [
      "a syntax of EDIFACT that there is not",
      { "config/partners/acme.yaml": partnerText('edifact: { syntax: "UNOC:5" }') },
      /edifact\.syntax[^]*such as UNOC:3/,
    ],
    [
      "a character set that there is not",
      { "config/partners/acme.yaml": partnerText("charset: ebcdic") },
      /charset[^]*cp850/,
    ],
    [
      "a timetable that is none",
      { "config/gateway.yaml": `${GATEWAY}timetable: { release: every morning }\n` },
      /gateway\.yaml, line 2, column 23, timetable\.release[^]*a cron expression/,
    ],
  ];
  for (const [title, files, words] of wrong) {
    it(`is refused with ${title}, naming the place`, () => {
      lay(files);
      assert.match(refusal().inWords(), words);
    });
  }

  it("takes zones that are reached by commitments alone, and holidays without working days", () => {
    lay(zones("[{ name: fab, commitments: [manufacturing] }, { name: a, untilDay: 9 }, { name: b }]"));
    lay({ "config/gateway.yaml": `${GATEWAY}shipping: { holidays: [2027-12-24] }\n` });
    const { shipping } = loadConfiguration(home).gateway;
    assert.deepEqual(shipping, { workingDays: [1, 2, 3, 4, 5, 6, 7], holidays: ["2027-12-24"] });
  });

  it("is refused, not waited for, where a file is a named pipe or a folder", () => {
    mkdirSync(path.join(home, "config/partners/bolt.yaml"), { recursive: true });
    execFileSync("mkfifo", [path.join(home, "config/partners/acme.yaml")]);
    const { message } = refusal();
    assert.match(message, /acme\.yaml: The file cannot be read[^]*found a folder, pipe or device[^]*bolt\.yaml/);
  });

  it("is refused, not waited for, where a mapping is a named pipe", () => {
    lay({ "config/partners/acme.yaml": partnerText() });
    mkdirSync(path.join(home, "mappings/x12"), { recursive: true });
    execFileSync("mkfifo", [path.join(home, "mappings/x12/830.acme.yaml")]);
    const { code, found, remedy } = refusal();
    assert.deepEqual([code, found], ["MAPPING_FILE", "a folder, pipe or device"]);
    assert.ok(remedy);
  });

  it("is refused in another encoding than UTF-8", () => {
    lay({ "config/gateway.yaml": Buffer.from("company: { name: M\u00fcller }\n", "latin1") });
    assert.equal(refusal().code, "CONFIG_FILE");
  });

  it("can leave mappings unread until one is asked for, and refuses then what it would have refused at once", () => {
    lay({ "config/partners/acme.yaml": partnerText("mappings: { 830: x12/nothing }\n") });
    const config = loadConfiguration(home, "when needed");
    assert.deepEqual([...config.partners.keys()], ["acme"]);
    assert.throws(() => config.mappings, { code: "CONFIG_UNKNOWN_MAPPING", message: refusal().message });
    lay({ "mappings/x12/830.yaml": "syntax: x12\n" });
    assert.equal(loadConfiguration(home, "when needed").gateway.company.name, "Example");
    assert.throws(() => loadConfiguration(home, "when needed").mappings, { code: refusal().code });
  });

  it("lets a home's mapping win over the package's of the same name", () => {
    lay({ "config/partners/acme.yaml": partnerText() });
    const shipped = loadConfiguration(home).mappings.named("x12/830");
    cpSync(path.join(packageRoot(), "mappings/x12/830.yaml"), path.join(home, "mappings/x12/830.yaml"), {
      recursive: true,
    });
    const own = loadConfiguration(home).mappings.named("x12/830");
    assert.notEqual(own?.file, shipped?.file);
    assert.equal(own?.hash, shipped?.hash);
  });
});

describe("the sample home", () => {
  it("is a valid configuration", () => {
    assert.deepEqual([...loadConfiguration(packageRoot()).partners.keys()], ["acme"]);
  });
});

describe("the JSON Schemas for editors", () => {
  it("are draft-07 and say of every key what it means", () => {
    for (const schema of Object.values(configSchemas())) {
      assert.equal((schema as { $schema?: string }).$schema, "http://json-schema.org/draft-07/schema#");
      for (const [key, held] of Object.entries(schema.properties ?? {})) {
        assert.equal(typeof (held as { description?: string }).description, "string", key);
      }
    }
  });
});
