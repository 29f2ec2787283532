import { constants } from "node:fs";
import { access, readdir, realpath } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";

/** Where Debian keeps the servers, a folder for each version. */
const DEBIAN = "/usr/lib/postgresql";

/** The folder with PostgreSQL's server and `initdb`, on the path or where Debian puts them; the newest there. */
export async function postgresBinaries(): Promise<string | undefined> {
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const versions = await readdir(DEBIAN).catch(() => []);
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN, version, "bin"));
  for (const folder of [...onPath, ...newestFirst]) {
    // A link to the server alone leads to the folder where the rest is.
    const server = await realpath(join(folder, "postgres")).catch(() => undefined);
    if (server !== undefined && (await isExecutable(join(dirname(server), "initdb")))) return dirname(server);
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
