import type { ConfigReader } from "./config-reader.ts";
import {
  DURABLE_OBJECTS_KEYS,
  DURABLE_OBJECT_BINDING_KEYS,
  ENGINE_CLASS,
  MIGRATION_KEYS,
  RESERVED_PREFIX,
} from "./config-keys.ts";
import { entryOf } from "./config-node.ts";
import type { Settings } from "./environment.ts";
import type { FilePlace } from "./errors.ts";
import type { DurableObjectBinding } from "./project.ts";

/** Class names and the first place in the configuration that names them. */
export type ClassPlaces = Map<string, FilePlace>;

/** Binding names that are taken, and where. */
export class BindingNames {
  readonly #places = new Map<string, FilePlace>();
  readonly #reader: ConfigReader;

  constructor(reader: ConfigReader) {
    this.#reader = reader;
  }

  /** Reports a name that is reserved or already taken. */
  take(name: string, place: FilePlace, key: string): void {
    const earlier = this.#places.get(name);
    if (name.startsWith(RESERVED_PREFIX)) {
      this.#reader.fault(
        place,
        key,
        `Binding \`${name}\`: names that begin with ${RESERVED_PREFIX} are Pawl's own. Rename it.`,
      );
    } else if (earlier !== undefined) {
      this.#reader.fault(
        place,
        key,
        `Binding \`${name}\` is already given in line ${earlier.line}. Rename one of the two.`,
      );
    } else {
      this.#places.set(name, place);
    }
  }

  placeOf(name: string): FilePlace | undefined {
    return this.#places.get(name);
  }
}

/** `durable_objects.bindings`. */
export function readDurableObjects(
  settings: Settings,
  workerName: string | undefined,
  reader: ConfigReader,
  names: BindingNames,
  classes: ClassPlaces,
): DurableObjectBinding[] {
  const setting = settings.get("durable_objects");
  const section = setting === undefined ? undefined : reader.object(setting.entry.value, setting.path);
  if (setting === undefined || section === undefined) return [];
  reader.checkKeys(section, setting.path, DURABLE_OBJECTS_KEYS);
  const list = entryOf(section, "bindings");
  if (list === undefined) return [];
  const bindings: DurableObjectBinding[] = [];
  for (const { object, path } of reader.objects(list.value, `${setting.path}.bindings`)) {
    reader.checkKeys(object, path, DURABLE_OBJECT_BINDING_KEYS);
    const binding = reader.requiredString(object, path, "name");
    const className = reader.requiredString(object, path, "class_name");
    const script = entryOf(object, "script_name");
    if (script !== undefined) {
      const scriptName = reader.string(script.value, `${path}.script_name`);
      if (scriptName !== undefined && scriptName !== workerName) {
        reader.fault(
          script.place,
          `${path}.script_name`,
          `The class is in another Worker ("${scriptName}"), and Pawl runs one Worker. Move the class into this project and remove \`script_name\`.`,
        );
        continue;
      }
    }
    if (binding !== undefined) names.take(binding.value, binding.place, `${path}.name`);
    if (className !== undefined)
      checkClassName(className.value, className.place, `${path}.class_name`, reader, classes);
    if (binding !== undefined && className !== undefined)
      bindings.push({ binding: binding.value, className: className.value });
  }
  return bindings;
}

/** `migrations`: the classes that have SQLite storage. */
export function readMigrations(settings: Settings, reader: ConfigReader, classes: ClassPlaces): string[] {
  const setting = settings.get("migrations");
  if (setting === undefined) return [];
  const tags = new Set<string>();
  const introduced: string[] = [];
  for (const { object, path } of reader.objects(setting.entry.value, setting.path)) {
    reader.checkKeys(object, path, MIGRATION_KEYS);
    const tag = reader.requiredString(object, path, "tag");
    if (tag !== undefined && tags.has(tag.value)) {
      reader.fault(
        tag.place,
        `${path}.tag`,
        `The migration tag "${tag.value}" is used twice. Every migration needs a tag of its own.`,
      );
    }
    if (tag !== undefined) tags.add(tag.value);
    const list = entryOf(object, "new_sqlite_classes");
    for (const [index, item] of (list === undefined
      ? []
      : (reader.array(list.value, `${path}.new_sqlite_classes`)?.items ?? [])
    ).entries()) {
      const key = `${path}.new_sqlite_classes[${index}]`;
      const name = reader.string(item, key);
      if (name === undefined) continue;
      if (introduced.includes(name)) {
        reader.fault(item.place, key, `The class \`${name}\` is introduced twice. Keep the first.`);
        continue;
      }
      checkClassName(name, item.place, key, reader, classes);
      introduced.push(name);
    }
  }
  return introduced;
}

/** Every bound class needs a migration that says how it stores its data. */
export function checkStorage(
  durableObjects: readonly DurableObjectBinding[],
  sqliteClasses: readonly string[],
  settings: Settings,
  isToml: boolean,
  reader: ConfigReader,
  classes: ClassPlaces,
): void {
  const missing = [...new Set(durableObjects.map(({ className }) => className))].filter(
    (name) => !sqliteClasses.includes(name),
  );
  const [first] = missing;
  const place = first === undefined ? undefined : classes.get(first);
  if (place === undefined) return;
  // A class that an unsupported migration mentions has been reported already, with better advice.
  const handled = new Set(settings.get("migrations")?.entry.value.kind === "array" ? mentionedElsewhere(settings) : []);
  const open = missing.filter((name) => !handled.has(name));
  if (open.length === 0) return;
  const tag = `v${migrationCount(settings) + 1}`;
  const names = open.map((name) => `"${name}"`).join(", ");
  const lines = isToml
    ? `[[migrations]]\ntag = "${tag}"\nnew_sqlite_classes = [${names}]`
    : migrationCount(settings) === 0
      ? `"migrations": [{ "tag": "${tag}", "new_sqlite_classes": [${names}] }]`
      : `{ "tag": "${tag}", "new_sqlite_classes": [${names}] }`;
  const where = !isToml && migrationCount(settings) > 0 ? "Add to `migrations`" : "Add";
  const subject = open.length === 1 ? `The class ${names} has` : `The classes ${names} have`;
  reader.fault(
    place,
    "migrations",
    `${subject} no migration that gives storage. ${where}:\n\n  ${lines.replaceAll("\n", "\n  ")}`,
  );
}

export function checkClassName(
  name: string,
  place: FilePlace,
  key: string,
  reader: ConfigReader,
  classes: ClassPlaces,
): void {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name) || name === "default") {
    reader.fault(place, key, `"${name}" cannot be the name of an exported class.`);
  } else if (name === ENGINE_CLASS) {
    reader.fault(place, key, `\`${ENGINE_CLASS}\` is the name of Pawl's own class. Rename yours.`);
  } else if (!classes.has(name)) {
    classes.set(name, place);
  }
}

function migrationCount(settings: Settings): number {
  const node = settings.get("migrations")?.entry.value;
  return node?.kind === "array" ? node.items.length : 0;
}

function mentionedElsewhere(settings: Settings): string[] {
  const node = settings.get("migrations")?.entry.value;
  if (node?.kind !== "array") return [];
  return node.items.flatMap((item) => {
    if (item.kind !== "object") return [];
    const created = entryOf(item, "new_classes")?.value;
    const moved = [entryOf(item, "renamed_classes")?.value, entryOf(item, "transferred_classes")?.value];
    const names =
      created?.kind === "array" ? created.items.map((node) => (node.kind === "string" ? String(node.value) : "")) : [];
    const targets = moved.flatMap((node) =>
      node?.kind === "array"
        ? node.items.map((entry) => {
            const to = entry.kind === "object" ? entryOf(entry, "to")?.value : undefined;
            return to?.kind === "string" ? String(to.value) : "";
          })
        : [],
    );
    return [...names, ...targets];
  });
}
