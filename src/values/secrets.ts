/** Passwords in texts that are shown: none is. */

/** Text with the password of every URL in it left out; a password may hold any character but a blank. */
export const withoutPasswords = (text: string): string => text.replace(/(:\/\/[^\s:/@]*):\S*@/g, "$1:…@");
