import assert from "node:assert/strict";
import { emptyFolder, freshHome, type TestHome } from "../support/homes.ts";
import { at, calloff, calloffHere, calloffJson } from "../support/program.ts";

describe("The command line", () => {
  let home: TestHome;
  afterEach(() => home.remove());

  const wrong: readonly (readonly [title: string, args: readonly string[], message: RegExp])[] = [
    ["no command at all", [], /Usage: calloff/],
    ["a command mistyped, with the one that was meant", ["scheduel"], /Did you mean schedule\?/],
    ["a verb mistyped", ["order", "shwo"], /Did you mean show\?/],
    ["an option mistyped", ["doctor", "--jsn"], /Did you mean --json\?/],
    ["an argument missing", ["check"], /missing required argument 'file'/],
    ["an option's value missing", ["doctor", "--home"], /argument missing/],
    ["a reason missing", ["order", "cancel", "SO-000001"], /--reason/],
    [
      "a business date that is none",
      ["order", "list", "--business-date", "2027-02-30"],
      /--business-date is not a date/,
    ],
    ["a limit that is no number", ["order", "list", "--limit", "many"], /--limit is not a whole number/],
    ["a limit that leaves nothing", ["order", "list", "--limit", "0"], /--limit[^]*expected: 1 or more/],
    [
      "a state that is none",
      ["order", "list", "--state", "bogus"],
      /--state[^]*expected: one of draft, open, [^]*found: +bogus/,
    ],
    ["a state of something else", ["schedule", "list", "--state", "applied"], /expected: one of held, accepted/],
    ["a quantity that is none", ["order", "ship", "SO-000001", "--line", "10=few"], /--line is not understood/],
    ["a fault that cannot be tolerated", ["check", "x.edi", "--lenient", "everything"], /cannot be tolerated/],
    ["a file that is named by no number", ["file", "show", "last"], /A file is named by its number/],
  ];
  for (const [title, args, message] of wrong) {
    it(`answers ${title} with exit 2, on stderr only`, async () => {
      home = freshHome();
      const ended = await calloffHere(args, { cwd: home.path });
      assert.equal(ended.code, 2, ended.stderr);
      assert.match(ended.stderr, message);
      assert.doesNotMatch(ended.stderr, /\n\s+at /, "no stack trace");
      assert.equal(ended.stdout, "");
    });
  }

  it("answers wrong usage as one JSON document where JSON is asked for", async () => {
    home = freshHome();
    const { code, document } = await calloffJson(["order", "list", "--limit", "0x10"], { cwd: home.path });
    assert.equal(code, 2);
    assert.deepEqual(document, {
      error: {
        code: "USAGE",
        message: "--limit is not a whole number",
        place: { field: "--limit" },
        expected: "a whole number",
        found: "0x10",
        remedy: "Give --limit digits only",
      },
    });
  });

  it("refuses an environment that says what cannot be", async () => {
    home = freshHome();
    const ended = await calloffHere(["order", "list"], { cwd: home.path, env: { CALLOFF_NOW: "tomorrow" } });
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /CALLOFF_NOW is not an instant[^]*expected: {4}?a UTC instant|expected/);
  });

  it("says that there is no home, and how to get one", async () => {
    home = emptyFolder();
    const { code, document } = await calloffJson(["order", "list"], { cwd: home.path });
    assert.equal(code, 3);
    assert.equal(at(document, "error", "code"), "HOME_MISSING");
    assert.match(String(at(document, "error", "remedy")), /calloff init/);
  });

  it("works on the home it is told, wherever the options stand", async () => {
    home = freshHome();
    for (const args of [
      ["--home", home.path, "order", "list"],
      ["order", "--home", home.path, "list"],
      ["order", "list", "--home", home.path],
    ]) {
      const { code, document } = await calloffJson(args, { cwd: "/" });
      assert.deepEqual({ code, document }, { code: 0, document: { orders: [], more: false } });
    }
  });

  it("is a program of its own: an error on stderr, its exit code, nothing on stdout", async () => {
    home = emptyFolder();
    const ended = await calloff(["order", "list"], { cwd: home.path });
    assert.equal(ended.code, 3);
    assert.equal(ended.stdout, "");
    assert.match(ended.stderr, /^HOME_MISSING at .*\n {2}expected: .*\n {2}found: .*\n {2}do: .*\n$/);
  });

  it("shows its help and version on stdout and exits 0", async () => {
    home = emptyFolder();
    for (const args of [["--help"], ["help", "order"], ["order", "ship", "--help"], ["--version"]]) {
      const ended = await calloffHere(args);
      assert.equal(ended.code, 0);
      assert.notEqual(ended.stdout, "");
      assert.equal(ended.stderr, "");
    }
  });

  it("says what sending again does with a file that somebody has changed", async () => {
    home = emptyFolder();
    const { stdout } = await calloffHere(["outbox", "resend", "--help"]);
    assert.match(stdout.replaceAll(/\s+/g, " "), /the bytes it was made with.*changed.*is not written over/);
  });
});

describe("Empty lists", () => {
  let home: TestHome;
  beforeEach(() => {
    home = freshHome();
  });
  afterEach(() => home.remove());

  for (const noun of ["order", "shipment", "receipt", "invoice", "file", "outbox", "partner", "schedule", "blanket"]) {
    it(`of ${noun} answer, in words and as JSON, with exit 0`, async () => {
      const words = await calloffHere([noun, "list", "--home", home.path]);
      assert.equal(words.code, 0, words.stderr);
      assert.match(words.stdout, /\.\n|acme/);
      const { code } = await calloffJson([noun, "list", "--home", home.path]);
      assert.equal(code, 0);
    });
  }

  for (const [args, code] of [
    ...["order", "shipment", "receipt", "invoice", "file", "outbox", "schedule", "blanket"].map(
      (noun) => [[noun, "list", "--partner", "nope"], 3] as const,
    ),
    [["order", "show", "SO-000001"], 3],
    [["shipment", "show", "SH-000001"], 3],
    [["receipt", "show", "1"], 3],
    [["receipt", "place", "1", "--line", "SH-000001/10", "--reason", "x"], 3],
    [["receipt", "place", "1"], 2],
    [["receipt", "dismiss", "1", "--reason", "x"], 3],
    [["invoice", "show", "IN-000001"], 3],
    [["file", "show", "file:1"], 3],
    [["file", "retry", "file:1"], 3],
    [["outbox", "show", "1"], 3],
    [["outbox", "resend", "1"], 3],
    [["partner", "check", "nobody"], 3],
    [["why", "SO-000001"], 3],
    [["why", "whatever"], 2],
    [["order", "ship", "SO-000001"], 3],
    [["order", "cancel", "SO-000001", "--reason", "test"], 3],
    [["order", "lift", "SO-000001", "--reason", "test"], 3],
    [["blanket", "show", "BA-000001"], 3],
    [["schedule", "show", "1"], 3],
    [["schedule", "accept", "1"], 3],
    [["schedule", "withdraw", "1", "--reason", "test"], 3],
  ] as const) {
    it(`calloff ${args.join(" ")} of what is not there exits ${code} and says what to do`, async () => {
      const { code: exit, document, stderr } = await calloffJson([...args, "--home", home.path]);
      assert.equal(exit, code, stderr);
      assert.equal(typeof at(document, "error", "code"), "string");
      assert.equal(typeof (at(document, "error", "remedy") ?? at(document, "error", "expected")), "string", stderr);
    });
  }
});

describe("A reader that goes away", () => {
  it("is no error: calloff check … | head ends quietly, with the exit code of the check", async () => {
    const home = freshHome();
    try {
      const file = home.write("file", "A".repeat(1000));
      const { stderr, code } = await calloff(["check", file, "--json"], { reader: "gone" });
      assert.deepEqual({ stderr, code }, { stderr: "", code: 4 });
    } finally {
      home.remove();
    }
  });
});
