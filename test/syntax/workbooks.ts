/** Makes zips and .xlsx workbooks by hand, lawful ones and others, for tests. */
import { crc32, deflateRawSync } from "node:zlib";

export interface ZipPart {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What the directory says instead of the truth. */
  readonly crc?: number;
  readonly flags?: number;
  readonly method?: number;
  /** Already packed bytes, instead of `bytes` packed. */
  readonly packed?: Uint8Array;
}

/** A zip of the parts, packed. */
export function zipOf(parts: readonly ZipPart[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { bytes, crc = crc32(bytes), flags = 0, method = 8, name, packed } of parts) {
    const data = packed ?? (method === 0 ? bytes : deflateRawSync(bytes));
    const title = Buffer.from(name, "utf8");
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(crc, 14);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(bytes.length, 22);
    local.writeUInt16LE(title.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(crc, 16);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(bytes.length, 24);
    entry.writeUInt16LE(title.length, 28);
    entry.writeUInt32LE(offset, 42);
    files.push(local, title, Buffer.from(data));
    directory.push(entry, title);
    offset += local.length + title.length + data.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}

export interface WorkbookText {
  /** The rows as XML: what stands inside of `sheetData`. */
  readonly rows: string;
  readonly strings?: readonly string[];
  /** `xf` elements of `cellXfs` by their number formats, and formats of the workbook's own. */
  readonly formats?: readonly number[];
  readonly ownFormats?: Readonly<Record<number, string>>;
  readonly from1904?: boolean;
  /** Names of the sheets; the rows stand in the last of them. */
  readonly sheets?: readonly string[];
  /** Further or other parts. */
  readonly parts?: Readonly<Record<string, string>>;
}

const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** A workbook as spreadsheets write it. */
export function workbookOf(text: WorkbookText): Buffer {
  const sheets = text.sheets ?? ["Schedule"];
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${RELATIONS}/${type}" Target="${target}"/>`;
  const own = Object.entries(text.ownFormats ?? {});
  const parts: Record<string, string> = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": `<Relationships>${relation("rId1", "officeDocument", "xl/workbook.xml")}</Relationships>`,
    "xl/workbook.xml": `<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><workbookPr${text.from1904 === true ? ' date1904="1"' : ""}/><sheets>${sheets.map((name, at) => `<sheet name="${escaped(name)}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`).join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships>${sheets.map((_, at) => relation(`rId${at + 1}`, "worksheet", `worksheets/sheet${at + 1}.xml`)).join("")}${relation("s1", "sharedStrings", "sharedStrings.xml")}${relation("s2", "styles", "/xl/styles.xml")}</Relationships>`,
    "xl/sharedStrings.xml": `<sst xmlns="${MAIN}">${(text.strings ?? []).map((held) => `<si><t xml:space="preserve">${escaped(held)}</t></si>`).join("")}</sst>`,
    "xl/styles.xml": `<styleSheet xmlns="${MAIN}"><numFmts>${own.map(([id, code]) => `<numFmt numFmtId="${id}" formatCode="${escaped(code)}"/>`).join("")}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${(text.formats ?? [0]).map((id) => `<xf numFmtId="${id}" xfId="0"/>`).join("")}</cellXfs></styleSheet>`,
  };
  sheets.forEach((_, at) => {
    const rows = at === sheets.length - 1 ? text.rows : "";
    parts[`xl/worksheets/sheet${at + 1}.xml`] =
      `<?xml version="1.0"?>\n<worksheet xmlns="${MAIN}"><sheetData>${rows}</sheetData></worksheet>`;
  });
  Object.assign(parts, text.parts);
  return zipOf(Object.entries(parts).map(([name, part]) => ({ name, bytes: Buffer.from(part, "utf8") })));
}

/** Rows of inline texts, from row 1 on, as XML. */
export const textRows = (rows: readonly (readonly string[])[]): string =>
  rows
    .map(
      (cells) => `<row>${cells.map((cell) => `<c t="inlineStr"><is><t>${escaped(cell)}</t></is></c>`).join("")}</row>`,
    )
    .join("");
