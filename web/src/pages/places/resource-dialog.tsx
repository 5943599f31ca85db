import { useLocale, useTranslations } from "use-intl";
import type { BookableResource } from "../../../../contract/booking-places.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useWorkspace } from "../../lib/session.ts";
import { languageNames, languages } from "../../locales/languages.ts";
import { SelectField, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.tsx";
import { PlaceDialog, usePlaceSaved } from "./place-dialog.tsx";

/** Adds an employee, a chair or a room, or changes one. */
export function ResourceDialog({ resource, onClose }: { resource: BookableResource | null; onClose: () => void }) {
  const t = useTranslations("places");
  const create = useCall("resources", "create");
  const update = useCall("resources", "update");
  const languageOptions = useLanguageOptions(resource?.locale ?? null);
  const form = useForm({
    initial: {
      name: resource?.name ?? "",
      mobile: resource?.mobile ?? "",
      email: resource?.email ?? "",
      locale: resource?.locale ?? "",
    },
    required: ["name"],
    emails: ["email"],
    submit: (typed) => {
      const body = { ...typed, email: typed.email.trim() || null };
      return resource ? update.mutateAsync({ params: { id: resource.id }, body }) : create.mutateAsync({ body });
    },
    onSuccess: usePlaceSaved(onClose),
    explain: useExplain(),
  });
  return (
    <PlaceDialog kind="resource" name={resource?.name} form={form} onClose={onClose}>
      <TextField label={t("name")} maxLength={100} {...form.field("name")} />
      <TextField
        label={t("mobile")}
        hint={t("mobileHint")}
        type="tel"
        maxLength={40}
        optional
        {...form.field("mobile")}
      />
      <TextField label={t("email")} type="email" maxLength={254} optional {...form.field("email")} />
      <SelectField label={t("language")} hint={t("languageHint")} options={languageOptions} {...form.field("locale")} />
    </PlaceDialog>
  );
}

/** The workspace's language, the four of the application, and the present one where it is another. */
function useLanguageOptions(present: string | null) {
  const t = useTranslations("places");
  const { language } = useWorkspace();
  const names = new Intl.DisplayNames(useLocale(), { type: "language" });
  const isOther = present !== null && !languages.some((each) => each === present);
  return [
    { value: "", label: t("workspaceLanguage", { language: languageNames[language] }) },
    ...languages.map((value) => ({ value: value as string, label: languageNames[value] })),
    ...(isOther ? [{ value: present, label: names.of(present) ?? present }] : []),
  ];
}
