import type { Action } from "../../../../contract/workflows.ts";
import type { ActionFieldsProps } from "./action-props.ts";
import { usePreview } from "./use-preview.ts";
import { useWorkflowScope } from "./use-workflow-scope.ts";
import { errorAt, withoutLanguage, wrongLanguage } from "./workflow-draft.ts";

type Message = Extract<Action, { action: "send_sms" | "send_email" }>;

/** What is written, and where its variants by language are. */
const variantsOf = { text: "texts", subject: "subjects" } as const;
type Written = keyof typeof variantsOf;
type Variants = Record<string, string> | undefined;

/** What the fields of a text and of a mail have in common: recipients, what is written in each language, its preview and its failures. */
export function useMessageFields<One extends Message>(
  { action, when, onChange, at, errors }: ActionFieldsProps<One>,
  written: readonly Written[],
) {
  const scope = useWorkflowScope(when.trigger);
  const preview = usePreview(when, action);
  const { language } = preview;
  const set = (changes: Partial<One>) => onChange({ ...action, ...changes });
  const setTo = (changes: Partial<One["to"]>) => set({ to: { ...action.to, ...changes } } as Partial<One>);
  const mainOf = (what: Written) => (action as Partial<Record<Written, string>>)[what] ?? "";
  const variants = (what: Written) =>
    (action as Partial<Record<(typeof variantsOf)[Written], Variants>>)[variantsOf[what]];
  const setVariants = (change: (what: Written) => Variants) =>
    set(Object.fromEntries(written.map((what) => [variantsOf[what], change(what)])) as Partial<One>);
  /** A failure of the last attempt to save, else what the preview says. */
  const errorOf = (field: string) => errorAt(errors, `${at}.${field}`) ?? preview.errorAt(field);
  return {
    scope,
    preview,
    set,
    setTo,
    errorOf,
    recipients: {
      to: action.to,
      trigger: when.trigger,
      onChange: setTo,
      error: errors.find(({ field }) => field === `${at}.to`)?.message ?? null,
    },
    languages: {
      used: [...new Set(written.flatMap((what) => Object.keys(variants(what) ?? {})))],
      onAdd: (one: string) => setVariants((what) => ({ ...variants(what), [one]: mainOf(what) })),
      onRemove: (one: string) => setVariants((what) => withoutLanguage(variants(what), one)),
      shown: language,
      onShow: preview.setLanguage,
      wrong: wrongLanguage(errors, at),
    },
    /** The field of what is written, in the language that is shown. */
    field: (what: Written) => ({
      value: language === "" ? mainOf(what) : (variants(what)?.[language] ?? ""),
      onChange: (text: string) =>
        set(
          (language === ""
            ? { [what]: text }
            : { [variantsOf[what]]: { ...variants(what), [language]: text } }) as Partial<One>,
        ),
      error: errorOf(language === "" ? what : `${variantsOf[what]}.${language}`),
    }),
  };
}
