import { createContext, type ReactNode } from "react";
import type { UseWorkflowOptions } from "./access.ts";

export const AgentContext = createContext<Partial<UseWorkflowOptions>>({});

export interface WorkflowProviderProps extends UseWorkflowOptions {
  children?: ReactNode;
}

/** Says for all hooks below which agent they mean. What a hook says itself goes before. */
export function WorkflowProvider({ children, ...options }: WorkflowProviderProps): ReactNode {
  return <AgentContext.Provider value={options}>{children}</AgentContext.Provider>;
}
