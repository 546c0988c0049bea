/** What the operating system refuses, in words: what it means and what can be done about it. */

interface Words {
  readonly what: string;
  readonly remedy: string;
}

const NO_FOLDER: Words = {
  what: "something that is no folder stands there",
  remedy: "Move it away; the folder is made by itself",
};
const NOT_ANSWERING: Words = {
  what: "its file server does not answer",
  remedy: "See the mount and its server; it goes on by itself when they are back",
};

const WORDS: Readonly<Record<string, Words>> = {
  ENOSPC: {
    what: "no room is left on its disk, or no inode",
    remedy: "Free space or inodes there (df -h, df -i); it goes on by itself",
  },
  EDQUOT: { what: "the quota is used up", remedy: "Raise the quota or delete old files; it goes on by itself" },
  EFBIG: {
    what: "the file is larger than a process here may write",
    remedy: "Raise the limit (ulimit -f, LimitFSIZE= in the unit file, prlimit --fsize on the running process)",
  },
  EACCES: {
    what: "calloff has no right to do that there",
    remedy: "Correct owner and mode: its user must read, write and enter the folder; it goes on by itself",
  },
  EPERM: {
    what: "the system forbids it",
    remedy: "Correct owner and mode, or take the immutable flag away (lsattr -d, chattr -i); it goes on by itself",
  },
  EROFS: {
    what: "its file system is mounted read-only",
    remedy: "Mount it for writing (the kernel's log says why it was not); it goes on by itself",
  },
  EIO: { what: "its disk failed", remedy: "See the kernel's log (dmesg) and the disk; it is tried again by itself" },
  EMFILE: {
    what: "this process may not open any more files",
    remedy: "Raise the limit: ulimit -n 65536, or LimitNOFILE=65536 in the unit file",
  },
  ENFILE: { what: "this machine may not open any more files", remedy: "Raise it: sysctl -w fs.file-max=1000000" },
  ENOENT: { what: "it has gone", remedy: "Bring it back, or make it again" },
  EEXIST: NO_FOLDER,
  ENOTDIR: NO_FOLDER,
  ESTALE: NOT_ANSWERING,
  ENOTCONN: NOT_ANSWERING,
  EHOSTDOWN: NOT_ANSWERING,
  ETIMEDOUT: NOT_ANSWERING,
  EBUSY: { what: "it is in use", remedy: "See who uses it (lsof, fuser); it is tried again by itself" },
};

/** What a system's code means and what to do; codes that are not known are at least named. */
export const systemWords = (code: string): Words =>
  WORDS[code] ?? {
    what: `the system says ${code}`,
    remedy: "See the kernel's log (dmesg); it is tried again by itself",
  };
