import { fileURLToPath } from "node:url";

/** Each is an example of the repository, which is where it is worked on and tested. */
export const TEMPLATES = ["starter", "csv-import"] as const;

export type Template = (typeof TEMPLATES)[number];

export function isTemplate(name: string): name is Template {
  return TEMPLATES.some((template) => template === name);
}

/** Where the templates are in this package; written when it is packed. */
export const TEMPLATES_FOLDER = fileURLToPath(new URL("../templates/", import.meta.url));

/** npm packs no file of this name, so it has another one in the package. */
export const GITIGNORE = { inProject: ".gitignore", inPackage: "_gitignore" };
