import type { ConfigReader } from "./config-reader.ts";
import { WORKFLOW_KEYS } from "./config-keys.ts";
import type { ConfigObject } from "./config-node.ts";
import { entryOf } from "./config-node.ts";
import type { Settings } from "./environment.ts";
import type { WorkflowConfig } from "./project.ts";
import type { BindingNames, ClassPlaces } from "./read-classes.ts";
import { checkClassName } from "./read-classes.ts";
import { readWorkflowPolicy } from "./read-workflow-policy.ts";

/** wrangler's rule and text. */
const NAME = /^[a-zA-Z0-9_][a-zA-Z0-9-_]{0,63}$/;
const NAME_RULE =
  "Workflow names must be 1-64 characters long, start with a letter, number, or underscore, and may only contain letters, numbers, underscores, or hyphens.";

/** `workflows`. */
export function readWorkflows(
  settings: Settings,
  workerName: string | undefined,
  reader: ConfigReader,
  bindings: BindingNames,
  classes: ClassPlaces,
): WorkflowConfig[] {
  const setting = settings.get("workflows");
  if (setting === undefined) return [];
  const names = new Map<string, number>();
  const workflows: WorkflowConfig[] = [];
  for (const { object, path } of reader.objects(setting.entry.value, setting.path)) {
    reader.checkKeys(object, path, WORKFLOW_KEYS);
    const binding = reader.requiredString(object, path, "binding");
    const name = reader.requiredString(object, path, "name");
    const className = reader.requiredString(object, path, "class_name");
    const policy = readWorkflowPolicy(object, path, reader);
    if (isElsewhere(object, path, workerName, reader)) continue;
    if (binding !== undefined) bindings.take(binding.value, binding.place, `${path}.binding`);
    if (className !== undefined)
      checkClassName(className.value, className.place, `${path}.class_name`, reader, classes);
    if (name !== undefined) {
      const earlier = names.get(name.value);
      if (!NAME.test(name.value))
        reader.fault(name.place, `${path}.name`, `"${name.value}" cannot be the name of a workflow. ${NAME_RULE}`);
      else if (earlier !== undefined) {
        reader.fault(
          name.place,
          `${path}.name`,
          `There is already a workflow "${name.value}", in line ${earlier}. Give every workflow a name of its own.`,
        );
      }
      names.set(name.value, earlier ?? name.place.line);
    }
    if (binding === undefined || name === undefined || className === undefined) continue;
    workflows.push({
      binding: binding.value,
      name: name.value,
      className: className.value,
      ...policy,
    });
  }
  return workflows;
}

function isElsewhere(
  workflow: ConfigObject,
  path: string,
  workerName: string | undefined,
  reader: ConfigReader,
): boolean {
  const script = entryOf(workflow, "script_name");
  if (script === undefined) return false;
  const scriptName = reader.string(script.value, `${path}.script_name`);
  if (scriptName === undefined || scriptName === workerName) return false;
  reader.fault(
    script.place,
    `${path}.script_name`,
    `The workflow is in another Worker ("${scriptName}"), and Pawl runs one Worker. Move the class into this project and remove \`script_name\`.`,
  );
  return true;
}
