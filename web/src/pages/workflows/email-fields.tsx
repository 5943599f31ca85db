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
import { usePreview } from "./use-preview.ts";
import { useWorkflowScope } from "./use-workflow-scope.ts";
import { errorAt, withoutLanguage, wrongLanguage } from "./workflow-draft.ts";

type SendEmail = Extract<Action, { action: "send_email" }>;

/** Edits a mail: to whom, what it says in each language, and what is attached. */
export function EmailFields({ action, when, onChange, at, errors }: ActionFieldsProps<SendEmail>) {
  const t = useTranslations("workflows");
  const scope = useWorkflowScope(when.trigger);
  const preview = usePreview(when, action);
  const set = (changes: Partial<SendEmail>) => onChange({ ...action, ...changes });
  const setTo = (changes: Partial<SendEmail["to"]>) => set({ to: { ...action.to, ...changes } });
  const addresses = action.to.addresses ?? [];
  const read = (text: string): ReadChips => {
    const typed = text.split(/[,;\s]+/).filter((one) => one !== "");
    const wrong = typed.find((one) => !looksLikeEmail(one));
    if (wrong !== undefined) return { problem: t("notAnAddress", { value: wrong }) };
    return { add: [...new Set(typed)].filter((one) => !addresses.includes(one)) };
  };
  const { language } = preview;
  const setText = (text: string) => set(language === "" ? { text } : { texts: { ...action.texts, [language]: text } });
  const setSubject = (subject: string) =>
    set(language === "" ? { subject } : { subjects: { ...action.subjects, [language]: subject } });
  const errorOf = (main: "subject" | "text") => {
    const field = language === "" ? main : `${main}s.${language}`;
    return errorAt(errors, `${at}.${field}`) ?? preview.errorAt(field);
  };
  return (
    <div className="flex flex-col gap-5">
      <RecipientFields
        to={action.to}
        trigger={when.trigger}
        onChange={setTo}
        error={errors.find(({ field }) => field === `${at}.to`)?.message ?? null}
      />
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
          error={errorAt(errors, `${at}.to.addresses`) ?? preview.errorAt("to.addresses")}
        />
      </div>
      <LanguageTabs
        used={[...new Set([...Object.keys(action.texts ?? {}), ...Object.keys(action.subjects ?? {})])]}
        onAdd={(one) =>
          set({
            texts: { ...action.texts, [one]: action.text },
            subjects: { ...action.subjects, [one]: action.subject },
          })
        }
        onRemove={(one) =>
          set({ texts: withoutLanguage(action.texts, one), subjects: withoutLanguage(action.subjects, one) })
        }
        shown={language}
        onShow={preview.setLanguage}
        wrong={wrongLanguage(errors, at)}
      >
        <div key={language} className="flex flex-col gap-4">
          <SubjectField
            scope={scope}
            value={language === "" ? action.subject : (action.subjects?.[language] ?? "")}
            onChange={setSubject}
            error={errorOf("subject")}
          />
          <Composer
            scope={scope}
            label={t("content")}
            counted={false}
            value={language === "" ? action.text : (action.texts?.[language] ?? "")}
            onChange={setText}
            sender={{ label: "", address: undefined }}
            error={errorOf("text")}
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
