import type { Colors } from "./colors.ts";
import { type ConfigNote, formatPlace, type Project, shortPath } from "../../compiler/index.ts";
import type { Server } from "../../host/index.ts";

type BannerFacts = Pick<Server, "url" | "dataDirectory" | "project" | "startedInMs"> & {
  /** Who serves the page, when it is not the assets folder. */
  readonly page?: string | undefined;
};

/** What is printed once when the server is ready. */
export function banner(server: BannerFacts, colors: Colors): string {
  const { project } = server;
  const rows: [string, string][] = [
    ["URL", colors.cyan(server.url)],
    ["Data", shortPath(server.dataDirectory)],
    ...pageRow(server),
    ...objectRow(project),
    ...workflowRow(project),
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const title = project.environment === undefined ? project.name : `${project.name} (${project.environment})`;
  return [
    "",
    `  ${colors.bold(title)} ${colors.dim(`ready in ${Math.round(server.startedInMs)} ms`)}`,
    "",
    ...rows.map(([label, value]) => `  ${colors.dim(label.padEnd(width))}  ${value}`),
    ...noteLines(project.notes, colors),
    "",
    "",
  ].join("\n");
}

function pageRow({ page, project: { assets } }: BannerFacts): [string, string][] {
  if (page !== undefined) return [["Page", page]];
  return assets === undefined ? [] : [["Assets", shortPath(assets.directory)]];
}

function objectRow({ durableObjects }: Project): [string, string][] {
  const names = [...new Set(durableObjects.map(({ className }) => className))];
  return names.length === 0 ? [] : [["Agents and Durable Objects", names.join(", ")]];
}

function workflowRow({ workflows }: Project): [string, string][] {
  return workflows.length === 0
    ? []
    : [
        [
          "Workflows",
          workflows.map(({ name, className }) => (name === className ? name : `${name} (${className})`)).join(", "),
        ],
      ];
}

function noteLines(notes: readonly ConfigNote[], colors: Colors): string[] {
  if (notes.length === 0) return [];
  const lines = notes.map((note) => {
    const place = note.key === "" ? shortPath(note.file) : `${formatPlace(note)} ${note.key}:`;
    return colors.dim(`  ${place} ${note.text.replaceAll(/\s+/g, " ")}`);
  });
  return ["", ...lines];
}

/** The sentence about an address that others can reach; undefined for this machine's own. */
export function exposureWarning(host: string): string | undefined {
  if (host === "localhost" || host === "::1" || host === "[::1]" || host.startsWith("127.")) return undefined;
  return `Listening on ${host}: everybody who can reach this machine can use the application, without encryption. Keep it behind a firewall, or behind a proxy that speaks TLS.`;
}
