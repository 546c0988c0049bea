/**
 * A document that a message refuses, made such that it is taken: what is missing is added, what is too long is cut. A refusal says
 * what it expects; this listens to nothing else. What was missing is remembered for the next documents.
 */

import { putAt } from "../../src/mapping/paths.ts";
import type { Finding } from "../../src/values/finding.ts";
import type { Held, Wish } from "./documents.ts";

/** `lines[0].steps[2].quantity` without its ordinals. */
const pathOf = (field: string): string => field.replace(/\[\d*\]/g, "");

/** What the findings say that the message cannot do without; remembered in `needed`. */
export function learn(findings: readonly Finding[], needed: Set<string>): boolean {
  const before = needed.size;
  for (const { code, place, expected = "" } of findings) {
    // An object as a whole is missing nothing that one field of it would be.
    if (place.field === undefined || (code === "FIELD_MISSING" && place.field.endsWith("[]"))) continue;
    // Of several fields that a note asks for one of, the first.
    if (code === "FIELD_RULE" && !/at least one/.test(expected)) continue;
    if (code === "FIELD_RULE" || code === "FIELD_MISSING" || code === "LIST_TOO_SHORT") needed.add(pathOf(place.field));
  }
  return needed.size > before;
}

/** Changes the document where a finding says how; false where none does. */
export function repair(document: Held, findings: readonly Finding[], wish: Wish): boolean {
  let hasChanged = false;
  for (const finding of findings) hasChanged = repairOne(document, finding, wish) || hasChanged;
  return hasChanged;
}

function repairOne(document: Held, { code, place, expected = "" }: Finding, wish: Wish): boolean {
  const field = place.field ?? "";
  const targets = targetsOf(document, field);
  if (targets.length === 0) return false;
  const isWanted = wish.wanted.has(pathOf(field));
  if (code === "FIELD_NO_CODE") {
    const words = expected.split(", ").filter((word) => word !== "");
    for (const { holder, name } of targets) holder[name] = wish.dice.of(words);
    return words.length > 0;
  }
  const most = Number(/(?:at most |to )(\d+)/.exec(expected)?.[1] ?? 0);
  if (code === "FIELD_TOO_LONG" && most > 0) {
    return changed(targets, (value) =>
      typeof value === "string" && value.length > most ? value.replace(".", "").slice(0, most).trim() : value,
    );
  }
  if (code === "FIELD_TOO_SHORT")
    return changed(targets, (value) => (typeof value === "string" ? value.padEnd(12, "0").slice(0, 12) : value));
  if (code === "LIST_TOO_LONG" && most > 0) {
    return changed(targets, (value) => (Array.isArray(value) && value.length > most ? value.slice(0, most) : value));
  }
  if (code === "LIST_TOO_SHORT") return withOneBefore(document, field, wish);
  if (code === "FIELD_NOT_WRITABLE" && /(?: in the document| first)$/.test(expected)) {
    return standsForOther(document, field, expected);
  }
  if (code === "FIELD_NOT_WRITABLE" || code === "FIELD_FORBIDDEN_CHARACTER") {
    return changed(targets, (value) => (typeof value === "string" ? plainer(value, wish) : value));
  }
  if (!isWanted && (code === "FIELD_RULE" || code === "LIST_NOT_WRITABLE")) return changed(targets, () => undefined);
  return false;
}

/** Of objects that a later line takes, one without what is wanted comes first: for the line that the message must have. */
function withOneBefore(document: Held, field: string, { wanted }: Wish): boolean {
  const list = document[field];
  if (!Array.isArray(list) || !isObject(list[0])) return false;
  const kept = Object.entries(list[0]).filter(([name]) => !wanted.has(`${field}.${name}`));
  if (kept.length === Object.keys(list[0]).length) return false;
  list.unshift(structuredClone(Object.fromEntries(kept)));
  return true;
}

/** A value read as another field's where that has none: the other gets one, and an object that says nothing of its own comes first. */
function standsForOther(document: Held, field: string, expected: string): boolean {
  const name = expected.endsWith(" in the document") ? expected.replace(" in the document", "") : undefined;
  if (name !== undefined) {
    putAt(name.split("."))(document, name.endsWith("On") ? "2027-01-05" : "Z9");
    return true;
  }
  const list = document[field.split("[")[0] ?? ""];
  if (!Array.isArray(list)) return false;
  list.unshift({ customerPart: "Z9" });
  return true;
}

const isObject = (held: unknown): held is Held => typeof held === "object" && held !== null;

const ISO_DATE = /^\d{4}-\d\d-\d\d$/;

/** Another figure for a figure, plain letters for others; a date is not what is wrong. */
function plainer(value: string, { dice }: Wish): string {
  if (ISO_DATE.test(value)) return value;
  return /^[\d.]+$/.test(value) ? String(1 + dice.below(99)) : value.replace(/[^A-Za-z0-9 .]/g, "X");
}

interface Target {
  readonly holder: Held;
  readonly name: string;
}

/** The objects that hold the field; `[]` without an ordinal means every object of the list. */
function targetsOf(document: Held, field: string): Target[] {
  const names = field.split(".");
  const last = names.pop() ?? "";
  let holders: Held[] = [document];
  for (const part of names) {
    const [name = "", ordinal] = part.replace("]", "").split("[");
    holders = holders.flatMap((holder) => {
      const held = holder[name];
      if (!Array.isArray(held)) return isObject(held) ? [held] : [];
      return ordinal === undefined || ordinal === "" ? (held as Held[]) : [(held[Number(ordinal)] ?? {}) as Held];
    });
  }
  const ordinal = /\[(\d+)\]$/.exec(last)?.[1];
  const name = last.replace(/\[\d*\]$/, "");
  if (ordinal === undefined) return holders.filter((holder) => name in holder).map((holder) => ({ holder, name }));
  return holders.flatMap((holder) => {
    const list = holder[name];
    return Array.isArray(list) ? [{ holder: list as unknown as Held, name: ordinal }] : [];
  });
}

function changed(targets: readonly Target[], change: (value: unknown) => unknown): boolean {
  let hasChanged = false;
  for (const { holder, name } of targets) {
    const value = change(holder[name]);
    if (value === holder[name]) continue;
    hasChanged = true;
    if (value !== undefined) holder[name] = value;
    else if (Array.isArray(holder)) holder.splice(Number(name), 1);
    else delete holder[name];
  }
  return hasChanged;
}
