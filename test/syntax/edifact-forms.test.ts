import assert from "node:assert/strict";
import { compareEdifactReaders, readByEdifact } from "../../src/syntax/edifact-second-reader.ts";
import { elementsOfInterchange } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { contentOf, findingsOf, latin1, readAll } from "./reading.ts";

const MESSAGE = ["UNH+1+DELFOR:D:97A:UN", "BGM+241+R7+5", "FTX+AAI+++A?+B?:C?'D??+E", "QTY+113:400:PCE", "UNT+5+1"];
const file = (level: string, una = "", message = MESSAGE): string =>
  una + ["UNB+" + level + "+KUNDE:14+WIR:1+260302:0715+55", ...message, "UNZ+1+55"].map((one) => `${one}'`).join("");

const findings = (bytes: Uint8Array) =>
  findingsOf(readAll(bytes).catalogue).map(({ code, found, place, severity }) => [code, severity, found, place.byte]);

/** Where our reading and the package's differ. */
function differences(bytes: Buffer) {
  const source = memorySource("x", bytes);
  return readAll(bytes).catalogue.interchanges.flatMap((interchange) =>
    compareEdifactReaders(
      elementsOfInterchange(source, interchange),
      readByEdifact(bytes.subarray(interchange.firstByte, interchange.endByte)),
      interchange.delimiters,
    ),
  );
}

const repetitionOf = (level: string, una = "") =>
  readAll(latin1(file(level, una))).catalogue.interchanges[0]?.delimiters.repetition;

describe("EDIFACT in its forms", () => {
  it("reads released characters wherever a piece that is read ends", () => {
    for (const released of ["?'", "?+", "?:", "??", "???'", "????", "?\n'", "?\r\nx"]) {
      const message = MESSAGE.map((segment) => segment.replace("R7", `R${released}7`));
      const bytes = latin1(file("UNOC:3", "UNA:+.? '", message));
      const whole = contentOf(readAll(bytes));
      assert.equal(whole[1]?.length, 4, released);
      assert.deepEqual(differences(bytes), [], released);
      for (let chunk = 1; chunk < 80; chunk += 1) assert.deepEqual(contentOf(readAll(bytes, chunk)), whole, `${chunk}`);
    }
  });

  it("takes a question mark as text where UNA names no release character", () => {
    const bytes = latin1(file("UNOC:3", "UNA:+.  '", ["UNH+1+DELFOR:D:97A:UN", "BGM+241+What?+5", "UNT+3+1"]));
    const { catalogue, sets } = readAll(bytes);
    assert.equal(catalogue.interchanges[0]?.delimiters.release, "");
    assert.deepEqual(sets[0]?.[1]?.elements, ["BGM", "241", "What?", "5"]);
    assert.deepEqual([...findingsOf(catalogue), ...differences(bytes)], []);
  });

  it("has the repetition separator of syntax 4, that of UNA or an asterisk, and none before", () => {
    assert.deepEqual(
      [
        repetitionOf("UNOC:4"),
        repetitionOf("UNOC:4", "UNA:+.?*'"),
        repetitionOf("UNOC:4", "UNA:+.?^'"),
        repetitionOf("UNOC:3", "UNA:+.?*'"),
        repetitionOf("UNOA:1"),
      ],
      ["*", "*", "^", "", ""],
    );
  });

  it("has a date of eight digits in syntax 4", () => {
    const bytes = latin1(file("UNOC:4").replace("260302:0715", "20260302:0715"));
    const { catalogue } = readAll(bytes);
    assert.deepEqual([catalogue.interchanges[0]?.sentOn, findingsOf(catalogue)], ["2026-03-02", []]);
  });

  it("says by element what UNB lacks; whether it may send is not decided here", () => {
    const [first, ...others] = findingsOf(
      readAll(latin1(file("UNOC:3").replace("KUNDE:14+WIR:1+260302:0715+55", "+WIR+269902:9915+"))).catalogue,
    );
    assert.deepEqual(
      [first, ...others].map((one) => [one?.code, one?.severity, one?.place.element, one?.place.component, one?.found]),
      [
        ["SYNTAX_HEADER", "tolerated", 2, 1, "nothing"],
        ["SYNTAX_HEADER", "tolerated", 4, 1, "269902"],
        ["SYNTAX_HEADER", "tolerated", 4, 2, "9915"],
        ["SYNTAX_HEADER", "tolerated", 5, 1, "nothing"],
        ["SYNTAX_INTERCHANGE_CONTROL", "reject", 2, undefined, "55"],
      ],
    );
  });
});

const withText = (level: string, raw: string) => latin1(file(level).replace("R7", raw));

/** The only finding names the byte at this place of `raw`. */
function lacks(level: string, raw: string, byte: number, found: string, severity = "tolerated"): void {
  const bytes = withText(level, raw);
  const place = bytes.indexOf(latin1(raw)) + byte;
  assert.deepEqual(findings(bytes), [["SYNTAX_CHARSET", severity, found, place]], level);
}

describe("the character set that UNB declares", () => {
  it("is read and has what it has", () => {
    for (const [level, raw] of [
      ["UNOA:2", "ABC-12 (X)"],
      ["UNOB:2", "abc"],
      ["UNOC:3", "T\u00FCr"],
      ["UNOD:3", "\u00B3"],
      ["UNOE:3", "\u00B0"],
      ["UNOF:3", "\u00E1"],
      ["UNOK:3", "\u00FD"],
      ["UNOY:3", Buffer.from("T\u00FCr\u20AC\u{1F697}", "utf8").toString("latin1")],
    ] as const) {
      assert.deepEqual(findings(withText(level, raw)), [], level);
    }
    assert.equal(readAll(withText("UNOE:3", "x")).catalogue.interchanges[0]?.charset, "iso-8859-5");
    assert.equal(readAll(withText("XXXA:1", "x")).catalogue.interchanges[0]?.charset, undefined);
  });

  it("lacks a byte, which is named", () => {
    lacks("UNOA:2", "ABc", 2, '"c" (byte 0x63)', "note");
    lacks("UNOB:2", "a@", 1, '"@" (byte 0x40)', "note");
    lacks("UNOA:2", "ab\u00FC", 2, "byte 0xFC");
    lacks("UNOC:3", "12\u0080", 2, "byte 0x80");
    lacks("UNOF:3", "\u00AE", 0, "byte 0xAE");
    lacks("UNOY:3", "T\u00FCr", 1, "byte 0xFC");
    lacks("UNOY:3", "\u00C0\u00AF", 0, "byte 0xC0");
    lacks("UNOY:3", "\u00ED\u00A0\u0080", 0, "byte 0xED");
  });

  it("is checked over the borders of what is read at a time, and has its line", () => {
    const long = Array.from({ length: 4000 }, () => "FTX+AAI+++\u00C3\u00BC\u00E2\u0082\u00AC'\n").join("");
    const bytes = latin1(`${file("UNOY:3").replace("BGM", `${long}BGM`).slice(0, -1)}\u00FC'`);
    assert.deepEqual(
      findingsOf(readAll(bytes).catalogue)
        .filter(({ code }) => code === "SYNTAX_CHARSET")
        .map(({ place }) => [place.byte, place.line]),
      [[bytes.length - 2, 4001]],
    );
  });
});

describe("the package edifact as the second reader", () => {
  it("agrees on every form of interchange", () => {
    const levelB = file("UNOB:2").replaceAll(/(\?.)|[+:']/g, (text, released?: string) =>
      released === undefined ? ({ "+": "\u001D", ":": "\u001F", "'": "\u001C" }[text as "+"] ?? "") : "-",
    );
    for (const text of [
      file("UNOC:3"),
      file("UNOA:1", "UNA:+.? '\r\n").replaceAll("'U", "'\r\nU"),
      file("UNOC:4", "UNA:+.?*'").replace("+R7", "+R7*R8"),
      file("UNOC:3", "UNA:+,? '"),
      file("UNOC:3").replace("R7", "T\u00FCr \u0080"),
      levelB,
    ]) {
      assert.deepEqual(differences(latin1(text)), []);
    }
  });

  it("reads a trailer without its terminator, as ours does", () => {
    assert.deepEqual(differences(latin1(file("UNOC:3").slice(0, -1))), []);
    assert.deepEqual(differences(latin1(`${file("UNOC:3").slice(0, -1)}\r\n`)), []);
  });

  it("sees what was smuggled in, and is told from what it cannot read", () => {
    const bytes = latin1(file("UNOC:3"));
    const ours = readByEdifact(bytes);
    const changed = ours.map((segment) => segment.map((element) => (element === "R7" ? "R7?+1" : element)));
    assert.deepEqual(
      compareEdifactReaders(changed, ours, { component: ":", element: "+", release: "?", segment: "'" }).map(
        ({ element, known, segment, theirs }) => [segment, element, theirs, known],
      ),
      [[3, 2, "R7", false]],
    );
    assert.throws(() => readByEdifact(latin1(file("UNOC:3").slice(0, -3))), { code: "SYNTAX_SECOND_READER" });
  });
});
