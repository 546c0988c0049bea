/**
 * .xlsx workbooks (ECMA-376): the rows of one sheet as text. Formulas are not worked out, what the spreadsheet stored with them counts;
 * macros, links and everything else in the file are left alone.
 */
import type { ByteSource, TableLayout } from "./segment.ts";
import { exactNumber, isoDate, type NumberKind, numberKind, serialDate, unescaped } from "./xlsx-cells.ts";
import { readXml, xmlPieces } from "./xml.ts";
import { openZip, type Zip, ZipFault } from "./zip.ts";

/** A row of the sheet with its number; cells from the first column on. */
export interface SheetRow {
  readonly row: number;
  readonly cells: readonly string[];
  /** Columns (from 1) whose cells hold an error or a date that is none, with what stands there. */
  readonly faults: readonly { readonly column: number; readonly found: string }[];
}

export interface Workbook {
  readonly sheet: string;
  /** Rows in batches, empty ones left out. @throws ZipFault */
  rows(): Generator<readonly SheetRow[]>;
}

const MOST_ROWS = 1_048_576;
const MOST_COLUMNS = 16_384;
/** Cells of a sheet, those between others included: one cell far out makes a row of thousands. */
const MOST_CELLS = 10_000_000;
/** What a cell holds at most. */
const MOST_TEXT = 32_767;

/** Whether the names of a zip's entries are those of a workbook. */
export const isWorkbook = (zip: Zip): boolean =>
  zip.names.includes("[Content_Types].xml") && zip.names.some((name) => /^\/?xl\/workbook\.(?:xml|bin)$/.test(name));

/**
 * Opens the sheet that the layout names, or the first one.
 * @throws ZipFault when the file is no workbook that can be read, or has no such sheet
 */
export function openWorkbook(source: ByteSource, layout: TableLayout): Workbook {
  const zip = openZip(source);
  if (zip.names.includes("xl/workbook.bin")) throw new ZipFault("a workbook of XML (.xlsx)", "a binary one (.xlsb)");
  const { from1904, sheets } = sheetsOf(zip);
  const relations = relationsOf(zip);
  const names = sheets.map(({ name }) => name);
  const sheet = layout.sheet === undefined ? sheets[0] : sheets.find(({ name }) => name === layout.sheet);
  if (sheet === undefined) {
    const wanted = layout.sheet === undefined ? "a sheet" : `a sheet named ${JSON.stringify(layout.sheet)}`;
    throw new ZipFault(wanted, names.length === 0 ? "none" : names.map((name) => JSON.stringify(name)).join(", "));
  }
  const part = relations.get(sheet.relation)?.part ?? "";
  const bytes = partOf(zip, part);
  const byType = (type: string) => [...relations.values()].find((relation) => relation.type === type)?.part;
  const strings = stringsOf(zip, byType("sharedStrings"));
  const kinds = kindsOf(zip, byType("styles"));
  const cells: CellReader = {
    strings,
    kinds,
    from1904,
    decimal: layout.decimal ?? ".",
    dates: layout.dates ?? "YYYY-MM-DD",
  };
  return { sheet: sheet.name, rows: () => rowsOf(part, bytes, cells) };
}

function partOf(zip: Zip, name: string): Buffer {
  const bytes = zip.read(name);
  if (bytes === undefined) throw new ZipFault(`the part ${name} of the workbook`, "no such entry");
  return bytes;
}

function sheetsOf(zip: Zip): { from1904: boolean; sheets: { name: string; relation: string }[] } {
  const sheets: { name: string; relation: string }[] = [];
  let from1904 = false;
  readXml("xl/workbook.xml", partOf(zip, "xl/workbook.xml"), {
    open(name, attributes) {
      if (name === "workbookPr") from1904 = /^(?:1|true|on)$/.test(attributes["date1904"] ?? "");
      if (name === "sheet") sheets.push({ name: attributes["name"] ?? "", relation: relationId(attributes) });
    },
  });
  return { from1904, sheets };
}

/** `r:id`, whatever its prefix. */
const relationId = (attributes: Readonly<Record<string, string>>): string =>
  Object.entries(attributes).find(([name]) => /^\w+:id$/.test(name))?.[1] ?? "";

interface Relation {
  /** The last word of its type, e.g. `worksheet`. */
  readonly type: string;
  /** Name of the entry. */
  readonly part: string;
}

function relationsOf(zip: Zip): ReadonlyMap<string, Relation> {
  const name = "xl/_rels/workbook.xml.rels";
  const relations = new Map<string, Relation>();
  readXml(name, partOf(zip, name), {
    open(tag, { Id = "", Target = "", TargetMode = "", Type = "" }) {
      if (tag !== "Relationship" || TargetMode === "External") return;
      const part = Target.startsWith("/") ? Target.slice(1) : `xl/${Target.replace(/^\.\//, "")}`;
      relations.set(Id, { type: Type.slice(Type.lastIndexOf("/") + 1), part });
    },
  });
  return relations;
}

/** The texts that cells share, runs of rich text joined, phonetic aids left out. */
function stringsOf(zip: Zip, part: string | undefined): string[] {
  const strings: string[] = [];
  if (part === undefined) return strings;
  let text = "";
  let isText = false;
  let isPhonetic = false;
  readXml(part, partOf(zip, part), {
    open(name) {
      if (name === "si") text = "";
      else if (name === "t") isText = !isPhonetic;
      else if (name === "rPh") isPhonetic = true;
    },
    close(name) {
      if (name === "si") strings.push(checkedText(unescaped(text), part));
      else if (name === "t") isText = false;
      else if (name === "rPh") isPhonetic = false;
    },
    text(held) {
      if (isText) text = checkedText(text + held, part);
    },
  });
  return strings;
}

function checkedText(text: string, part: string): string {
  // Escapes of seven characters stand for one.
  if (text.length <= MOST_TEXT * 7) return text;
  throw new ZipFault(`at most ${MOST_TEXT} characters in a cell`, `more in ${part}`);
}

/** What each cell style makes of numbers, by the style's ordinal. */
function kindsOf(zip: Zip, part: string | undefined): NumberKind[] {
  const kinds: NumberKind[] = [];
  if (part === undefined) return kinds;
  const codes = new Map<number, string>();
  let isCell = false;
  readXml(part, partOf(zip, part), {
    open(name, { formatCode = "", numFmtId = "0" }) {
      if (name === "numFmt") codes.set(Number(numFmtId), formatCode);
      else if (name === "cellXfs") isCell = true;
      else if (name === "xf" && isCell) kinds.push(numberKind(Number(numFmtId), codes.get(Number(numFmtId))));
    },
    close(name) {
      if (name === "cellXfs") isCell = false;
    },
  });
  return kinds;
}

interface CellReader {
  readonly strings: readonly string[];
  readonly kinds: readonly NumberKind[];
  readonly from1904: boolean;
  readonly decimal: string;
  readonly dates: string;
}

/** The text of a cell; undefined when what is stored makes none. */
function cellText(stored: string, type: string, style: number, reader: CellReader): string | undefined {
  if (stored === "") return "";
  if (type === "s") return reader.strings[Number(stored)];
  if (type === "str" || type === "inlineStr") return unescaped(stored);
  if (type === "b") return stored === "1" ? "TRUE" : "FALSE";
  if (type === "d") return isoDate(stored, reader.dates);
  if (type !== "n") return undefined;
  const kind = reader.kinds[style] ?? "number";
  if (kind === "number") return exactNumber(stored, reader.decimal);
  return serialDate(stored, kind, reader.dates, reader.from1904);
}

/** Column of a reference such as `AB12`, from 1; 0 when it names none. */
function columnOf(reference: string): number {
  let column = 0;
  for (let at = 0; at < reference.length; at += 1) {
    const code = reference.charCodeAt(at);
    if (code < 65 || code > 90) break;
    column = column * 26 + code - 64;
  }
  return column;
}

/** Counts the cells of a sheet. @throws ZipFault once there are more than a schedule has */
export function cellCounter(): (more: number) => void {
  let cells = 0;
  return (more) => {
    cells += more;
    if (cells > MOST_CELLS) throw new ZipFault(`at most ${MOST_CELLS} cells in a sheet`, "more");
  };
}

function* rowsOf(part: string, bytes: Buffer, reader: CellReader): Generator<readonly SheetRow[]> {
  let rows: SheetRow[] = [];
  let row = 0;
  let column = 0;
  let cells: string[] = [];
  let faults: { column: number; found: string }[] = [];
  let type = "n";
  let style = 0;
  let stored = "";
  let isValue = false;
  let isPhonetic = false;
  let isFormula = false;
  const count = cellCounter();
  const endCell = () => {
    const text = cellText(stored, type, style, reader);
    // A formula whose result no spreadsheet has worked out yet is no empty cell; an empty text is a result (type str).
    const isOpen = isFormula && stored === "" && type !== "str";
    if (text === undefined || isOpen)
      faults.push({ column, found: isOpen ? "a formula without result" : stored.slice(0, 80) });
    count(column - cells.length);
    while (cells.length < column) cells.push("");
    cells[column - 1] = text ?? "";
  };
  const pieces = xmlPieces(part, bytes, {
    open(name, attributes) {
      if (name === "row") {
        const next = attributes["r"] === undefined ? row + 1 : Number(attributes["r"]);
        if (!(next > row && next <= MOST_ROWS))
          throw new ZipFault("rows in order", `row ${attributes["r"]} behind ${row}`);
        row = next;
        column = 0;
        cells = [];
        faults = [];
      } else if (name === "c") {
        const next = attributes["r"] === undefined ? column + 1 : columnOf(attributes["r"]);
        if (!(next > column && next <= MOST_COLUMNS)) throw new ZipFault("cells in order", `cell ${attributes["r"]}`);
        column = next;
        type = attributes["t"] ?? "n";
        style = Number(attributes["s"] ?? "0");
        stored = "";
        isFormula = false;
      } else if (name === "f") isFormula = true;
      else if (name === "v" || (name === "t" && type === "inlineStr")) isValue = !isPhonetic;
      else if (name === "rPh") isPhonetic = true;
    },
    close(name) {
      if (name === "v" || name === "t") isValue = false;
      else if (name === "rPh") isPhonetic = false;
      else if (name === "c") endCell();
      else if (name === "row" && (faults.length > 0 || cells.some((cell) => cell.trim() !== ""))) {
        rows.push({ row, cells, faults });
      }
    },
    text(held) {
      if (isValue) stored = checkedText(stored + held, part);
    },
  });
  for (const _ of pieces) {
    if (rows.length > 0) yield rows;
    rows = [];
  }
}
