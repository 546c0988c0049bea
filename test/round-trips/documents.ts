/** Documents made from their schema: sparse ones, in which the fields that are wanted stand, and those that these cannot do without. */
import type { Requirement } from "../../src/mapping/definition.ts";
import type { ObjectShape } from "../../src/mapping/document-shape.ts";
import type { CompiledMapping } from "../../src/mapping/library.ts";
import { wordsOf } from "../../src/mapping/requirements.ts";
import type { Model, Opener, Place } from "./model.ts";
import { anyValue, Dice, type FieldKind, valueFor } from "./values.ts";

export type Held = { [name: string]: unknown };

/** What a document is to be made of. */
export interface Wish {
  readonly mapping: CompiledMapping;
  readonly shape: ObjectShape;
  readonly model: Model;
  /** Fields and lists that have a place somewhere in the message. */
  readonly held: ReadonlySet<string>;
  /** Full paths of fields (`lines.steps.quantity`) that have to be there. */
  readonly wanted: ReadonlySet<string>;
  /** Paths of fields and lists that the message was found not to do without. */
  readonly needed: ReadonlySet<string>;
  readonly dice: Dice;
}

/** What is known of a field's value before it is chosen; `""` is the absent field. */
interface Bound {
  readonly allow?: ReadonlySet<string>;
  readonly deny: ReadonlySet<string>;
}
type Bounds = Map<string, Bound>;

/** A document with what is wished for. */
export function makeDocument(wish: Wish): Held {
  return makeObject(wish, wish.shape, wish.model, "", new Map());
}

function makeObject(wish: Wish, shape: ObjectShape, model: Model, prefix: string, bounds: Bounds): Held {
  const { dice } = wish;
  const isAsked = (name: string) => wish.wanted.has(prefix + name) || wish.needed.has(prefix + name);
  const asked = [...shape.fields.keys()].filter((name) => isAsked(name));
  const inWanted = asked.filter((name) => wish.wanted.has(prefix + name));
  const chosen = new Map<string, Place | undefined>();
  const lists = new Set(wish.needed);
  const queue = [...inWanted, ...asked, ...[...bounds.keys()].filter((name) => mustHold(bounds.get(name)))];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (chosen.has(name) || !mayHold(bounds.get(name))) continue;
    const all = model.places.get(name) ?? [];
    // What is said again at the objects of a list is said there.
    const again = all.filter(({ inside }) => inside.length > 0);
    const places = shuffled(again.length > 0 ? again : all, dice);
    const fitting = places.find((place) => place.requires.every((one) => admits(bounds, one, name)));
    if (places.length > 0 && fitting === undefined) continue;
    // It stands in other objects of this list, written by another line.
    if (places.length === 0 && wish.held.has(prefix + name) && !mustHold(bounds.get(name))) continue;
    chosen.set(name, fitting);
    for (const list of fitting?.inside ?? []) lists.add(prefix + list);
    for (const requirement of fitting?.requires ?? []) {
      bound(bounds, requirement.path.join("."), boundOf(requirement));
      if (mustHold(bounds.get(requirement.path.join(".")))) queue.push(requirement.path.join("."));
    }
    queue.push(...(fitting?.beside ?? []));
    // The other field of a shape of two values.
    queue.push(...(fitting?.field.to ?? []).map((path) => path.join(".")).filter((other) => isFirst(fitting, other)));
  }
  const object: Held = {};
  for (const [name, place] of chosen) {
    const kind = shape.fields.get(name);
    if (kind !== undefined && mayHold(bounds.get(name)))
      setAt(object, name, valueWithin(bounds.get(name), wish, kind, place));
  }
  for (const [name, inner] of shape.lists) {
    const isListed = lists.has(prefix + name) || [...wish.wanted].some((path) => path.startsWith(`${prefix}${name}.`));
    if (isListed) {
      const items = makeList(
        { ...wish, needed: lists },
        inner,
        model.openers.get(name) ?? [],
        `${prefix}${name}.`,
        bounds,
      );
      if (items.length > 0) setAt(object, name, items);
    }
  }
  return object;
}

const isFirst = (place: Place | undefined, name: string): boolean => place?.field.to[0]?.join(".") === name;

function makeList(wish: Wish, shape: ObjectShape, openers: readonly Opener[], prefix: string, around: Bounds): Held[] {
  const { dice } = wish;
  const count = 1 + dice.below(3);
  const items: Held[] = [];
  const used = new Map<Opener, number>();
  const keys = new Set<string>();
  for (let n = 0; n < count; n += 1) {
    if (openers.length === 0) {
      if (wish.held.has(prefix.slice(0, -1))) break;
      items.push(
        makeObject(wish, shape, { places: new Map(), further: new Map(), openers: new Map() }, prefix, new Map()),
      );
      continue;
    }
    const opener = chooseOpener(wish, openers, prefix, around, used);
    if (opener === undefined) break;
    const bounds = boundsFor(opener, openers, dice);
    if (bounds === undefined) continue;
    const filled = new Set([...wish.needed, ...opener.key.map((name) => prefix + name)]);
    let item = makeObject({ ...wish, needed: filled }, shape, opener.model, prefix, new Map(bounds));
    if (Object.keys(item).length === 0) {
      // An object with nothing in it says nothing, and nobody promises that it comes back.
      const any = shuffled([...opener.model.places.keys()], dice).find((name) => shape.fields.has(name));
      if (any !== undefined) filled.add(prefix + any);
      item = makeObject({ ...wish, needed: filled }, shape, opener.model, prefix, new Map(bounds));
    }
    const key = opener.key.length === 0 ? "" : JSON.stringify(opener.key.map((name) => getAt(item, name)));
    if (Object.keys(item).length === 0 || (key !== "" && keys.has(key))) continue;
    keys.add(key);
    used.set(opener, (used.get(opener) ?? 0) + 1);
    items.push(item);
  }
  return items;
}

/** A line that opens the list, admitted by what is around it, with room left; lines with a place for what is wanted first. */
function chooseOpener(
  wish: Wish,
  openers: readonly Opener[],
  prefix: string,
  around: Bounds,
  used: ReadonlyMap<Opener, number>,
): Opener | undefined {
  const free = openers.filter(
    (opener) =>
      (used.get(opener) ?? 0) < opener.most && opener.around.every((requirement) => admits(around, requirement, "")),
  );
  const able = free.filter(({ model }) => {
    const wanted = [...wish.wanted].filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
    return wanted.some(
      (path) => model.places.has(path) || [...model.openers.keys()].some((list) => path.startsWith(`${list}.`)),
    );
  });
  const among = able.length > 0 ? able : free;
  const opener = among.length === 0 ? undefined : wish.dice.of(among);
  for (const requirement of opener?.around ?? []) bound(around, requirement.path.join("."), boundOf(requirement));
  return opener;
}

/** What an object has to be like for this line to write it, and no line before it. */
function boundsFor(opener: Opener, openers: readonly Opener[], dice: Dice): Bounds | undefined {
  const bounds: Bounds = new Map();
  for (const requirement of opener.requires) bound(bounds, requirement.path.join("."), boundOf(requirement));
  for (const earlier of openers.slice(0, openers.indexOf(opener))) {
    if (earlier.requires.length === 0) return undefined;
    const apart = earlier.requires.filter((requirement) => admits(bounds, requirement, ""));
    if (apart.length < earlier.requires.length) continue;
    const requirement = dice.of(apart);
    bound(bounds, requirement.path.join("."), otherwise(requirement));
  }
  return bounds;
}

/** What a condition says of the field's value, and what it says when it does not hold. */
function boundOf({ values }: Requirement): Bound {
  const { words, isNot } = wordsOf(values);
  return isNot ? { deny: words } : { allow: words, deny: new Set() };
}
function otherwise({ values }: Requirement): Bound {
  const { words, isNot } = wordsOf(values);
  return isNot ? { allow: words, deny: new Set() } : { deny: words };
}

function bound(bounds: Bounds, name: string, { allow, deny }: Bound): void {
  const held = bounds.get(name);
  const both =
    held?.allow === undefined
      ? allow
      : allow === undefined
        ? held.allow
        : new Set([...allow].filter((value) => held.allow?.has(value)));
  bounds.set(name, { ...(both === undefined ? {} : { allow: both }), deny: new Set([...(held?.deny ?? []), ...deny]) });
}

const isAllowed = (held: Bound | undefined, value: string): boolean =>
  held === undefined || ((held.allow?.has(value) ?? true) && !held.deny.has(value));
/** Whether the field may be there at all. */
const mayHold = (held: Bound | undefined): boolean =>
  held?.allow === undefined || [...held.allow].some((value) => value !== "" && !held.deny.has(value));
/** Whether the field may not be absent. */
const mustHold = (held: Bound | undefined): boolean => held !== undefined && !isAllowed(held, "");

function admits(bounds: Bounds, { path, values }: Requirement, own: string): boolean {
  const held = bounds.get(path.join("."));
  const { words, isNot } = wordsOf(values);
  if (isNot)
    return held?.allow === undefined || [...held.allow].some((value) => !words.has(value) && isAllowed(held, value));
  return [...words].some((value) => isAllowed(held, value) && !(value === "" && path.join(".") === own));
}

function valueWithin(
  held: Bound | undefined,
  { mapping, dice }: Wish,
  kind: FieldKind,
  place: Place | undefined,
): string {
  const allowed = [...(held?.allow ?? [])].filter((value) => value !== "" && isAllowed(held, value));
  if (allowed.length > 0) return dice.of(allowed);
  for (let tries = 0; ; tries += 1) {
    const value =
      place === undefined ? anyValue(kind, dice) : valueFor(place.field, place.at, kind, mapping.syntax, dice);
    if (isAllowed(held, value) || tries > 20) return value;
  }
}

export const shuffled = <T>(list: readonly T[], dice: Dice): T[] =>
  list
    .map((item) => ({ item, at: dice.below(1_000_000) }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ item }) => item);

/** The value at `account.cumulative` of an object. */
export function getAt(object: Held, path: string): unknown {
  return path.split(".").reduce<unknown>((held, name) => (held as Held | undefined)?.[name], object);
}

export function setAt(object: Held, path: string, value: unknown): void {
  const names = path.split(".");
  const last = names.pop() ?? "";
  const holder = names.reduce<Held>((held, name) => (held[name] ??= {}) as Held, object);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
}
