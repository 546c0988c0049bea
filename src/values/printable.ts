/** Characters that a terminal would obey, or that turn the direction of text around; control characters below U+0020 are JSON's to escape. */
const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** JSON with every character escaped that a terminal or a reader of lines would obey; it means the same. */
export const harmlessJson = (json: string): string =>
  json.replace(OBEYED, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
