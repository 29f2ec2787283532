/** The longest name that a Worker may have. */
const MOST_CHARACTERS = 54;

/** A folder's name as that of a package and of a Worker: small letters, digits and hyphens. */
export function projectName(folder: string): string {
  const name = folder
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{Mark}/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, MOST_CHARACTERS)
    .replaceAll(/^-+|-+$/g, "");
  return name === "" ? "my-app" : name;
}
