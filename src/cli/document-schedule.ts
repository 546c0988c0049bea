/** A delivery schedule in words: its lines, each with what was received, authorised and is wanted. */
import type { ScheduleLine } from "../documents/delivery-schedule.ts";
import { placesApart } from "../documents/further-places.ts";
import { withLatestReceipt } from "../documents/last-receipt.ts";
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
  period,
  tableOf,
  textAt,
  words,
} from "./document-facts.ts";
import { factsInWords, oneLine } from "./words.ts";

const MOST_STEPS = 80;

export function schedule(document: Held): string {
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
  const lines: readonly Held[] = placesApart(listAt(document, "lines") as ScheduleLine[]).map(withLatestReceipt);
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
      labelled("delivered to", from(line, "deliveredTo.code", "deliveredTo.name")),
      labelled("dock", textAt(line, "dock") || textAt(line, "unloadingPoint")),
      labelled("order", from(line, "orderNumber", "orderLine")),
      labelled("release", textAt(line, "releaseNumber")),
      labelled("due", from(line, "due.on", "due.at")),
      labelled("sequence", textAt(line, "sequence")),
      labelled("vehicle", textAt(line, "vehicle")),
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
  from: textAt(step, "from") || textAt(step, "window.from"),
  to: textAt(step, "to") || (textAt(step, "window.to") === textAt(step, "from") ? "" : textAt(step, "window.to")),
  times: words(
    [textAt(step, "time") || textAt(step, "window.fromTime"), textAt(step, "timeTo") || textAt(step, "window.toTime")],
    "-",
  ),
  patterns: from(step, "pattern.days", "pattern.time"),
  references: words(
    [
      from(step, "referenceKind", "reference"),
      ...listAt(step, "references").map((held) => from(held, "kind", "number")),
      ...listAt(step, "parts").map((held) =>
        words([
          textAt(held, "quantity"),
          labelled("at", textAt(held, "time")),
          ...listAt(held, "references").map((one) =>
            words([from(one, "kind", "number"), from(one, "kind2", "number2")]),
          ),
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
