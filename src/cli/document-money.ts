/** What is asked and what is paid, in words: invoices and remittance advices. */
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

export function invoice(document: Held): string {
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

export function remittance(document: Held): string {
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
