import type { Action, When } from "../../../../contract/workflows.ts";
import type { FieldError } from "./workflow-draft.ts";

/** What the fields of each kind of action are given. */
export interface ActionFieldsProps<One extends Action = Action> {
  action: One;
  when: When;
  onChange: (action: Action) => void;
  /** The action as the server names it: `do.0`. */
  at: string;
  errors: readonly FieldError[];
}
