import { useTranslations } from "use-intl";
import type { Action } from "../../../../contract/workflows.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { readSpelling } from "../../../../rules/phone-number-spelling.ts";
import { Composer } from "../../components/composer/composer.tsx";
import { useWorkspace } from "../../lib/session.ts";
import { ChipsField, type ReadChips } from "../../ui/chips-field.tsx";
import { Checkbox } from "../../ui/choice.tsx";
import type { ActionFieldsProps } from "./action-props.ts";
import { LanguageTabs } from "./language-tabs.tsx";
import { RecipientFields } from "./recipient-fields.tsx";
import { SegmentCounts } from "./segment-counts.tsx";
import { SenderField } from "./sender-field.tsx";
import { SmsPreview } from "./sms-preview.tsx";
import { useMessageFields } from "./use-message-fields.ts";

type SendSms = Extract<Action, { action: "send_sms" }>;

const written = ["text"] as const;

/** Edits a text: to whom, from whom, and what it says in each language. */
export function SmsFields(props: ActionFieldsProps<SendSms>) {
  const t = useTranslations("workflows");
  const { country } = useWorkspace();
  const { action } = props;
  const { scope, preview, set, setTo, errorOf, recipients, languages, field } = useMessageFields(props, written);
  const numbers = action.to.numbers ?? [];
  const read = (text: string): ReadChips => {
    const found: string[] = [];
    for (const typed of text.split(/[,;\n]/).map((one) => one.trim())) {
      const spelling = readSpelling(typed);
      if (typed === "") continue;
      if ("problem" in spelling || spelling.digits.length < 3) return { problem: t("notANumber", { value: typed }) };
      if (!numbers.includes(typed) && !found.includes(typed)) found.push(typed);
    }
    return { add: found };
  };
  const sender = preview.data?.sender?.address;
  return (
    <div className="flex flex-col gap-5">
      <RecipientFields {...recipients} />
      <div className="grid gap-x-8 gap-y-5 md:grid-cols-2">
        <ChipsField
          label={t("numbers")}
          hint={t("numbersHint")}
          optional
          value={numbers}
          onChange={(chips) => setTo({ numbers: chips.length > 0 ? chips : undefined })}
          read={read}
          shown={(number) => formatPhoneNumber(number, country)}
          placeholder={t("numbersPlaceholder")}
          input={{ type: "tel" }}
          error={errorOf("to.numbers")}
        />
        <SenderField
          value={action.sender ?? null}
          onChange={(value) => set({ sender: value ?? undefined })}
          used={preview.data?.sender ?? null}
          error={errorOf("sender")}
        />
      </div>
      <LanguageTabs {...languages}>
        <Composer
          key={languages.shown}
          scope={scope}
          label={t("content")}
          {...field("text")}
          sender={{ label: sender ? formatPhoneNumber(sender, country) : t("sender"), address: sender }}
          counts={<SegmentCounts preview={preview} />}
          side={<SmsPreview preview={preview} empty={action.text.trim() === ""} />}
        />
      </LanguageTabs>
      <Checkbox
        label={t("fallbackEmail")}
        hint={t("fallbackEmailHint")}
        checked={action.fallback_email === true}
        onChange={(on) => set({ fallback_email: on || undefined })}
      />
    </div>
  );
}
