import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { Workflow } from "../../../../contract/workflows.ts";
import { ApiError } from "../../api/api-error.ts";
import { call } from "../../api/client.ts";
import { query, useCall } from "../../api/queries.ts";
import { useExplainWorkflow } from "./explain-workflow.ts";
import { isTimed } from "./triggers.ts";
import { bodyOf, changesOf, type Draft, draftOf, type FieldError, gapsIn, isSame } from "./workflow-draft.ts";

/**
 * A workflow while it is being edited. Nothing typed is lost: a save that fails, or that somebody else's change came before, leaves the
 * draft as it is. `workflow` is null for one that was never saved.
 */
export function useEditor(workflow: Workflow | null, initial: Draft) {
  const t = useTranslations("workflows.gaps");
  const explain = useExplainWorkflow();
  const client = useQueryClient();
  const create = useCall("workflows", "create");
  const update = useCall("workflows", "update");
  const [known, setKnown] = useState(workflow);
  const [saved, setSaved] = useState(initial);
  const [draft, setDraft] = useState(initial);
  const [errors, setErrors] = useState<FieldError[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [theirs, setTheirs] = useState<Workflow | null>(null);
  const latest = useRef({ draft, saved });
  latest.current = { draft, saved };

  // Somebody else's version is taken over while nothing is typed here.
  if (workflow && known && workflow.revision > known.revision && isSame(draft, saved)) {
    setKnown(workflow);
    setSaved(draftOf(workflow));
    setDraft(draftOf(workflow));
  }

  const take = (of: Workflow) => {
    client.setQueryData(query("workflows", "get", { params: { id: of.id } }).queryKey, of);
    setKnown(of);
    setSaved(draftOf(of));
    latest.current.saved = draftOf(of);
  };

  const change = (changes: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...changes }));
    setErrors([]);
    setFailure(null);
  };

  /** The saved workflow, or null where it could not be saved; the reason is shown then. */
  const save = async (): Promise<Workflow | null> => {
    setFailure(null);
    const gaps = gapsIn(draft).map(({ field, key }) => ({ field, message: t(key as "name") }));
    setErrors(gaps);
    if (gaps.length > 0) return null;
    try {
      const changes = changesOf(draft, saved);
      if (known && Object.keys(changes).length === 0) return known;
      const done = known
        ? await update.mutateAsync({ params: { id: known.id }, body: { ...changes, revision: known.revision } })
        : // One that fires by the clock asks about the bookings ahead before it is enabled.
          await create.mutateAsync({ body: { ...bodyOf(draft), enabled: !isTimed(draft.when.trigger) } });
      take(done);
      setDraft(draftOf(done));
      latest.current.draft = draftOf(done);
      return done;
    } catch (error) {
      if (known && error instanceof ApiError && error.code === "workflow_changed") await meet(known.id, explain(error));
      else if (error instanceof ApiError && error.field !== undefined)
        setErrors([{ field: error.field, message: explain(error) }]);
      else setFailure(explain(error));
      return null;
    }
  };

  /** Fetches what somebody else has made of it, to ask whose version counts. */
  const meet = async (id: string, otherwise: string) => {
    try {
      setTheirs(await call("workflows", "get", { params: { id } }));
    } catch {
      setFailure(otherwise);
    }
  };

  return {
    known,
    draft,
    change,
    errors,
    failure,
    save,
    busy: create.isPending || update.isPending,
    isDirty: () => !isSame(latest.current.draft, latest.current.saved),
    theirs,
    /** Drops what was typed. */
    takeTheirs: (of: Workflow) => {
      take(of);
      setDraft(draftOf(of));
      setTheirs(null);
      setErrors([]);
    },
    /** Keeps what was typed on top of another version: only the fields that differ from what was known before. */
    keepMine: (of: Workflow) => {
      const mine = Object.keys(changesOf(draft, saved)) as (keyof Draft)[];
      const kept = Object.fromEntries(mine.map((field) => [field, draft[field]]));
      take(of);
      setDraft({ ...draftOf(of), ...kept });
      setTheirs(null);
    },
  };
}
