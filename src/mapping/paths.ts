/** Reading and writing a field of a document by its path. */
import type { Held } from "./run.ts";

export type Put = (target: Held, value: string) => void;
export type Get = (from: Held) => string | undefined;

/** Puts a value at a path of one to three names; objects on the way are made. */
export function putAt(path: readonly string[]): Put {
  const [first = "", second, third] = path;
  const told = toldBy(first);
  if (told !== undefined) {
    const put = putAt(path.slice(1));
    return (target, value) => put(oneOf(target, told) ?? addedTo(target, told), value);
  }
  if (second === undefined) {
    return (target, value) => {
      target[first] = value;
    };
  }
  return (target, value) => {
    const inner = (target[first] ??= {}) as Held;
    if (third === undefined) inner[second] = value;
    else ((inner[second] ??= {}) as Held)[third] = value;
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** The text at a path, or undefined. */
export function getAt(path: readonly string[]): Get {
  const [first = "", second, third] = path;
  const told = toldBy(first);
  if (told !== undefined) {
    const get = getAt(path.slice(1));
    return (from) => {
      const held = oneOf(from, told);
      return held === undefined ? undefined : get(held);
    };
  }
  if (second === undefined) return (from) => textOf(from[first]);
  return (from) => {
    const inner = from[first] as Held | undefined;
    if (typeof inner !== "object" || inner === null) return undefined;
    if (third === undefined) return textOf(inner[second]);
    const deepest = inner[second] as Held | undefined;
    return typeof deepest === "object" && deepest !== null ? textOf(deepest[third]) : undefined;
  };
}

/** One object of a list, told by a word of it. */
export interface Told {
  readonly list: string;
  readonly field: string;
  readonly word: string;
}

/** The parts of `parties[role=ship-to]`; undefined for a plain name. */
export function toldBy(name: string): Told | undefined {
  const [, list, field, word] = /^([^[]+)\[([^=]+)=([^\]]+)\]$/.exec(name) ?? [];
  return list === undefined || field === undefined || word === undefined ? undefined : { list, field, word };
}

const oneOf = (from: Held, { field, list, word }: Told): Held | undefined =>
  listIn(from, list).find((object) => object[field] === word);

function addedTo(target: Held, { field, list, word }: Told): Held {
  const object: Held = { [field]: word };
  append(target, list, object);
  return object;
}

/** The list of that name in an object; nothing where it is absent. */
export const listIn = (from: Held, name: string): readonly Held[] => {
  const list = from[name];
  return Array.isArray(list) ? (list as Held[]) : [];
};

/** A list of objects to be copied. */
const NO_OBJECTS: readonly Held[] = [{}].slice(1);

/**
 * The list of that name in an object, which is made when it is not there. It is no literal, since the engine may come to make
 * those in the old generation, where lists that are done with keep their objects from being collected: seen in every second
 * run, and reading took twice as long.
 */
export function listOf(target: Held, name: string): Held[] {
  let list = target[name] as Held[] | undefined;
  if (list === undefined) {
    list = NO_OBJECTS.slice();
    target[name] = list;
  }
  return list;
}

/** Adds an object to a list of another one. */
export function append(target: Held, name: string, object: Held): void {
  listOf(target, name).push(object);
}
