import { execFile } from "node:child_process";
import { access, constants, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";

const run = promisify(execFile);

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const usualPlaces = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
  String.raw`C:\Program Files (x86)\Google\Chrome\Application\chrome.exe`,
  String.raw`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`,
];

/**
 * Starts a headless Chromium or Chrome: the one that `PAWL_BROWSER` or `CHROME_PATH` names, else an installed one.
 * Where there is none, root on Debian installs it.
 * @throws with advice when there is no browser: a test that needs one fails, it does not skip itself
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = (await findBrowser()) ?? (await installBrowser());
  // Chromium's sandbox refuses to work for root; everybody else keeps it.
  return chromium.launch({ executablePath, args: isRoot() ? ["--no-sandbox"] : [] });
}

async function findBrowser(): Promise<string | undefined> {
  const named = process.env["PAWL_BROWSER"] ?? process.env["CHROME_PATH"];
  if (named !== undefined && named !== "") {
    if (await isExecutable(named)) return named;
    throw new Error(`PAWL_BROWSER or CHROME_PATH names "${named}", which cannot be run.`);
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const places = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...usualPlaces];
  for (const place of places) {
    if (await isExecutable(place)) return place;
  }
  return undefined;
}

async function installBrowser(): Promise<string> {
  if (isRoot() && (await isDebian())) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    // Two test files may want a browser at once: the second waits for the lock of the first.
    const patience = ["-o", "DPkg::Lock::Timeout=300"];
    await run("apt-get", [...patience, "update", "-qq"], { env });
    await run("apt-get", [...patience, "install", "-y", "-qq", "--no-install-recommends", "chromium"], { env });
    const installed = await findBrowser();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    "These tests drive a real browser and none was found. Install Chromium or Chrome " +
      "(Debian and Ubuntu: apt-get install chromium; macOS: brew install --cask google-chrome), " +
      "or set PAWL_BROWSER to the path of one.",
  );
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

async function isDebian(): Promise<boolean> {
  try {
    await access("/usr/bin/apt-get", constants.X_OK);
    return /^ID(?:_LIKE)?=.*debian/m.test(await readFile("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
