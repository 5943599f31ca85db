import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { useDebounced } from "../../lib/debounced.ts";
import { useExplain } from "../../lib/explain.ts";
import { useSession, useWorkspace } from "../../lib/session.ts";
import { sampleShortLink } from "../../lib/shown-opt-out-text.ts";
import { Checkbox } from "../../ui/choice.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Picker, type PickerOption } from "../../ui/picker.tsx";
import { useContactChoices } from "./contact-choices.ts";
import { isField } from "./fields.ts";
import { BubbleText, PhonePreview } from "./phone-preview.tsx";
import { renderDefaults } from "./rendered.ts";
import { useFieldLabels } from "./use-field-labels.ts";

/** The phone next to the text: as a chosen contact would see it, at their text size, on a dark screen. */
export function PreviewPane({
  text,
  sender,
  senderAddress,
  senderRef,
  optOutText,
  shorten,
}: {
  text: string;
  /** The sender that the recipient sees at the top. */
  sender: string;
  /** The value of {{ sender.address }}. */
  senderAddress: string | undefined;
  /** The sender for the server's preview: an id, or null for the default. */
  senderRef: string | null;
  optOutText: string | null;
  shorten: boolean;
}) {
  const t = useTranslations("composer.preview");
  const explain = useExplain();
  const labelOf = useFieldLabels();
  const workspace = useWorkspace();
  const { link_origin } = useSession();
  const [contact, setContact] = useState<PickerOption | null>(null);
  const [search, setSearch] = useState("");
  const contacts = useContactChoices(search);
  const [dark, setDark] = useState(false);
  const [fontSize, setFontSize] = useState(16);
  const debounced = useDebounced(text, 300);
  const body = {
    text: debounced,
    sender: senderRef,
    opt_out_text: optOutText !== null,
    links: { shorten },
    contact_id: contact?.value,
  };
  const rendered = useQuery({
    ...query("campaigns", "preview", { body }),
    enabled: contact !== null && debounced.trim() !== "",
    placeholderData: (before) => before,
    staleTime: 60_000,
  });
  const asContact = contact && text.trim() !== "" ? rendered.data : undefined;
  const problem = asContact?.errors[0]?.message ?? (contact && rendered.error ? explain(rendered.error) : null);
  const ready = asContact && asContact.errors.length === 0;
  const pieces = ready
    ? [{ kind: "text" as const, text: withoutOptOut(asContact.text, optOutText) }]
    : renderDefaults(
        text,
        isField,
        labelOf,
        { "workspace.name": workspace.name, "sender.address": senderAddress },
        shorten ? sampleShortLink(link_origin) : null,
      );
  return (
    <div className="flex flex-col gap-4">
      <Picker
        label={t("contact")}
        placeholder={t("nobody")}
        value={contact}
        onChange={setContact}
        {...contacts}
        onSearch={setSearch}
        clearable
      />
      {problem ? <Notice tone="warn">{t("failed", { reason: problem })}</Notice> : null}
      <PhonePreview
        sender={sender}
        dark={dark}
        fontSize={fontSize}
        empty={t("empty")}
        bubbles={
          text.trim() === "" && optOutText === null
            ? []
            : [
                {
                  id: "text",
                  direction: "in",
                  content: <BubbleText pieces={pieces} optOutText={optOutText} dark={dark} />,
                },
              ]
        }
      />
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 text-sm">
        <label className="flex min-w-40 flex-1 items-center gap-2">
          <span className="shrink-0">{t("fontSize")}</span>
          <input
            type="range"
            min={12}
            max={28}
            step={2}
            value={fontSize}
            aria-valuetext={`${fontSize} px`}
            onChange={(event) => setFontSize(Number(event.target.value))}
            className="min-w-0 flex-1 accent-accent"
          />
        </label>
        <Checkbox label={t("dark")} checked={dark} onChange={setDark} />
      </div>
    </div>
  );
}

/** The server appends the opt-out text; here it is shown separately, greyed. */
function withoutOptOut(text: string, optOutText: string | null): string {
  return optOutText !== null && text.endsWith(optOutText) ? text.slice(0, -optOutText.length).trimEnd() : text;
}
