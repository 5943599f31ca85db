import { type ReactNode, type Ref, useCallback, useId, useImperativeHandle, useMemo, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Checkbox } from "../../ui/choice.tsx";
import { matchFields, type OpenBraces } from "./braces.ts";
import { type Chip, createChipRegistry, type Range } from "./chips.ts";
import { ComposerField, type FieldHandle } from "./composer-field.tsx";
import { ComposerToolbar } from "./composer-toolbar.tsx";
import { CounterLine } from "./counter-line.tsx";
import { countText } from "./counter.ts";
import { LinkDialog } from "./link-dialog.tsx";
import { replaceUnusual } from "./paint.ts";
import { PreviewPane } from "./preview-pane.tsx";
import { type ComposerScope, isFieldOf, type MenuField, useCampaignScope } from "./scope.ts";
import { TokenDialog } from "./token-dialog.tsx";
import { optionId, TokenMenu } from "./token-menu.tsx";
import type { Token } from "./token.ts";
import { UnusualPanel } from "./unusual-panel.tsx";
import { useTemplateProblem } from "./use-template-problem.ts";

/** The opt-out text of the workspace, and whether this message ends with it. */
export interface OptOutChoice {
  text: string;
  included: boolean;
  onChange: (included: boolean) => void;
}

/** Whether the links of the text are shortened for each recipient. */
export interface LinkChoice {
  shorten: boolean;
  onChange: (shorten: boolean) => void;
}

export interface ComposerHandle {
  focus(): void;
}

type Asking = { what: "link" } | { what: "token"; token: Token | null; replacing: Range | undefined; editing: boolean };

/** Edits one text: the text at the left, the phone at the right unless it is compact. Used wherever a text is written. */
export function Composer({
  ref,
  value,
  onChange,
  name = "",
  sender,
  senderRef = null,
  optOut,
  links,
  error = null,
  readOnly = false,
  compact = false,
  scope,
  label,
  counted = true,
  counts,
  side,
}: {
  ref?: Ref<ComposerHandle>;
  /** The text as it is stored, with `{{ … }}`. */
  value: string;
  onChange: (text: string) => void;
  /** What the text belongs to, by which the website's statistics may know its visitors. */
  name?: string;
  /** The sender as the recipient sees it: grouped for reading, and as it is. */
  sender: { label: string; address: string | undefined };
  /** The sender for the server's preview: id, number or name; null for the default. */
  senderRef?: string | null;
  /** Absent where the message is not marketing. */
  optOut?: OptOutChoice;
  /** Absent where links cannot be shortened. */
  links?: LinkChoice;
  /** The server's error about the text. */
  error?: string | null;
  readOnly?: boolean;
  /** Without the phone, as beside a conversation. */
  compact?: boolean;
  /** What the text may name; that of campaigns where it is absent. */
  scope?: ComposerScope;
  /** The label of the text, unless it is simply the message. */
  label?: string;
  /** False where the text is no SMS, so that its length costs nothing. */
  counted?: boolean;
  /** What is known about the length besides the counter's figures. */
  counts?: ReactNode;
  /** In place of the phone that shows the text as a contact would see it. */
  side?: ReactNode;
}) {
  const t = useTranslations("composer");
  const id = useId();
  const field = useRef<FieldHandle>(null);
  const ofCampaigns = useCampaignScope();
  const known = scope ?? ofCampaigns;
  const registry = useMemo(() => createChipRegistry(isFieldOf(known), known.labelOf), [known]);
  const [braces, setBraces] = useState<OpenBraces | null>(null);
  const [dismissed, setDismissed] = useState<number | null>(null);
  const [active, setActive] = useState(0);
  const [asking, setAsking] = useState<Asking | null>(null);
  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus() }));

  const optOutText = optOut?.included ? optOut.text : null;
  const shorten = links?.shorten ?? false;
  const count = useMemo(() => countText(value, optOutText, shorten), [value, optOutText, shorten]);
  const open = braces !== null && braces.start !== dismissed ? braces : null;
  const matching = open ? matchFields(known.fields, open.query) : [];
  const at = Math.min(active, Math.max(0, matching.length - 1));
  const problem = useTemplateProblem(value, shorten, known.names);
  // A token that is being typed at this moment is not an error yet.
  const said = open || asking ? null : (problem ?? error);

  const onBraces = useCallback((next: OpenBraces | null) => {
    setBraces((before) => (before?.start === next?.start && before?.query === next?.query ? before : next));
    setActive(0);
    if (next === null) setDismissed(null);
  }, []);

  const choose = (chosen: MenuField) => {
    if (!open) return;
    const replacing = { start: open.start, end: open.end };
    setDismissed(open.start);
    setAsking({ what: "token", token: { field: chosen.field, fallback: null }, replacing, editing: false });
  };

  const onMenuKey = (key: string): boolean => {
    if (!open) return false;
    if (key === "Escape") setDismissed(open.start);
    else if (matching.length === 0) return false;
    else if (key === "ArrowDown") setActive((at + 1) % matching.length);
    else if (key === "ArrowUp") setActive((at + matching.length - 1) % matching.length);
    else if (key === "Enter" || key === "Tab") choose(matching[at] as MenuField);
    else return false;
    return true;
  };

  // The dialog returns the focus when it unmounts; the text takes it after that.
  const done = (then?: (handle: FieldHandle) => void) => {
    setAsking(null);
    requestAnimationFrame(() => {
      field.current?.focus();
      if (field.current) then?.(field.current);
    });
  };

  const edit = (chip: Chip) =>
    setAsking({ what: "token", token: chip.token, replacing: { start: chip.start, end: chip.end }, editing: true });
  const chips = registry.chips(registry.show(value));

  return (
    <div className={compact ? undefined : "grid items-start gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,1fr)_20rem]"}>
      <div className="flex min-w-0 flex-col gap-3">
        <label htmlFor={id} className="-mb-1.5 font-medium">
          {label ?? t("text")}
        </label>
        <div className="rounded-md border border-line-strong/60">
          <ComposerToolbar
            disabled={readOnly}
            insert={known.insert}
            onLink={() => setAsking({ what: "link" })}
            onPersonalise={() => setAsking({ what: "token", token: null, replacing: undefined, editing: false })}
            onPick={(character) => field.current?.insertQuietly(character)}
            onDone={() => field.current?.focus()}
          />
          <ComposerField
            ref={field}
            id={id}
            registry={registry}
            value={value}
            onChange={onChange}
            onEditChip={edit}
            onBraces={onBraces}
            onMenuKey={onMenuKey}
            describedBy={`${counted ? `${id}-count ` : ""}${id}-help${said ? ` ${id}-error` : ""}`}
            invalid={said !== null}
            readOnly={readOnly}
            placeholder={t("placeholder")}
            menu={
              open ? { id: `${id}-menu`, activeId: matching.length > 0 ? optionId(`${id}-menu`, at) : undefined } : null
            }
          >
            {open ? (
              <TokenMenu id={`${id}-menu`} fields={matching} active={at} query={open.query} onChoose={choose} />
            ) : null}
          </ComposerField>
        </div>
        {said ? (
          <p id={`${id}-error`} role="alert" className="text-sm text-bad-ink">
            {said}
          </p>
        ) : null}
        {counted ? <CounterLine id={`${id}-count`} count={count} /> : null}
        {counts}
        <p id={`${id}-help`} className="text-sm text-faint">
          {t("help")}
        </p>
        {chips.length > 0 ? (
          <div className="flex flex-wrap items-center gap-1.5">
            <span className="text-sm text-faint">{t("used")}</span>
            {chips.map((chip) => (
              <button
                key={chip.start}
                type="button"
                disabled={readOnly}
                className="h-6 max-w-full truncate rounded-sm bg-accent-soft px-1.5 text-sm text-accent-ink hover:bg-hover"
                onClick={() => edit(chip)}
              >
                {chip.label}
                {chip.token.fallback === null ? null : <span className="text-soft"> · {chip.token.fallback}</span>}
                <span className="sr-only">
                  {chip.token.fallback === null ? t("editChipBare") : t("editChip", { fallback: chip.token.fallback })}
                </span>
              </button>
            ))}
          </div>
        ) : null}
        {readOnly || !counted ? null : (
          <UnusualPanel
            count={count}
            onReplace={(character) => field.current?.rewrite(replaceUnusual(value, character))}
          />
        )}
        {links && count.links > 0 ? (
          <Checkbox
            label={t("links.shorten", { count: count.links })}
            hint={shorten ? t("links.shortened") : t("links.offer")}
            checked={shorten}
            onChange={links.onChange}
            disabled={readOnly}
          />
        ) : null}
        {optOut ? (
          <Checkbox
            label={t("optOut.include")}
            hint={optOut.included ? t("optOut.quoted", { text: optOut.text }) : t("optOut.without")}
            checked={optOut.included}
            onChange={optOut.onChange}
            disabled={readOnly}
          />
        ) : null}
      </div>
      {compact
        ? null
        : (side ?? (
            <PreviewPane
              text={value}
              sender={sender.label}
              senderAddress={sender.address}
              senderRef={senderRef}
              optOutText={optOutText}
              shorten={shorten}
            />
          ))}
      {asking?.what === "link" ? (
        <LinkDialog
          shorten={links ? shorten || count.links === 0 : null}
          campaign={name}
          onClose={() => done()}
          onInsert={(address, shortened) => {
            if (links && shortened !== shorten) links.onChange(shortened);
            done((handle) => handle.insert(address));
          }}
        />
      ) : null}
      {asking?.what === "token" ? (
        <TokenDialog
          scope={known}
          token={asking.token}
          editing={asking.editing}
          onClose={() => done()}
          onSave={(token) => done((handle) => handle.insertToken(token, asking.replacing))}
          onRemove={() => done((handle) => asking.replacing && handle.remove(asking.replacing))}
        />
      ) : null}
    </div>
  );
}
