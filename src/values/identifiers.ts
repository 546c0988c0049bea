/**
 * Identifiers as partners spell them: compared in normal form (domain.md, *Account*): upper case, no blanks, no leading
 * zeros; dashes off where the partner's file says so.
 */
export function normalForm(text: string, options: { dashes?: "keep" | "drop" } = {}): string {
  let folded = text.toUpperCase().replace(/\s+/g, "");
  if (options.dashes === "drop") folded = folded.replace(/-+/g, "");
  const unpadded = folded.replace(/^0+/, "");
  return unpadded === "" && folded !== "" ? "0" : unpadded;
}
