/** What answers a message, in words: application advices and acknowledgements. */
import {
  type Column,
  type Fact,
  from,
  type Held,
  indented,
  labelled,
  listAt,
  MOST_LINES,
  partiesInWords,
  tableOf,
  textAt,
  words,
} from "./document-facts.ts";
import { factsInWords, oneLine } from "./words.ts";

export function advice(document: Held): string {
  const facts: Fact[] = [
    [
      "application advice",
      words([
        textAt(document, "number"),
        labelled("of", from(document, "issuedOn", "issuedAt")),
        textAt(document, "status"),
      ]),
    ],
    ["parties", partiesInWords(document)],
  ];
  const answers = listAt(document, "answers").map((answer) => {
    const about = words(
      [
        `about ${textAt(answer, "type") || "a message"} ${textAt(answer, "number")}`.trim(),
        labelled("interchange", textAt(answer, "interchange")),
        labelled("group", textAt(answer, "group")),
        labelled("set", textAt(answer, "control")),
        textAt(answer, "status"),
      ],
      ", ",
    );
    const columns: readonly Column[] = [
      ["CODE", "code"],
      ["LINE", "line"],
      ["PART", "customerPart"],
      ["SHIP-TO", "shipTo"],
      ["ORDER", "orderNumber"],
      ["AT", "tag"],
      [">POSITION", "position"],
      ["FOUND", "found"],
      ["WHAT IS WRONG", "text"],
      [">SEGMENT", "segment"],
    ];
    return `\n${oneLine(about)}\n${indented(tableOf(columns, listAt(answer, "errors"), MOST_LINES, "It names no errors."), "  ")}`;
  });
  return `${factsInWords(facts)}${answers.join("")}`;
}

export function acknowledgement(document: Held): string {
  const facts: Fact[] = [
    [
      "interchange",
      words([
        textAt(document, "interchange.control"),
        textAt(document, "interchange.status"),
        labelled("code", textAt(document, "interchange.code")),
      ]),
    ],
    [
      "group",
      words([
        from(document, "group.functionalId", "group.control"),
        textAt(document, "group.status"),
        labelled(
          "accepted",
          words([textAt(document, "group.accepted"), labelled("of", textAt(document, "group.received"))]),
        ),
        labelled("codes", from(document, "group.code1", "group.code2", "group.code3")),
      ]),
    ],
  ];
  const rows = listAt(document, "sets").flatMap((set) => {
    const own = { ...set, what: "set", code: from(set, "code1", "code2", "code3", "code4", "code5") };
    const faults = listAt(set, "segments").flatMap((segment) => [
      { ...segment, what: "segment", at: textAt(segment, "position") },
      ...listAt(segment, "elements").map((element) => ({
        ...element,
        what: "element",
        tag: textAt(segment, "tag"),
        at: textAt(segment, "position"),
      })),
    ]);
    return [own, ...faults];
  });
  const columns: readonly Column[] = [
    ["ANSWERS", "what"],
    ["TYPE", "type"],
    ["CONTROL", "control"],
    ["STATUS", "status"],
    ["SEGMENT", "tag"],
    [">AT", "at"],
    [">ELEMENT", "element"],
    ["CODE", "code"],
    ["FOUND", "found"],
  ];
  return `${factsInWords(facts)}${tableOf(columns, rows, MOST_LINES, "It names no sets.")}`;
}
