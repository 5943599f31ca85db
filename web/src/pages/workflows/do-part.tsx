import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useRef } from "react";
import { useTranslations } from "use-intl";
import { Button, IconButton } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/choice.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { ActionFields } from "./action-fields.tsx";
import { actionIcons } from "./action-icons.ts";
import { PartButton } from "./part.tsx";
import { TextSummary } from "./text-summary.tsx";
import { useWorkflowScope } from "./use-workflow-scope.ts";
import { describeAction, type Wording } from "./when-sentence.ts";
import {
  actionKinds,
  type Draft,
  type DraftAction,
  errorAt,
  type FieldError,
  freshAction,
  moved,
} from "./workflow-draft.ts";

/** What a workflow does: its actions in their order, each opened by its own button. */
export function DoPart({
  draft,
  onChange,
  open,
  onOpen,
  wording,
  errors,
  readOnly,
}: {
  draft: Draft;
  onChange: (changes: Partial<Draft>) => void;
  /** The keys of the actions that are being edited. */
  open: ReadonlySet<string>;
  onOpen: (key: string, open: boolean) => void;
  wording: Wording;
  errors: readonly FieldError[];
  readOnly: boolean;
}) {
  const t = useTranslations("workflows");
  const list = useRef<HTMLOListElement>(null);
  const { do: actions, when } = draft;
  const set = (key: string, action: DraftAction) =>
    onChange({ do: actions.map((one) => (one.key === key ? action : one)) });
  const add = (kind: (typeof actionKinds)[number]) => {
    const key = `new ${Math.max(0, ...actions.map((one) => Number(/^new (\d+)$/.exec(one.key)?.[1] ?? 0))) + 1}`;
    onChange({ do: [...actions, { ...freshAction(kind), key }] });
    onOpen(key, true);
  };
  const move = (index: number, by: number) => {
    onChange({ do: moved(actions, index, by) });
    // The button that was pressed goes along with its action, and keeps the focus unless it cannot go further.
    requestAnimationFrame(() => {
      const row = list.current?.children[index + by];
      const pressed = row?.querySelector<HTMLElement>(`[data-move="${by}"]:enabled`);
      (pressed ?? row?.querySelector<HTMLElement>("[data-move]:enabled"))?.focus();
    });
  };
  const scope = useWorkflowScope(when.trigger);
  const sendsSms = actions.some(({ action }) => action === "send_sms");
  return (
    <div className="flex flex-col gap-4">
      <ol ref={list} className="flex flex-col divide-y divide-line">
        {actions.map((action, index) => {
          const sentence = describeAction(action, wording);
          const Icon = actionIcons[action.action];
          const error = open.has(action.key) ? null : errorAt(errors, `do.${index}`);
          return (
            <li key={action.key} className="py-3 first:pt-0 last:pb-0">
              <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
                <Icon className="mt-1.5 size-4 shrink-0 text-faint" aria-hidden />
                <div className="min-w-0 flex-1 basis-48 py-1">
                  <p className="font-medium break-words">{sentence}</p>
                  {"text" in action && !open.has(action.key) && action.text.trim() !== "" ? (
                    <TextSummary text={action.text} scope={scope} />
                  ) : null}
                  {error ? <p className="mt-0.5 text-sm text-bad-ink">{error}</p> : null}
                </div>
                {readOnly ? null : (
                  <div className="flex items-center gap-1">
                    {actions.length > 1 ? (
                      <>
                        <IconButton
                          label={t("moveUp", { action: sentence })}
                          size="small"
                          data-move={-1}
                          disabled={index === 0}
                          onClick={() => move(index, -1)}
                        >
                          <ArrowUp aria-hidden />
                        </IconButton>
                        <IconButton
                          label={t("moveDown", { action: sentence })}
                          size="small"
                          data-move={1}
                          disabled={index === actions.length - 1}
                          onClick={() => move(index, 1)}
                        >
                          <ArrowDown aria-hidden />
                        </IconButton>
                        <IconButton
                          label={t("removeAction", { action: sentence })}
                          size="small"
                          onClick={() => onChange({ do: actions.filter((one) => one.key !== action.key) })}
                        >
                          <Trash2 aria-hidden />
                        </IconButton>
                      </>
                    ) : null}
                    <PartButton
                      of={sentence}
                      open={open.has(action.key)}
                      onToggle={() => onOpen(action.key, !open.has(action.key))}
                    />
                  </div>
                )}
              </div>
              {open.has(action.key) ? (
                <div className="mt-3 sm:pl-7">
                  <ActionFields
                    action={action}
                    when={when}
                    onChange={(next) => set(action.key, { ...next, id: action.id, key: action.key })}
                    at={`do.${index}`}
                    errors={errors}
                  />
                </div>
              ) : null}
            </li>
          );
        })}
      </ol>
      {readOnly ? null : (
        <div>
          <Menu
            align="start"
            trigger={
              <Button icon={<Plus aria-hidden />} disabled={actions.length >= 10}>
                {t("addAction")}
              </Button>
            }
          >
            {actionKinds.map((kind) => {
              const Icon = actionIcons[kind];
              return (
                <MenuItem key={kind} icon={<Icon aria-hidden />} onSelect={() => add(kind)}>
                  {t(`actions.${kind}`)}
                </MenuItem>
              );
            })}
          </Menu>
        </div>
      )}
      {sendsSms ? (
        <div className="flex flex-col gap-3 border-t border-line pt-4">
          <Checkbox
            label={t("merge")}
            hint={t("mergeHint")}
            checked={draft.merge}
            onChange={(merge) => onChange({ merge })}
            disabled={readOnly}
          />
        </div>
      ) : null}
    </div>
  );
}
