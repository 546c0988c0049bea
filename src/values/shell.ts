/** Data in commands that are printed for somebody to paste into a shell. */

/** One word of a shell's command line, whatever the text holds: nothing of it is obeyed. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
