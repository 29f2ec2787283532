import { open } from "node:fs/promises";
import { fdatasyncSync, writeSync } from "node:fs";
import { join } from "node:path";
import { newFolder, removeFolder } from "../driver/folders.ts";
import { repeat, sizeFor, type Work } from "../works/work.ts";

const PAGE = 4096;

/** How often a second this disk makes a page durable: nobody commits more often, one commit after the other. */
export const limitFdatasync: Work = {
  name: "limit-fdatasync",
  title: "fdatasync of a page appended to a file",
  needs: [],
  metrics: [{ name: "fdatasync", unit: "1/s", better: "more" }],
  async measure(context) {
    const times = sizeFor(context, { full: 2000, quick: 20 });
    const folder = await newFolder("disk");
    const file = await open(join(folder, "pages"), "w");
    try {
      const page = Buffer.alloc(PAGE, 1);
      const values = await repeat(context, async () => {
        const started = performance.now();
        for (let i = 0; i < times; i++) {
          writeSync(file.fd, page);
          fdatasyncSync(file.fd);
        }
        return { fdatasync: (times / (performance.now() - started)) * 1000 };
      });
      return { values };
    } finally {
      await file.close();
      await removeFolder(folder);
    }
  },
};
