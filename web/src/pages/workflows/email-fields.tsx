import { useTranslations } from "use-intl";
import type { Action } from "../../../../contract/workflows.ts";
import { Composer } from "../../components/composer/composer.tsx";
import { ChipsField, type ReadChips } from "../../ui/chips-field.tsx";
import { Checkbox } from "../../ui/choice.tsx";
import { looksLikeEmail } from "../../ui/form.tsx";
import type { ActionFieldsProps } from "./action-props.ts";
import { EmailPreview } from "./email-preview.tsx";
import { LanguageTabs } from "./language-tabs.tsx";
import { RecipientFields } from "./recipient-fields.tsx";
import { SubjectField } from "./subject-field.tsx";
import { useMessageFields } from "./use-message-fields.ts";

type SendEmail = Extract<Action, { action: "send_email" }>;

const written = ["text", "subject"] as const;

/** Edits a mail: to whom, what it says in each language, and what is attached. */
export function EmailFields(props: ActionFieldsProps<SendEmail>) {
  const t = useTranslations("workflows");
  const { action } = props;
  const { scope, preview, set, setTo, errorOf, recipients, languages, field } = useMessageFields(props, written);
  const addresses = action.to.addresses ?? [];
  const read = (text: string): ReadChips => {
    const typed = text.split(/[,;\s]+/).filter((one) => one !== "");
    const wrong = typed.find((one) => !looksLikeEmail(one));
    if (wrong !== undefined) return { problem: t("notAnAddress", { value: wrong }) };
    return { add: [...new Set(typed)].filter((one) => !addresses.includes(one)) };
  };
  return (
    <div className="flex flex-col gap-5">
      <RecipientFields {...recipients} />
      <div className="max-w-xl">
        <ChipsField
          label={t("addresses")}
          hint={t("addressesHint")}
          optional
          value={addresses}
          onChange={(chips) => setTo({ addresses: chips.length > 0 ? chips : undefined })}
          read={read}
          placeholder={t("addressesPlaceholder")}
          input={{ inputMode: "email" }}
          error={errorOf("to.addresses")}
        />
      </div>
      <LanguageTabs {...languages}>
        <div key={languages.shown} className="flex flex-col gap-4">
          <SubjectField scope={scope} {...field("subject")} />
          <Composer
            scope={scope}
            label={t("content")}
            counted={false}
            {...field("text")}
            sender={{ label: "", address: undefined }}
            side={<EmailPreview preview={preview} action={action} />}
          />
        </div>
      </LanguageTabs>
      <div className="flex flex-col gap-3">
        <Checkbox
          label={t("ics")}
          hint={t("icsHint")}
          checked={action.ics === true}
          onChange={(on) => set({ ics: on || undefined })}
        />
        <Checkbox
          label={t("pdf")}
          hint={t("pdfHint")}
          checked={action.pdf === true}
          onChange={(on) => set({ pdf: on || undefined })}
        />
      </div>
    </div>
  );
}
