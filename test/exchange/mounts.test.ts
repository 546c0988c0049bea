import assert from "node:assert/strict";
import { isFolder } from "../../src/exchange/home-folders.ts";
import { mountPoints } from "../../src/exchange/mounts.ts";

describe("The mounts of a machine", () => {
  it("are read from the kernel's list, the innermost first, with blanks in their names", () => {
    const list = [
      "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
      "36 22 0:30 / /srv/in\\040box rw - tmpfs tmpfs rw",
      "40 36 8:1 /up /srv/in\\040box/acme rw - ext4 /dev/sda1 rw",
      "",
    ].join("\n");
    assert.deepEqual(mountPoints(list), ["/srv/in box/acme", "/srv/in box", "/"]);
  });
});

describe("A folder", () => {
  it("that was deleted and made anew is another one, though it got the same number", () => {
    assert.ok(isFolder({ device: "1", inode: "7@100" }, { device: "1", inode: "7@100" }));
    assert.ok(!isFolder({ device: "1", inode: "7@200" }, { device: "1", inode: "7@100" }));
    assert.ok(!isFolder({ device: "2", inode: "7@100" }, { device: "1", inode: "7@100" }));
  });

  it("that an earlier version noted by its number alone is still known by it", () => {
    assert.ok(isFolder({ device: "1", inode: "7@200" }, { device: "1", inode: "7" }));
    assert.ok(!isFolder({ device: "1", inode: "71@200" }, { device: "1", inode: "7" }));
    assert.ok(!isFolder({ device: "1", inode: "7@200" }, undefined));
  });
});
