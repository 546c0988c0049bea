/** One receiver's documents as files that have no rows yet, under the numbers that are expected. */
import { outboxFolderOf } from "../config/cross-checks.ts";
import type { Partner } from "../config/partner.ts";
import { expectNumber, type Scope, takeNumbers } from "../store/series.ts";
import type { Tx } from "../store/store.ts";
import type { OutboundDocumentRow } from "../store/tables.ts";
import type { Instant } from "../values/clock.ts";
import { CalloffError } from "../values/errors.ts";
import { ERP, type Exchange } from "./context.ts";
import { type ControlNumbers, type EdiJob, renderEdi } from "./render-edi.ts";
import { renderErp } from "./render-erp.ts";

/** One document as a file that has no row yet. */
export interface RenderedFile {
  readonly row: OutboundDocumentRow;
  readonly folder: string;
  readonly name: string;
  readonly bytes: Buffer;
  /** Number of the interchange; empty where the receiver takes none. */
  readonly control: string;
  readonly functionalId: string;
  readonly groupControl: string;
  readonly setControl: string;
}

/** Documents of one receiver as files, and how they are numbered in the transaction that keeps them. */
export interface RenderedFiles {
  readonly files: readonly RenderedFile[];
  /** Takes the numbers that the files carry; gives the files as they are to be kept, or nothing where a number had moved on. */
  number(tx: Tx): Promise<readonly RenderedFile[] | undefined>;
}

function partnerOf(exchange: Exchange, code: string): Partner {
  const partner = exchange.config.partners.get(code);
  if (partner !== undefined) return partner;
  throw new CalloffError("EXCHANGE_PARTNER_GONE", `The partner ${code} is no longer configured`, {
    expected: `config/partners/${code}.yaml`,
    remedy: "Bring the partner's file back, then let the document be sent again",
  });
}

/** Names are made of this alphabet only, whatever a number holds. */
const safe = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9._-]+/g, "_")
    .replace(/^[._]+/, "")
    .slice(0, 80);

const padded = (control: number): string => String(control).padStart(9, "0");

/** One interchange each, numbered from those that are expected. */
export async function renderForPartner(
  exchange: Exchange,
  code: string,
  rows: readonly OutboundDocumentRow[],
): Promise<RenderedFiles> {
  const partner = partnerOf(exchange, code);
  const scopes: readonly [Scope, Scope] = [`isa:${partner.code}`, `gs:${partner.code}`];
  const first: ControlNumbers = {
    interchange: await expectNumber(exchange.store, scopes[0]),
    group: await expectNumber(exchange.store, scopes[1]),
  };
  const files: RenderedFile[] = [];
  for (const [n, row] of rows.entries()) {
    const numbers = { interchange: first.interchange + n, group: first.group + n };
    files.push(await renderInterchange(exchange, row, partner, numbers));
  }
  return {
    files,
    number: async (tx) => {
      const interchange = await takeNumbers(tx, scopes[0], files.length);
      const group = await takeNumbers(tx, scopes[1], files.length);
      return interchange === first.interchange && group === first.group ? files : undefined;
    },
  };
}

async function renderInterchange(
  exchange: Exchange,
  row: OutboundDocumentRow,
  partner: Partner,
  numbers: ControlNumbers,
): Promise<RenderedFile> {
  const job: EdiJob = {
    kind: row.kind as EdiJob["kind"],
    document: JSON.parse(row.document) as unknown,
    partner,
    instant: row.created_at as Instant,
    timeZone: exchange.config.gateway.company.timeZone,
  };
  const rendered = await renderEdi(exchange.config.mappings, job, numbers);
  checkSecondReading(exchange, row, rendered);
  const folder = outboxFolderOf(partner);
  const own = folder === partner.code ? [] : [partner.code];
  const control = padded(numbers.interchange);
  return {
    row,
    folder,
    name: `${[rendered.type, ...own, safe(row.number), control].filter(Boolean).join("_")}.edi`,
    bytes: rendered.bytes,
    control,
    functionalId: rendered.functionalId,
    groupControl: String(numbers.group),
    setControl: rendered.setControl,
  };
}

/** A difference that is no known defect of the second reader stops the document, unless gateway.yaml says to warn only. */
function checkSecondReading(
  exchange: Exchange,
  row: OutboundDocumentRow,
  { differences, unread }: { readonly differences: readonly string[]; readonly unread: string | undefined },
): void {
  const about = { kind: row.kind, receiver: row.receiver, number: row.number };
  if (unread !== undefined) exchange.log.warn({ ...about, reason: unread }, "the second reader failed");
  const [first] = differences;
  if (first === undefined) return;
  exchange.log.warn({ ...about, differences }, "the second reader reads something else than was meant");
  if (exchange.config.gateway.secondReader === "warn") return;
  throw new CalloffError("EXCHANGE_SECOND_READER", "The second reader reads something else than was meant", {
    expected: "both readers to agree",
    found: first,
    remedy: "Report this; `secondReader: warn` in config/gateway.yaml lets such files leave",
  });
}

/** Changes of an order are numbered, since one order may have many; every other document's name is its own number. */
export function renderForErp(rows: readonly OutboundDocumentRow[]): RenderedFiles {
  const files = rows.map((row): RenderedFile => {
    const { bytes, prefix } = renderErp(row.kind, JSON.parse(row.document));
    const name = `${prefix}_${safe(row.number)}`;
    return { row, folder: ERP, name, bytes, control: "", functionalId: "", groupControl: "", setControl: "" };
  });
  return {
    files,
    number: async (tx) => {
      const changes = files.filter(({ row }) => row.kind === "erp-order-change").length;
      let next = changes === 0 ? 0 : await takeNumbers(tx, "isa:erp", changes);
      return files.map((file) => {
        if (file.row.kind !== "erp-order-change") return { ...file, name: `${file.name}.json` };
        next += 1;
        return { ...file, name: `${file.name}_${padded(next - 1)}.json` };
      });
    },
  };
}
