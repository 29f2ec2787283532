import { Agent } from "agents";
import type { AgentState } from "../operations.ts";
import type { Env } from "./runs.ts";

/** An agent whose state is the last update that a run has reported. */
export class BenchAgent extends Agent<Env, AgentState> {
  override initialState: AgentState = { run: "", update: 0, at: 0 };

  /** Called by runs. Every change of the state goes to every client that is connected. */
  async show(run: string, update: number): Promise<void> {
    this.setState({ run, update, at: Date.now() });
  }
}
