/** What was sent and what was taken in, in words: ship notices and receipt advices. */
import {
  type Column,
  type Fact,
  from,
  type Held,
  LINE_COLUMNS,
  labelled,
  listAt,
  MOST_LINES,
  ORDER_COLUMNS,
  partiesInWords,
  tableOf,
  textAt,
  words,
} from "./document-facts.ts";
import { factsInWords } from "./words.ts";

export function shipNotice(document: Held): string {
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

export function receipts(document: Held): string {
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
