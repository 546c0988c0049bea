/** What operators and attackers of operators do: terminals and logs that obey, secrets that are seen, settings with code in them. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { at, calloff, calloffHere, type Ended, listAt } from "../support/program.ts";
import { type SystemHome, systemHome } from "./homes.ts";
import { assertSound } from "./oracle.ts";

const MONDAY = "2027-03-01";

/** Answers of a command; in a process of its own where the log is asked for as well. */
function told(home: SystemHome, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const surroundings = { env: { CALLOFF_NOW: `${MONDAY}T06:00:00Z`, ...env } };
  const words = [...args, "--home", home.path, "--business-date", MONDAY];
  return args[0] === "run" ? calloff(words, surroundings) : calloffHere(words, surroundings);
}

/** What a terminal or a reader of lines would obey: C0 but the line feed, C1, and marks that turn text around. */
const OBEYED = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

const EVIL = "\u001b[2J\u001b]0;owned\u0007\u009b31m\u202Eevil\u2066\u2028\r\u0085";
const INJECTION = 'x\n{"level":"error","message":"all is lost"}\r\n';

const bytes = (text: string): string => Buffer.from(text.replace(/[\r\n]/g, ""), "utf8").toString("latin1");

describe("text from others", function () {
  this.timeout(180_000);

  it("reaches terminals and logs without anything they would obey, in every listing [E62]", async () => {
    const home = await systemHome("sqlite");
    const settings = path.join(home.path, "config/gateway.yaml");
    writeFileSync(settings, readFileSync(settings, "utf8").replace(/^logLevel: .*$/m, "logLevel: debug"));
    const partner = path.join(home.path, "config/partners/acme.yaml");
    writeFileSync(partner, `${readFileSync(partner, "utf8")}\ncharset: utf-8\n`);
    const blanket = JSON.parse(home.sample("blanket-order.json")) as { lines: Record<string, unknown>[] };
    home.drop(
      "erp",
      "blanket.json",
      JSON.stringify({
        ...blanket,
        description: EVIL + INJECTION,
        contact: EVIL,
        lines: [{ ...blanket.lines[0], item: `W${EVIL}`, description: EVIL + INJECTION }],
      }),
    );
    const answers = [await told(home, ["run"])];
    home.drop("acme", "forecast.edi", "");
    writeFileSync(
      path.join(home.path, "inbox/acme/forecast.edi"),
      Buffer.from(
        home
          .sample("forecast.edi")
          .replace("Acme Plant 1", `Plant ${bytes(EVIL)}`)
          .replace("BFR*05**1*", `BFR*05**1${bytes(EVIL)}*`),
        "latin1",
      ),
    );
    answers.push(await told(home, ["run"]));
    home.drop(
      "erp",
      "shipped.json",
      JSON.stringify({
        schema: "calloff/shipment-confirmation/1",
        confirmation: `C${EVIL}${INJECTION}`,
        note: `N${EVIL}`,
        carrier: INJECTION,
        lines: [{ orderLine: "SO-000001/10", quantity: "1" }],
      }),
    );
    answers.push(await told(home, ["run"]));
    const commands = [
      ["file", "list"],
      ["file", "show", "file:2"],
      ["schedule", "list"],
      ["schedule", "show", "1"],
      ["blanket", "list"],
      ["blanket", "show", "BA-000001"],
      ["order", "list"],
      ["order", "show", "SO-000001"],
      ["shipment", "list"],
      ["shipment", "show", "SH-000001"],
      ["invoice", "list"],
      ["ledger"],
      ["outbox", "list"],
      ["outbox", "show", "1"],
      ["why", "SO-000001/10"],
      ["doctor"],
      ["partner", "list"],
      ["db", "check"],
      // What is given is told back, harmless.
      ["order", "show", EVIL],
      ["why", EVIL],
      [EVIL],
      ["schedule", "list", "--partner", EVIL],
      ["db", "restore", `/${EVIL}`],
    ];
    for (const command of commands) answers.push(await told(home, command));
    for (const command of [
      ["file", "list"],
      ["schedule", "list"],
      ["blanket", "show", "BA-000001"],
      ["shipment", "list"],
    ]) {
      const answer = await told(home, [...command, "--json"]);
      JSON.parse(answer.stdout);
      answers.push(answer);
    }
    let lines = 0;
    for (const [n, { stdout, stderr }] of answers.entries()) {
      assert.doesNotMatch(stdout, OBEYED, `stdout of ${JSON.stringify(commands[n - 3])}`);
      assert.doesNotMatch(stderr, OBEYED, `stderr of ${JSON.stringify(commands[n - 3])}`);
      for (const line of stderr.split("\n").filter((text) => text.startsWith("{"))) {
        assert.equal(typeof at(JSON.parse(line), "level"), "string");
        assert.notEqual(at(JSON.parse(line), "message"), "all is lost");
        lines += 1;
      }
    }
    assert.ok(lines > 5, "the log was read");
    await assertSound(home);
    await home.remove();
  });
});

describe("what is stored and set", function () {
  this.timeout(180_000);

  it("is its owner's alone: data, backups, and a data folder that was opened is closed again [E64]", async () => {
    const home = await systemHome("sqlite");
    chmodSync(path.join(home.path, "data"), 0o755);
    const open = await told(home, ["doctor"]);
    assert.match(open.stdout, /warn {2}data: .*entered by others/);
    home.drop("erp", "blanket.json", home.sample("blanket-order.json"));
    home.drop("acme", "forecast.edi", home.sample("forecast.edi"));
    home.drop("acme", "bad.edi", "no interchange");
    await told(home, ["run"]);
    await home.on(MONDAY, ["db", "backup", "--with-archive"]);
    assert.equal(statSync(path.join(home.path, "data")).mode & 0o007, 0);
    const entries = readdirSync(path.join(home.path, "data"), { recursive: true, withFileTypes: true });
    assert.ok(entries.length > 10);
    for (const entry of entries) {
      const name = path.join(entry.parentPath, entry.name);
      const mode = statSync(name).mode & 0o777;
      // The lock holds nothing but the lock.
      if (!entry.name.startsWith("instance.lock"))
        assert.equal(mode & 0o077, 0, `${name} has mode ${mode.toString(8)}`);
    }
    await home.remove();
  });

  it("a password is never told: not by errors, doctor, log or JSON, and not kept where others may read it [E64]", async () => {
    const home = await systemHome("sqlite");
    const settings = path.join(home.path, "config/gateway.yaml");
    const secret = "hunter2@/:x";
    const others = readFileSync(settings, "utf8").replace(/^database: .*\n/m, "");
    const urls = [
      `postgres://calloff:${encodeURIComponent(secret)}@127.0.0.1:1/calloff`,
      `mysql://calloff:${secret}@127.0.0.1:1/calloff`,
      `postgres://calloff:${secret}@[bad`,
    ];
    const words = [secret, encodeURIComponent(secret), "hunter2"];
    for (const url of urls) {
      writeFileSync(settings, `${others}database: "${url}"\n`, { mode: 0o600 });
      chmodSync(settings, 0o600);
      for (const command of [
        ["doctor"],
        ["doctor", "--json"],
        ["run"],
        ["file", "list", "--json"],
        ["db", "check"],
        ["db", "backup"],
        ["db", "migrate"],
      ]) {
        const { code, stdout, stderr } = await told(home, command, { CALLOFF_DEBUG: "1" });
        assert.notEqual(code, 0, command.join(" "));
        for (const word of words)
          assert.ok(
            !`${stdout}${stderr}`.includes(word),
            `${command.join(" ")} with ${url} tells ${word}:\n${stdout}${stderr}`,
          );
      }
    }
    chmodSync(settings, 0o644);
    writeFileSync(settings, `${others}database: "${urls[0]}"\n`);
    const refused = await told(home, ["run"]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /CONFIG_SECRET at config\/gateway.yaml, line \d+/);
    assert.match(refused.stderr, /chmod 600/);
    assert.ok(!refused.stderr.includes("hunter2"));
    await home.remove();
  });

  it("mappings and settings are data: code, tags, bombs, prototypes and typing mistakes are refused with their place [E64]", async () => {
    const home = await systemHome("sqlite");
    const put = (name: string, text: string): void => {
      const file = path.join(home.path, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    };
    const good = {
      "config/partners/acme.yaml": readFileSync(path.join(home.path, "config/partners/acme.yaml"), "utf8"),
      "config/policies/standard.yaml": readFileSync(path.join(home.path, "config/policies/standard.yaml"), "utf8"),
    };
    const bomb = `a: &a [${"x,".repeat(9)}x]\n${"bcdefghi"
      .split("")
      .map((name, n) => `${name}: &${name} [${`*${"abcdefgh"[n]},`.repeat(9)}*${"abcdefgh"[n]}]`)
      .join("\n")}\n`;
    const touched = path.join(home.path, "touched");
    const code = [
      `x: !!js/function "function () { require('fs').writeFileSync('${touched}', '') }"\n`,
      `x: !<tag:yaml.org,2002:js/function> 'function(){}'\n`,
      `x: !!python/object/apply:os.system ["touch ${touched}"]\n`,
    ];
    const cases: [name: string, text: string, says: RegExp][] = [
      ...code.map((text): [string, string, RegExp] => [
        "config/policies/standard.yaml",
        text,
        /CONFIG_\w+ at config\/policies\/standard\.yaml, line \d+, column \d+/,
      ]),
      ["config/policies/standard.yaml", bomb, /CONFIG_\w+ at config\/policies\/standard\.yaml, line \d+/],
      [
        "config/policies/standard.yaml",
        "__proto__: { first: accept }\n",
        /CONFIG_KEY at config\/policies\/standard\.yaml, line 1, column 1/,
      ],
      ["config/policies/standard.yaml", "constructor: { prototype: { first: accept } }\n", /CONFIG_KEY/],
      ["config/policies/standard.yaml", "frist: accept\n", /line 1, column 1[^]*Did you mean `first`\?/],
      [
        "config/partners/acme.yaml",
        good["config/partners/acme.yaml"].replace("policy: standard", "policy: standrad"),
        /Did you mean `standard`\?/,
      ],
      [
        "config/partners/acme.yaml",
        `${good["config/partners/acme.yaml"]}\noutboxFolder: ../../etc\n`,
        /CONFIG_VALUE at config\/partners\/acme\.yaml, line \d+/,
      ],
      ...code.map((text): [string, string, RegExp] => [
        "mappings/x12/830.acme.yaml",
        `extends: x12/830\n${text}`,
        /MAPPING_\w+ at .*830\.acme\.yaml, line \d+, column \d+/,
      ]),
      ["mappings/x12/830.acme.yaml", `extends: x12/830\n${bomb}`, /MAPPING_\w+ at .*830\.acme\.yaml, line \d+/],
      [
        "mappings/x12/830.acme.yaml",
        "extends: x12/830\n__proto__: { polluted: 1 }\n",
        /MAPPING_\w+ at .*830\.acme\.yaml, line \d+/,
      ],
      ["mappings/x12/830.acme.yaml", "extends: ../../../etc/passwd\n", /MAPPING_DIALECT at .*line 1/],
    ];
    for (const [name, text, says] of cases) {
      put(name, text);
      const refused = await told(home, ["doctor"]);
      const ran = await told(home, ["run"]);
      assert.equal(ran.code, 1, `${name}: ${text.slice(0, 60)}\n${ran.stdout}`);
      assert.match(ran.stderr, says, text.slice(0, 80));
      assert.match(refused.stdout, /fail {2}configuration/);
      put(name, (good as Record<string, string>)[name] ?? "extends: x12/830\n");
    }
    assert.equal(readdirSync(home.path).includes("touched"), false);
    assert.equal((await told(home, ["run"])).code, 0);
    await home.remove();
  });

  it("dates only go forward: a command or a run on an earlier day is refused and books nothing", async () => {
    const home = await systemHome("sqlite");
    home.drop("erp", "blanket.json", home.sample("blanket-order.json"));
    home.drop("acme", "forecast.edi", home.sample("forecast.edi"));
    await home.on("2027-03-02", ["run"]);
    const before = await home.ask("2027-03-02", "ledger");
    home.drop("acme", "again.edi", home.sample("forecast.edi").replaceAll("000000001", "000000009"));
    for (const command of [["run"], ["order", "ship", "SO-000001/10"]]) {
      const refused = await told(home, command);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /BUSINESS_DATE_BACK[^]*2027-03-02 or later/);
    }
    assert.ok(readdirSync(path.join(home.path, "inbox/acme")).includes("again.edi"), "it waits where it lies");
    // Looking back is no going back.
    assert.equal((await told(home, ["blanket", "show", "BA-000001"])).code, 0);
    assert.deepEqual(await home.ask("2027-03-02", "ledger"), before);
    assert.equal(listAt(await home.ask("2027-03-02", "run"), "files").length, 1);
    await assertSound(home);
    await home.remove();
  });
});
