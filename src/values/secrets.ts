/** Passwords in texts that are shown: none is. */

/** Text with the password of every URL in it left out; a password may hold any character but a blank. */
export const withoutPasswords = (text: string): string => text.split(/(\s+)/).map(ofWord).join("");

function ofWord(word: string): string {
  const scheme = word.indexOf("://");
  const colon = scheme < 0 ? -1 : word.indexOf(":", scheme + 3);
  const at = word.lastIndexOf("@");
  return colon < 0 || at < colon ? word : `${word.slice(0, colon)}:…${word.slice(at)}`;
}
