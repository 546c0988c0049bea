/** The answer to *why this number?* for a person: one line per link, each under what it explains. */
import type {
  BlanketLink,
  InvoiceLink,
  MessageLink,
  OrderLink,
  ReleaseFigures,
  ScheduleLink,
  SegmentLink,
  ShipmentLink,
  WhyAnswer,
  WhyFile,
  WhyLink,
  WhySchedule,
} from "./why-links.ts";

/** The answer as text, lines ended by LF. */
export function whyInWords(answer: WhyAnswer): string {
  const lines = answer.lines.flatMap(({ id, links }) => [id, ...links.map((link) => `  ${linkInWords(link)}`)]);
  if (answer.file !== undefined) lines.push(...fileInWords(answer.file));
  if (answer.segment !== undefined) lines.push(`  ${segmentInWords(answer.segment)}`);
  return `${lines.join("\n")}\n`;
}

/** Each kind of link in words. */
const IN_WORDS: { readonly [K in WhyLink["kind"]]: (link: Extract<WhyLink, { kind: K }>) => string } = {
  "blanket line": blanketInWords,
  entry: ({ verb, who, on }) => `${verb} by ${who} on ${on}`,
  "invoice line": invoiceInWords,
  "shipment line": shipmentInWords,
  "order line": orderInWords,
  schedule: scheduleInWords,
  message: messageInWords,
  segment: segmentInWords,
  "bytes not kept": ({ sha256 }) => `the archive no longer has the bytes ${sha256}`,
};

const linkInWords = (link: WhyLink): string => (IN_WORDS[link.kind] as (link: WhyLink) => string)(link);

function blanketInWords(of: BlanketLink): string {
  const contract = of.commitment === "open" ? "open-ended" : of.quantity;
  const prices = of.prices.map(({ from, price }) => `${price}${from === "" ? "" : ` from ${from}`}`).join(", ");
  const called = of.orderLines.length === 0 ? "nothing called off yet" : `called off by ${of.orderLines.join(", ")}`;
  return `${of.id}: ${contract} of ${of.customerPart} to ${of.shipTo} on the customer's ${of.customerBlanketOrder}, at ${prices === "" ? "no price" : prices}; ${called}`;
}

function invoiceInWords({ issuedOn, quantity, price, pricePer, amount, currency, id }: InvoiceLink): string {
  const per = pricePer === "1" ? "" : ` per ${pricePer}`;
  return `${id}: ${quantity} at ${price}${per} = ${amount} ${currency}, invoiced on ${issuedOn}`;
}

function shipmentInWords(of: ShipmentLink): string {
  const { id, shippedOn, quantity, cumulative, note, confirmation, source } = of;
  return `${id}: ${quantity} shipped on ${shippedOn}, note ${note}, cumulative ${cumulative}; confirmed as ${confirmation} (${source})`;
}

function orderInWords(of: OrderLink): string {
  const customerOrder = of.customerOrderNumber === "" ? "" : `, customer order ${of.customerOrderNumber}`;
  const figures = of.figures === null ? "" : `; ${figuresInWords(of.figures)}`;
  const blanket = `${of.blanketLine} (the customer's ${of.customerBlanketOrder})`;
  return `${of.id}: ${of.quantity} of ${of.customerPart} to ${of.shipTo} for ${of.scheduledOn}${customerOrder}, on ${blanket}, made by ${of.generatedBy}${figures}`;
}

/** What the release was computed from: `required 2300, released 2000, needed 300`; what is nothing is not said. */
function figuresInWords({ required, released, needed, pack, beyondContract }: ReleaseFigures): string {
  const said = [`required ${required}`, `released ${released}`, `needed ${needed}`];
  if (pack !== "0") said.push(`in packs of ${pack}`);
  if (beyondContract !== "0") said.push(`${beyondContract} beyond the contract`);
  return said.join(", ");
}

function scheduleInWords(of: Omit<ScheduleLink, "kind">): string {
  const release = of.releaseNumber === "" ? "schedule" : `release ${of.releaseNumber}`;
  const place = of.shipTo === "" ? "" : ` to ${of.shipTo}`;
  const judged = of.verdict === undefined ? "" : `; policy ${of.verdict.policy}: ${of.verdict.sentence}`;
  return `${release} of ${of.issuedOn} (${of.layer}) for ${of.customerPart}${place}, base ${of.base}, ${decidedInWords(of)}${judged}`;
}

function decidedInWords({ state, decision }: Pick<ScheduleLink, "state" | "decision">): string {
  if (decision === undefined) return state;
  const reason = decision.reason === "" ? "" : ` (${decision.reason})`;
  return `${state}: ${decision.verb} by ${decision.who} on ${decision.on}${reason}`;
}

function messageInWords(of: MessageLink): string {
  if (of.file === "") return "entered by hand";
  const hash = of.mappingHash === "" ? "" : ` (${of.mappingHash.slice(0, 12)})`;
  return `${of.name} (${of.file}) of ${of.receivedOn}: ${numbersOf(of).join(", ")}, read by ${of.mapping}${hash}`;
}

/** Control numbers, as far as the family has them. */
function numbersOf(of: MessageLink): string[] {
  const outer = [
    of.group === "" ? "" : `group ${of.group}`,
    of.interchange === "" ? "" : `interchange ${of.interchange}`,
  ];
  return [`${of.type} ${of.set}`, ...outer.filter((words) => words !== "")];
}

function segmentInWords({ segment, inSet, byte, text }: Omit<SegmentLink, "kind">): string {
  return `segment ${segment} (${inSet} in its set, byte ${byte}): ${text}`;
}

function fileInWords(of: WhyFile): string[] {
  const cause = of.cause === "" ? "" : ` (${of.cause})`;
  const lines = [`${of.file}: ${of.name} from ${of.partner}, received on ${of.receivedOn}, ${of.state}${cause}`];
  for (const set of of.sets) {
    const mapping = set.mapping === "" ? "no mapping" : set.mapping;
    const place = `segments ${set.segments.first} to ${set.segments.last}`;
    const outer = set.interchange === "" ? "" : `, interchange ${set.interchange}`;
    lines.push(`  ${set.type} ${set.set}${outer}, ${place}, ${mapping}: ${set.state}`);
    for (const schedule of set.schedules) lines.push(`    ${scheduleInWords(schedule)}${madeInWords(schedule)}`);
  }
  return lines;
}

const madeInWords = ({ orderLines }: WhySchedule): string =>
  orderLines.length === 0 ? "" : `; made ${orderLines.join(", ")}`;
