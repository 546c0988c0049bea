import assert from "node:assert/strict";
import { reopenFile } from "../../src/exchange/reopen-file.ts";
import { workOnce } from "../../src/exchange/run.ts";
import { select } from "../../src/store/rows.ts";
import { file, message, outboundDocument, revision } from "../../src/store/tables.ts";
import { occasionOf } from "../../src/values/clock.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { type TestHome, testHome } from "./home.ts";
import { delforBody, delforMessage, delforText, EURO, IMPATIENT, segments } from "./messages.ts";

const answers = ({ names }: TestHome) => names("outbox", "acme");
/** Segments of an answer, without its envelope. */
const answer = ({ read }: TestHome, name = "CONTRL_000000001.edi") =>
  read("outbox", "acme", name)
    .split("'\n")
    .filter((line) => /^U(?:CI|CM|CS|CD|CF)/.test(line));

onEveryDatabase("what an EDIFACT customer is answered", (database) => {
  /** A home of that customer that does not wait for ends which do not come. */
  const home = (more = ""): TestHome =>
    testHome(database(), { "config/partners/acme.yaml": EURO + more, "config/gateway.yaml": IMPATIENT });
  const outcomes = async () => ({
    files: (await select(database().store, file, "ORDER BY id")).map(({ state }) => state),
    sets: (await select(database().store, message, "ORDER BY id")).map(({ state, answer: said }) => `${state} ${said}`),
    revisions: (await select(database().store, revision, "")).length,
  });

  it("valid message: acknowledged, in a CONTRL of its own interchange", async () => {
    const at = home();
    at.drop("acme", "delfor.edi", delforText());
    await workOnce(at.exchange);
    assert.deepEqual(await outcomes(), { files: ["applied"], sets: ["applied accepted"], revisions: 1 });
    assert.equal(
      at.read("outbox", "acme", "CONTRL_000000001.edi"),
      segments([
        "UNA:+.? ",
        "UNB+UNOC:3+SUPPLIER:ZZ+ACME:ZZ+270301:0730+000000001++CONTRL",
        "UNH+1+CONTRL:D:3:UN",
        "UCI+1+ACME:ZZ+SUPPLIER:ZZ+7",
        "UCM+1+DELFOR:D:97A:UN+7",
        "UNT+4+1",
        "UNZ+1+000000001",
      ]),
    );
  });

  it("message with an element in error: rejected, at the segment's place from UNH and the element's from the tag", async () => {
    const at = home();
    at.drop("acme", "delfor.edi", delforText({ date: "20270230" }));
    await workOnce(at.exchange);
    assert.deepEqual(await outcomes(), { files: ["in part"], sets: ["rejected rejected"], revisions: 0 });
    assert.deepEqual(answer(at), ["UCI+1+ACME:ZZ+SUPPLIER:ZZ+7", "UCM+1+DELFOR:D:97A:UN+4", "UCS+12", "UCD+12+2:2"]);
  });

  it("message of a type that only objects have a word for: rejected as one there is no mapping for", async () => {
    const at = home();
    for (const [n, type] of ["constructor", "__proto__", "toString"].entries())
      at.drop("acme", `${n}.edi`, delforText({ control: `${n + 1}` }).replaceAll("DELFOR", type));
    await workOnce(at.exchange);
    assert.deepEqual((await outcomes()).sets, ["unmapped rejected", "unmapped rejected", "unmapped rejected"]);
  });

  it("message with a mandatory segment missing: rejected, at the last segment before its place", async () => {
    const at = home();
    const body = delforBody().filter((line) => !line.startsWith("BGM"));
    const text = ["UNB+UNOC:3+ACME:ZZ+SUPPLIER:ZZ+270301:0600+1", ...delforMessage(body, "1"), "UNZ+1+1"];
    at.drop("acme", "delfor.edi", segments(text));
    await workOnce(at.exchange);
    const [, rejected, segment] = answer(at);
    assert.equal(rejected, "UCM+1+DELFOR:D:97A:UN+4");
    assert.match(segment ?? "", /^UCS\+\d+\+13$/);
    assert.deepEqual((await outcomes()).revisions, 0);
  });

  it("of two messages the one in error alone is rejected", async () => {
    const at = home();
    const text = [
      "UNB+UNOC:3+ACME:ZZ+SUPPLIER:ZZ+270301:0600+1",
      ...delforMessage(delforBody(), "A1"),
      ...delforMessage(delforBody({ quantity: "4OO" }), "A2"),
      "UNZ+2+1",
    ];
    at.drop("acme", "delfor.edi", segments(text));
    await workOnce(at.exchange);
    assert.deepEqual((await outcomes()).sets, ["applied accepted", "rejected rejected"]);
    assert.deepEqual(answer(at), [
      "UCI+1+ACME:ZZ+SUPPLIER:ZZ+7",
      "UCM+A1+DELFOR:D:97A:UN+7",
      "UCM+A2+DELFOR:D:97A:UN+4",
      "UCS+11",
      "UCD+37+2:2",
    ]);
  });

  it("message with an unknown segment: acknowledged with the error, and applied", async () => {
    const at = home();
    at.drop("acme", "delfor.edi", delforText({ more: ["XYZ+1"] }));
    await workOnce(at.exchange);
    assert.deepEqual((await outcomes()).sets, ["applied accepted-with-errors"]);
    assert.deepEqual(answer(at), ["UCI+1+ACME:ZZ+SUPPLIER:ZZ+7", "UCM+1+DELFOR:D:97A:UN+7", "UCS+4+15"]);
  });

  it("count of segments wrong: rejected with 29 at UNT 0074; acknowledged where the partner's file is lenient", async () => {
    const wrong = delforText().replace("UNT+14+", "UNT+331+");
    const at = home();
    at.drop("acme", "delfor.edi", wrong);
    await workOnce(at.exchange);
    assert.deepEqual(await outcomes(), { files: ["in part"], sets: ["rejected rejected"], revisions: 0 });
    assert.equal(answer(at)[1], "UCM+1+DELFOR:D:97A:UN+4+29+UNT+2");
    const lenient = home("lenient: [counts]\n");
    lenient.drop("acme", "delfor.edi", wrong.replaceAll("0600+1", "0600+2").replace("UNZ+1+1", "UNZ+1+2"));
    await workOnce(lenient.exchange);
    assert.deepEqual((await outcomes()).revisions, 1);
    assert.equal(answer(lenient, "CONTRL_000000002.edi")[1], "UCM+1+DELFOR:D:97A:UN+7+29+UNT+2");
  });

  it("reference in UNT another than in UNH: rejected with 28 at UNT 0062", async () => {
    const at = home();
    at.drop("acme", "delfor.edi", delforText().replace("UNT+14+1", "UNT+14+9"));
    await workOnce(at.exchange);
    assert.equal(answer(at)[1], "UCM+1+DELFOR:D:97A:UN+4+28+UNT+3");
  });

  it("number of messages in UNZ wrong: the interchange is rejected with 29 at UNZ 0036, and nothing of it counts", async () => {
    const at = home();
    at.drop("acme", "delfor.edi", delforText().replace("UNZ+1+", "UNZ+2+"));
    await workOnce(at.exchange);
    assert.deepEqual(await outcomes(), { files: ["quarantined"], sets: [], revisions: 0 });
    assert.deepEqual(answer(at), ["UCI+1+ACME:ZZ+SUPPLIER:ZZ+4+29+UNZ+2"]);
  });

  it("message that no mapping is there for: rejected with 17 at UNH S009", async () => {
    const at = home();
    at.drop("acme", "orders.edi", delforText().replace("DELFOR:D:97A", "PRICAT:D:97A"));
    await workOnce(at.exchange);
    assert.deepEqual(answer(at), ["UCI+1+ACME:ZZ+SUPPLIER:ZZ+7", "UCM+1+PRICAT:D:97A:UN+4+17+UNH+3"]);
  });

  it("truncated: nothing is answered, unless UNB asks; then the interchange is rejected with 13 at UNZ", async () => {
    const at = home();
    at.drop("acme", "delfor.edi", delforText().replace(/UNZ[\s\S]*/, ""));
    at.drop("acme", "asking.edi", delforText({ control: "2", asks: true }).replace(/UNT[\s\S]*/, ""));
    await workOnce(at.exchange);
    assert.deepEqual(await outcomes(), { files: ["quarantined", "quarantined"], sets: [], revisions: 0 });
    assert.deepEqual(answers(at), ["CONTRL_000000001.edi"]);
    assert.deepEqual(answer(at), ["UCI+2+ACME:ZZ+SUPPLIER:ZZ+4+13+UNZ"]);
  });

  for (const [what, text] of [
    ["a sender the folder is not declared for", delforText({ asks: true }).replace("+ACME:ZZ+", "+STRANGER:ZZ+")],
    ["a receiver that is not us", delforText({ asks: true }).replace("+SUPPLIER:ZZ+", "+SOMEBODY:ZZ+")],
    ["a test in production", delforText({ asks: true, test: true })],
  ] as const) {
    it(`${what}: nothing is answered, and the file lies in quarantine`, async () => {
      const at = home();
      at.drop("acme", "delfor.edi", text);
      await workOnce(at.exchange);
      assert.deepEqual(await outcomes(), { files: ["quarantined"], sets: [], revisions: 0 });
      assert.deepEqual(answers(at), []);
    });
  }

  it("duplicate: nothing is answered, or the first answer again where the partner wants that", async () => {
    const at = home();
    at.drop("acme", "delfor.edi", delforText());
    await workOnce(at.exchange);
    at.drop("acme", "again.edi", delforText());
    await workOnce(at.exchange);
    assert.deepEqual(answers(at), ["CONTRL_000000001.edi"]);
    const repeating = home("repeatAck: true\n");
    repeating.drop("acme", "once-more.edi", delforText());
    await workOnce(repeating.exchange);
    assert.deepEqual(answer(repeating, "CONTRL_000000002.edi"), answer(repeating));
    assert.deepEqual((await outcomes()).files, ["applied", "duplicate", "duplicate"]);
  });

  it("reference used again with other content: held; rejected with 26 at UNB 0020 where UNB asks", async () => {
    const at = home("contrl: asked\n");
    at.drop("acme", "delfor.edi", delforText());
    await workOnce(at.exchange);
    at.drop("acme", "other.edi", delforText({ quantity: "500" }));
    await workOnce(at.exchange);
    assert.deepEqual(answers(at), []);
    at.drop("acme", "third.edi", delforText({ quantity: "600", asks: true }));
    await workOnce(at.exchange);
    assert.deepEqual((await outcomes()).files, ["applied", "held", "held"]);
    assert.deepEqual(answer(at), ["UCI+1+ACME:ZZ+SUPPLIER:ZZ+4+26+UNB+6"]);
    await reopenFile(database().store, "3", occasionOf(at.exchange.clock, "somebody"));
    await workOnce(at.exchange);
    assert.deepEqual((await outcomes()).files, ["applied", "held", "applied"]);
    assert.deepEqual(answer(at, "CONTRL_000000002.edi"), ["UCI+1+ACME:ZZ+SUPPLIER:ZZ+7", "UCM+1+DELFOR:D:97A:UN+7"]);
  });

  it("goes to the very identity that sent it, whatever else the partner is called", async () => {
    const theirs = 'theirs: [{ qualifier: "01", id: ACMEX12 }, { id: ACME }]';
    const at = testHome(database(), {
      "config/partners/acme.yaml": EURO.replace("theirs: [{ qualifier: ZZ, id: ACME }]", theirs),
    });
    at.drop("acme", "delfor.edi", delforText());
    await workOnce(at.exchange);
    assert.match(at.read("outbox", "acme", "CONTRL_000000001.edi"), /UNB\+UNOC:3\+SUPPLIER:ZZ\+ACME:ZZ\+/);
  });

  it("held and let through after all: acknowledged, once", async () => {
    const at = home("numberGaps: hold\n");
    at.drop("acme", "1.edi", delforText());
    await workOnce(at.exchange);
    at.drop("acme", "3.edi", delforText({ control: "3", quantity: "300" }));
    await workOnce(at.exchange);
    at.drop("acme", "2.edi", delforText({ control: "2", quantity: "200" }));
    await workOnce(at.exchange);
    assert.deepEqual((await outcomes()).files, ["applied", "applied", "applied"]);
    assert.deepEqual(answer(at, "CONTRL_000000003.edi"), ["UCI+3+ACME:ZZ+SUPPLIER:ZZ+7", "UCM+1+DELFOR:D:97A:UN+7"]);
    at.drop("acme", "reused.edi", delforText({ control: "3", quantity: "500" }));
    await workOnce(at.exchange);
    await reopenFile(database().store, "4", occasionOf(at.exchange.clock, "somebody"));
    await workOnce(at.exchange);
    assert.deepEqual(answer(at, "CONTRL_000000004.edi"), ["UCI+3+ACME:ZZ+SUPPLIER:ZZ+7", "UCM+1+DELFOR:D:97A:UN+7"]);
  });

  it("CONTRL and APERAK: never answered", async () => {
    const at = home();
    const text = [
      "UNB+UNOC:3+ACME:ZZ+SUPPLIER:ZZ+270301:0600+1++++1",
      "UNH+1+CONTRL:D:3:UN",
      "UCI+000000099+SUPPLIER:ZZ+ACME:ZZ+7",
      "UNT+3+1",
      "UNZ+1+1",
    ];
    at.drop("acme", "contrl.edi", segments(text));
    at.drop("acme", "broken.edi", segments(text.slice(0, -1)).replaceAll("0600+1", "0600+2"));
    await workOnce(at.exchange);
    assert.deepEqual(await select(database().store, outboundDocument, ""), []);
  });

  it("groups: each is answered with its messages", async () => {
    const at = home();
    const text = [
      "UNB+UNOC:3+ACME:ZZ+SUPPLIER:ZZ+270301:0600+1",
      "UNG+DELFOR+PLANT+SUP01+270301:0600+77+UN+D:97A",
      ...delforMessage(delforBody(), "1"),
      "UNE+1+77",
      "UNZ+1+1",
    ];
    at.drop("acme", "delfor.edi", segments(text));
    await workOnce(at.exchange);
    assert.deepEqual(answer(at), ["UCI+1+ACME:ZZ+SUPPLIER:ZZ+7", "UCF+77+PLANT+SUP01+7", "UCM+1+DELFOR:D:97A:UN+7"]);
  });

  for (const [contrl, asks, quantity, expected] of [
    ["asked", false, "4OO", 0],
    ["asked", true, "400", 1],
    ["errors", true, "400", 0],
    ["errors", false, "4OO", 1],
    ["never", true, "4OO", 0],
  ] as const) {
    it(`contrl: ${contrl}, of a ${quantity === "400" ? "valid" : "wrong"} message that ${asks ? "asks" : "does not ask"}: ${expected}`, async () => {
      const at = home(`contrl: ${contrl}\n`);
      at.drop("acme", "delfor.edi", delforText({ asks, quantity }));
      await workOnce(at.exchange);
      assert.equal(answers(at).length, expected);
    });
  }
});
