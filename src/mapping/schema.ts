/** The JSON Schema of mapping files, by which editors complete and check them; `mappings/mapping.schema.json` is this. */
import { DOCUMENTS } from "../documents/schemas.ts";
import { SHAPES } from "./shapes.ts";

type Schema = Readonly<Record<string, unknown>>;

const oneOrMore = (item: Schema): Schema => ({ anyOf: [item, { type: "array", items: item, minItems: 1 }] });
/** YAML editors see 830 or 00 as numbers. */
const value: Schema = { type: ["string", "number"] };
const flag: Schema = { type: "boolean" };
const times: Schema = {
  anyOf: [
    { type: "integer", minimum: 0 },
    { type: "string", pattern: "^\\d+(\\.\\.(\\d+|\\*))?$" },
  ],
  description: "How often the line may come: 1, 0..1, 1..*, 0..200; 0..1 unless told",
};
const fieldName: Schema = { type: "string", pattern: "^[a-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*){0,2}$" };
const codes: Schema = {
  type: "object",
  additionalProperties: oneOrMore(value),
  description: "Partner's code: our word; of several words the first is read, all are written as the code",
};
/** Dates by a pattern: `YYYY-MM-DD`, `ww/YYYY`, `M.YY`. */
const pattern: Schema = { type: "string", pattern: "^(YYYY|CCYY|YY|MM|M|DD|D|ww|w|[^YMDCw])+$" };
const shape: Schema = {
  anyOf: [
    { enum: SHAPES.filter((name) => name !== "number/n") },
    { type: "string", pattern: "^number/[0-6]$" },
    pattern,
    { type: "array", items: pattern, minItems: 1 },
  ],
  description: "Shape of the value; of several shapes of dates the first that fits",
};
const closed = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: "object",
  properties,
  ...(required.length === 0 ? {} : { required }),
  additionalProperties: false,
});

const field = closed({
  to: { ...oneOrMore(fieldName), description: "Field of the current object; two where the shape yields two values" },
  as: shape,
  codes,
  or: { ...fieldName, description: "The field that stands for an absent one: of the object, or of the one around" },
  is: { ...oneOrMore(value), description: "Always this value: the first is written, any is accepted" },
  empty: { ...oneOrMore(value), description: "Text of an empty place; the first is written where the field is absent" },
  default: { ...value, description: "Stands in when the place is empty; never written" },
  also: { ...flag, description: "A further place of a field that stands elsewhere: read, never written" },
  count: { ...value, description: "Number of segments of this tag" },
  sum: { ...value, description: "Sum of a place, TAG.element" },
  use: { enum: ["must", "may", "never"] },
  length: { ...value, description: "Characters: 2, or 2..30" },
  loose: { ...flag, description: "What cannot be read is left aside with a finding that does not reject" },
  open: { ...flag, description: "Codes that are not listed are kept without a finding" },
  pieces: { ...value, description: "A long text in several segments of at most so many characters" },
});
const fields: Schema = {
  type: "object",
  additionalProperties: { anyOf: [fieldName, { $ref: "#/$defs/field" }] },
  description: "Address: field",
};

const line = closed({
  // oxlint-disable-next-line unicorn/no-thenable -- a word of the language, no promise
  then: { $ref: "#/$defs/lines" },
  times,
  fields: { $ref: "#/$defs/fields" },
  opens: { type: "string", description: "List of the current object; the line and those below it fill a new object" },
  carries: { ...flag, description: "Its fields are inherited by every object opened below" },
  each: { ...flag, description: "Written anew for every object, not only when a value changes" },
  when: {
    type: "object",
    additionalProperties: oneOrMore(value),
    description: "Address: the values that choose this line",
  },
  never: { type: "string", description: "What it means that such a segment stands here: the message is rejected" },
  next: {
    type: "object",
    minProperties: 1,
    description: 'Chosen only where one of these segments follows; "!TAG" may not',
  },
  if: {
    type: "object",
    additionalProperties: oneOrMore(value),
    description: "Field: the words for which the line is written",
  },
  sets: {
    type: "object",
    additionalProperties: value,
    description: "Field: the word that every opened object has; only objects with it are written",
  },
  pairs: closed({ from: value, count: value, qualifier: value, value, codes: { $ref: "#/$defs/fields" } }, [
    "from",
    "codes",
  ]),
  repeat: closed(
    {
      opens: fieldName,
      from: value,
      width: value,
      count: value,
      end: oneOrMore(value),
      by: { type: "object", additionalProperties: oneOrMore(value), description: "Field: its word for each block" },
      fields: { $ref: "#/$defs/fields" },
    },
    ["opens", "from", "width", "count", "fields"],
  ),
  same: { type: "array", items: { $ref: "#/$defs/same" } },
  columns: { $ref: "#/$defs/columns" },
  anywhere: { ...flag, description: "Its place in the order of its group is not checked" },
  rules: { type: "array", items: { type: "string", pattern: "^[PRCEL](\\d\\d){2,9}$" } },
  after: { type: "string", description: "In a dialect: the line that this new one follows" },
});
/** A table by qualifier: any further key is a row. */
const pick: Schema = {
  type: "object",
  properties: { pick: value },
  required: ["pick"],
  additionalProperties: { anyOf: [{ $ref: "#/$defs/line" }, { $ref: "#/$defs/fields" }, { type: "null" }] },
};

/** The schema as plain JSON. */
export function mappingSchema(): Schema {
  const standard = closed(
    {
      syntax: { enum: ["x12", "edifact", "fixed", "csv", "json"] },
      message: {
        type: "object",
        properties: {
          set: value,
          group: oneOrMore(value),
          type: value,
          versions: oneOrMore(value),
          schema: { type: "string", pattern: "^calloff/[a-z-]+/\\d+$" },
          first: value,
          last: value,
          length: value,
          delimiter: value,
          decimal: value,
          quote: value,
          headers: {
            anyOf: [
              { type: "array", items: value },
              { type: "object", additionalProperties: value },
            ],
          },
          optional: oneOrMore(value),
          headerRow: value,
          sheet: value,
          dates: oneOrMore(value),
          charset: value,
        },
        additionalProperties: false,
      },
      document: { enum: DOCUMENTS },
      numbers: { enum: ["message", "shipTo", "line"] },
      layer: { enum: ["forecast", "call-off"] },
      loses: oneOrMore({ type: "string" }),
      lines: { $ref: "#/$defs/lines" },
    },
    ["syntax", "message", "document"],
  );
  const dialect = closed(
    {
      extends: { type: "string" },
      changes: { type: "object", description: "Path into the standard mapping: what is to stand there" },
    },
    ["extends"],
  );
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A mapping of calloff: a message printed as a list",
    anyOf: [standard, dialect],
    $defs: {
      field,
      fields,
      line,
      pick,
      same: closed({
        opens: fieldName,
        key: oneOrMore(fieldName),
        fields: { $ref: "#/$defs/fields" },
        same: { type: "array", items: { $ref: "#/$defs/same" } },
        columns: { $ref: "#/$defs/columns" },
      }),
      columns: closed(
        {
          opens: fieldName,
          header: { $ref: "#/$defs/field" },
          value: { $ref: "#/$defs/field" },
          fields: { $ref: "#/$defs/fields" },
        },
        ["opens", "header", "value"],
      ),
      lines: {
        type: "array",
        items: {
          type: "object",
          minProperties: 1,
          maxProperties: 1,
          additionalProperties: {
            anyOf: [{ $ref: "#/$defs/pick" }, { $ref: "#/$defs/line" }, { type: "null" }],
          },
        },
      },
    },
  };
}

/** The schema as the bytes of its file. */
export const mappingSchemaText = (): string => `${JSON.stringify(mappingSchema(), null, 2)}\n`;
