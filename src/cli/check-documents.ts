/** Canonical documents as tables that a planner can read: what it is, who it is for, its lines with what stands in them. */
import type { DocumentKind } from "../documents/schemas.ts";
import { type Cell, factsInWords, oneLine, tableInWords } from "./words.ts";

type Held = Readonly<Record<string, unknown>>;
/** Title (`>` sets it to the right) and the field's path in the object. */
type Column = readonly [title: string, path: string];

/** So many lines of a document, and steps of a line, are shown; --json has all of them. */
const MOST_LINES = 40;
const MOST_STEPS = 80;

/** The document in words; empty for what is none. */
export function documentInWords(kind: string, document: unknown): string {
  if (!isHeld(document)) return "";
  const renderer = (RENDERERS as Readonly<Record<string, ((held: Held) => string) | undefined>>)[kind];
  return renderer?.(document) ?? "";
}

const RENDERERS: Readonly<Record<DocumentKind, (document: Held) => string>> = {
  "delivery-schedule": schedule,
  "ship-notice": shipNotice,
  invoice,
  "receipt-advice": receipts,
  "remittance-advice": remittance,
  "application-advice": advice,
  acknowledgement,
};

const isHeld = (value: unknown): value is Held => typeof value === "object" && value !== null && !Array.isArray(value);

function valueAt(object: Held, path: string): unknown {
  return path.split(".").reduce<unknown>((held, name) => (isHeld(held) ? held[name] : undefined), object);
}
const textAt = (object: Held, path: string): string => {
  const value = valueAt(object, path);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
};
const listAt = (object: Held, path: string): Held[] => {
  const value = valueAt(object, path);
  return Array.isArray(value) ? value.filter(isHeld) : [];
};
const words = (parts: readonly string[], between = " "): string => parts.filter((part) => part !== "").join(between);
const labelled = (label: string, value: string): string => (value === "" ? "" : `${label} ${value}`);

/** A table of a list's objects without the columns that are empty in all of them. */
function tableOf(columns: readonly Column[], rows: readonly Held[], most: number, empty: string): string {
  const shown = rows.slice(0, most);
  const used = columns.filter(([, path]) => shown.some((row) => textAt(row, path) !== ""));
  const table = tableInWords(
    used.map(([title]) => title),
    used.length === 0 ? [] : shown.map((row) => used.map(([, path]) => textAt(row, path))),
    empty,
  );
  return rows.length > most ? `${table}… and ${rows.length - most} more; --json has all of them\n` : table;
}

const indented = (text: string, by: string): string => text.replace(/^(?=.)/gm, by);

/** `ship-to P1 PLANT 1, supplier S1`. */
const partiesInWords = (document: Held): string =>
  words(
    listAt(document, "parties").map((party) =>
      words([textAt(party, "role"), textAt(party, "code"), textAt(party, "name")]),
    ),
    ", ",
  );

const from = (document: Held, ...paths: readonly string[]): string =>
  words(paths.map((path) => textAt(document, path)));
const period = (start: string, end: string): string => words([start, end === "" ? "" : `to ${end}`]);

type Fact = readonly [string, Cell];

function schedule(document: Held): string {
  const facts: Fact[] = [
    [
      "schedule",
      words([
        textAt(document, "releaseNumber") || textAt(document, "number"),
        labelled("of", from(document, "issuedOn", "issuedAt")),
      ]),
    ],
    ["layer", words([textAt(document, "layer") || "forecast", textAt(document, "purpose")], ", ")],
    ["dates are", textAt(document, "basis")],
    ["quantities", textAt(document, "quantities")],
    ["horizon", period(textAt(document, "horizon.from"), textAt(document, "horizon.to"))],
    ["ship-to", from(document, "shipTo.code", "shipTo.name")],
    ["order", textAt(document, "orderNumber")],
    ["parties", partiesInWords(document)],
  ];
  const lines = listAt(document, "lines");
  const shown = lines.slice(0, MOST_LINES).map(scheduleLine);
  const more =
    lines.length > MOST_LINES ? [`… and ${lines.length - MOST_LINES} more lines; --json has all of them\n`] : [];
  return [factsInWords(facts), ...shown, ...more].join("");
}

function scheduleLine(line: Held, at: number): string {
  const shipTo = words([from(line, "shipTo.code", "shipTo.name"), partiesInWords(line)], "; ");
  const head = words(
    [
      `line ${textAt(line, "number") || at + 1}: ${textAt(line, "customerPart") || textAt(line, "ourPart") || "no part"}`,
      labelled("ours", textAt(line, "ourPart")),
      labelled("to", shipTo),
      labelled("dock", textAt(line, "dock") || textAt(line, "unloadingPoint")),
      labelled("order", from(line, "orderNumber", "orderLine")),
      labelled("release", textAt(line, "releaseNumber")),
      labelled("unit", textAt(line, "unit")),
    ],
    ", ",
  );
  const facts: Fact[] = [
    ["last receipt", receiptInWords(line, "last")],
    [
      "cumulative",
      words([
        from(line, "account.cumulative", "account.kind"),
        labelled("as of", textAt(line, "account.date")),
        labelled("since", textAt(line, "account.from") || textAt(line, "accountFrom")),
        labelled("note", textAt(line, "account.note")),
      ]),
    ],
    ["backlog stated", textAt(line, "account.backlog")],
    ...listAt(line, "authorisations").map(
      (held): Fact => [
        textAt(held, "kind"),
        words([
          textAt(held, "cumulative") === "" ? textAt(held, "quantity") : `${textAt(held, "cumulative")} in all`,
          period(textAt(held, "from"), textAt(held, "to")),
        ]),
      ],
    ),
  ];
  const steps = tableOf(STEP_COLUMNS, listAt(line, "steps").map(asStep), MOST_STEPS, "It asks for nothing.");
  return `\n${oneLine(head)}\n${indented(factsInWords(facts), "  ")}${indented(steps, "  ")}`;
}

const STEP_COLUMNS: readonly Column[] = [
  ["DATE", "from"],
  ["TO", "to"],
  ["TIME", "times"],
  ["BUCKET", "timing"],
  [">QUANTITY", "quantity"],
  ["COMMITMENT", "commitment"],
  ["AS", "statement"],
  ["PATTERN", "patterns"],
  ["REFERENCE", "references"],
  [">SEGMENT", "segment"],
];

const asStep = (step: Held): Held => ({
  ...step,
  timing: textAt(step, "timing") || "day",
  times: words([textAt(step, "time"), textAt(step, "timeTo")], "-"),
  patterns: from(step, "pattern.days", "pattern.time"),
  references: words(
    [
      from(step, "referenceKind", "reference"),
      ...listAt(step, "references").map((held) => from(held, "kind", "number")),
      ...listAt(step, "parts").map((held) =>
        words([
          textAt(held, "quantity"),
          labelled("at", textAt(held, "time")),
          from(held, "referenceKind", "reference"),
        ]),
      ),
    ],
    "; ",
  ),
});

const receiptInWords = (line: Held, of: string): string =>
  words([
    from(line, `${of}.quantity`, `${of}.kind`),
    labelled("on", textAt(line, `${of}.date`)),
    labelled("note", words([textAt(line, `${of}.note`), labelled("of", textAt(line, `${of}.noteDate`))])),
  ]);

const LINE_COLUMNS: readonly Column[] = [
  ["LINE", "number"],
  ["PART", "customerPart"],
  ["OURS", "ourPart"],
];
const ORDER_COLUMNS: readonly Column[] = [
  ["BLANKET", "blanketNumber"],
  ["RELEASE", "releaseNumber"],
  ["CUSTOMER'S ORDER", "customerOrderNumber"],
  ["OUR ORDER", "orderNumber"],
];

function shipNotice(document: Held): string {
  const facts: Fact[] = [
    [
      "ship notice",
      words([
        textAt(document, "number"),
        labelled("of", from(document, "issuedOn", "issuedAt")),
        textAt(document, "purpose"),
      ]),
    ],
    ["shipped", from(document, "shippedOn", "shippedAt")],
    ["arrives", from(document, "arrivesOn", "arrivesAt")],
    ["carrier", from(document, "carrier", "carrierName", "transportMode", "equipmentKind", "equipment", "vehicle")],
    [
      "weight",
      words(
        [
          labelled("gross", from(document, "grossWeight", "weightUnit")),
          labelled("net", from(document, "netWeight", "netWeightUnit")),
        ],
        ", ",
      ),
    ],
    ["packages", from(document, "packages", "packageKind")],
    ["parties", partiesInWords(document)],
  ];
  const lines = listAt(document, "lines").map((line) => ({
    ...line,
    packed: words(
      listAt(line, "packs").map((pack) =>
        words([textAt(pack, "count"), textAt(pack, "kind"), labelled("of", textAt(pack, "quantity"))]),
      ),
      ", ",
    ),
    labels: String(listAt(line, "packs").reduce((sum, pack) => sum + listAt(pack, "labels").length, 0) || ""),
  }));
  const columns: readonly Column[] = [
    ...LINE_COLUMNS,
    ["LEVEL", "level"],
    [">QUANTITY", "quantity"],
    ["UNIT", "unit"],
    [">CUMULATIVE", "cumulative"],
    ["NOTE", "note"],
    ...ORDER_COLUMNS,
    ["PACKED IN", "packed"],
    [">LABELS", "labels"],
    [">SEGMENT", "segment"],
  ];
  return `${factsInWords(facts)}${tableOf(columns, lines, MOST_LINES, "It has no lines.")}`;
}

function invoice(document: Held): string {
  const facts: Fact[] = [
    [
      "invoice",
      words([textAt(document, "number"), labelled("of", textAt(document, "issuedOn")), textAt(document, "kind")]),
    ],
    ["total", from(document, "total", "currency")],
    [
      "order",
      words(
        [
          labelled("blanket", textAt(document, "blanketNumber")),
          labelled("release", textAt(document, "releaseNumber")),
          labelled("order", textAt(document, "orderNumber")),
        ],
        ", ",
      ),
    ],
    ["shipped", textAt(document, "shippedOn")],
    ["terms", from(document, "terms.description", "terms.days")],
    ["parties", partiesInWords(document)],
    ...listAt(document, "charges").map((held): Fact => ["charge", from(held, "kind", "amount", "description")]),
    ...listAt(document, "taxes").map((held): Fact => ["tax", from(held, "kind", "percent", "amount")]),
  ];
  const columns: readonly Column[] = [
    ...LINE_COLUMNS,
    [">QUANTITY", "quantity"],
    ["UNIT", "unit"],
    [">PRICE", "price"],
    [">PER", "priceBasis"],
    [">AMOUNT", "amount"],
    ["NOTE", "note"],
    ...ORDER_COLUMNS,
    [">SEGMENT", "segment"],
  ];
  return `${factsInWords(facts)}${tableOf(columns, listAt(document, "lines"), MOST_LINES, "It has no lines.")}`;
}

function receipts(document: Held): string {
  const facts: Fact[] = [
    [
      "receipt advice",
      words([
        textAt(document, "number"),
        labelled("of", from(document, "issuedOn", "issuedAt")),
        textAt(document, "purpose"),
      ]),
    ],
    ["received", textAt(document, "receivedOn")],
    ["note", textAt(document, "note")],
    ["order", textAt(document, "orderNumber")],
    ["parties", partiesInWords(document)],
  ];
  const columns: readonly Column[] = [
    ...LINE_COLUMNS,
    ["NOTE", "note"],
    ["ORDER", "orderNumber"],
    [">SHIPPED", "shipped"],
    [">RECEIVED", "received"],
    [">ACCEPTED", "accepted"],
    [">REJECTED", "rejected"],
    [">SHORT", "short"],
    [">OVER", "over"],
    [">DAMAGED", "damaged"],
    [">CUMULATIVE", "cumulative"],
    ["UNIT", "unit"],
    ["CONDITION", "condition"],
    [">SEGMENT", "segment"],
  ];
  return `${factsInWords(facts)}${tableOf(columns, listAt(document, "lines"), MOST_LINES, "It has no lines.")}`;
}

function remittance(document: Held): string {
  const facts: Fact[] = [
    ["remittance advice", words([textAt(document, "number"), labelled("of", textAt(document, "issuedOn"))])],
    [
      "paid",
      words([
        from(document, "total", "currency"),
        labelled("on", textAt(document, "paidOn")),
        labelled("by", textAt(document, "method")),
        textAt(document, "sign"),
      ]),
    ],
    ["trace", textAt(document, "trace")],
    ["parties", partiesInWords(document)],
  ];
  const lines = listAt(document, "lines").map((line) => ({
    ...line,
    adjusted: words(
      listAt(line, "adjustments").map((held) => from(held, "amount", "reason", "reference")),
      "; ",
    ),
  }));
  const columns: readonly Column[] = [
    ["LINE", "number"],
    ["KIND", "kind"],
    ["DOCUMENT", "invoice"],
    ["OF", "issuedOn"],
    [">PAID", "paid"],
    [">ASKED", "amount"],
    [">DISCOUNT", "discount"],
    ["CURRENCY", "currency"],
    ["ADJUSTED", "adjusted"],
    [">SEGMENT", "segment"],
  ];
  return `${factsInWords(facts)}${tableOf(columns, lines, MOST_LINES, "It names no documents.")}`;
}

function advice(document: Held): string {
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

function acknowledgement(document: Held): string {
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
