/** One receiver's documents as files that have no rows yet, under the numbers that are expected. */
import { outboxFolderOf } from "../config/cross-checks.ts";
import type { Partner } from "../config/partner.ts";
import { selectOne } from "../store/rows.ts";
import { type ControlSeries, expectNumber, takeNumbers } from "../store/series.ts";
import type { Tx } from "../store/store.ts";
import { interchange, type OutboundDocumentRow } from "../store/tables.ts";
import type { Instant } from "../values/clock.ts";
import { CalloffError } from "../values/errors.ts";
import { ERP, type Exchange } from "./context.ts";
import { renderEdi } from "./render-edi.ts";
import { renderErp } from "./render-erp.ts";
import { nineDigits, type RenderJob, type Sides, targetOf } from "./render-job.ts";

/** One document as a file that has no row yet. */
export interface RenderedFile {
  readonly row: OutboundDocumentRow;
  readonly folder: string;
  readonly name: string;
  readonly bytes: Buffer;
  /** The series that `control` is of; empty where the receiver takes no numbers. */
  readonly series: ControlSeries | "";
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

/** One file each, numbered from those that are expected in the series of their families. */
export async function renderForPartner(
  exchange: Exchange,
  code: string,
  rows: readonly OutboundDocumentRow[],
): Promise<RenderedFiles> {
  const partner = partnerOf(exchange, code);
  const expected = expectedNumbers(exchange);
  const files: RenderedFile[] = [];
  for (const row of rows) files.push(await renderFile(exchange, row, partner, expected));
  return { files, number: async (tx) => ((await expected.take(tx)) ? files : undefined) };
}

/** Numbers that a rendering counts on, and takes once it is kept. */
interface ExpectedNumbers {
  /** The next number of a series, this rendering's own before it counted. */
  next(series: ControlSeries): Promise<number>;
  /** Takes all of them; says whether they are those that were expected. */
  take(tx: Tx): Promise<boolean>;
}

function expectedNumbers({ store }: Exchange): ExpectedNumbers {
  const counted = new Map<ControlSeries, { readonly first: number; count: number }>();
  return {
    next: async (series) => {
      const held = counted.get(series) ?? { first: await expectNumber(store, series), count: 0 };
      counted.set(series, held);
      held.count += 1;
      return held.first + held.count - 1;
    },
    take: async (tx) => {
      let asExpected = true;
      // In one order, so that two who take from the same series never wait for each other.
      for (const [series, { first, count }] of [...counted].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
        asExpected = (await takeNumbers(tx, series, count)) === first && asExpected;
      }
      return asExpected;
    },
  };
}

const ANSWERS: ReadonlySet<string> = new Set(["997", "999", "ta1", "contrl"]);
const ANSWERED = /^(?:ack|ta1):(\d+)\.(\d+)/;

/** Who sent what an answer answers, and to whom: a partner may be known by several names, or by one without its qualifier. */
async function sidesAnswered(
  { store }: Exchange,
  { kind, cause_key }: OutboundDocumentRow,
  { theirs, ours }: Partner,
): Promise<Sides | undefined> {
  const isKnown = [theirs, ours].every((side) => side.length === 1 && side[0]?.qualifier !== "");
  const [, claim, ordinal] = ANSWERED.exec(cause_key) ?? [];
  if (isKnown || !ANSWERS.has(kind) || claim === undefined) return undefined;
  const row = await selectOne(
    store,
    interchange,
    "WHERE file_id = (SELECT id FROM file WHERE claim = :claim) AND ordinal = :ordinal",
    { claim, ordinal: Number(ordinal) },
  );
  if (row === undefined) return undefined;
  return {
    sender: { qualifier: row.receiver_qualifier, id: row.receiver },
    receiver: { qualifier: row.sender_qualifier, id: row.sender },
  };
}

async function renderFile(
  exchange: Exchange,
  row: OutboundDocumentRow,
  partner: Partner,
  expected: ExpectedNumbers,
): Promise<RenderedFile> {
  const { config } = exchange;
  const job: RenderJob = {
    kind: row.kind as RenderJob["kind"],
    document: JSON.parse(row.document) as unknown,
    partner,
    sides: await sidesAnswered(exchange, row, partner),
    instant: row.created_at as Instant,
    timeZone: config.gateway.company.timeZone,
  };
  const target = targetOf(config.mappings, job);
  const { series, groupSeries } = target;
  const numbers = {
    interchange: await expected.next(series),
    group: groupSeries === undefined ? 0 : await expected.next(groupSeries),
  };
  const rendered = await renderEdi(config.mappings, job, numbers, target);
  checkSecondReading(exchange, row, rendered);
  const folder = outboxFolderOf(partner);
  const own = folder === partner.code ? [] : [partner.code];
  const { bytes, control, functionalId, groupControl, setControl } = rendered;
  const name = `${[rendered.type, ...own, safe(row.number), control].filter(Boolean).join("_")}${rendered.ending}`;
  return { row, folder, name, bytes, series, control, functionalId, groupControl, setControl };
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
    return {
      row,
      folder: ERP,
      name,
      bytes,
      series: "",
      control: "",
      functionalId: "",
      groupControl: "",
      setControl: "",
    };
  });
  return {
    files,
    number: async (tx) => {
      const changes = files.filter(({ row }) => row.kind === "erp-order-change").length;
      let next = changes === 0 ? 0 : await takeNumbers(tx, "isa:erp", changes);
      return files.map((file) => {
        if (file.row.kind !== "erp-order-change") return { ...file, name: `${file.name}.json` };
        next += 1;
        return { ...file, name: `${file.name}_${nineDigits(next - 1)}.json` };
      });
    },
  };
}
