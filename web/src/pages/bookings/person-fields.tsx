import { useLocale, useTranslations } from "use-intl";
import { useWorkspace } from "../../lib/session.ts";
import { TextField } from "../../ui/field.tsx";
import type { TypedPerson } from "./typed-person.ts";

const fields = ["first_name", "last_name", "mobile", "email"] as const;
const kinds = { first_name: "text", last_name: "text", mobile: "tel", email: "email" } as const;

/** Name, number and address of a person who is new. */
export function PersonFields({
  person,
  errors = {},
  onChange,
}: {
  person: TypedPerson;
  errors?: Partial<Record<keyof TypedPerson, string>>;
  onChange: (changes: Partial<TypedPerson>) => void;
}) {
  const t = useTranslations("bookings.person");
  const workspace = useWorkspace();
  const country = new Intl.DisplayNames(useLocale(), { type: "region" }).of(workspace.country) ?? workspace.country;
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      {fields.map((field) => (
        <TextField
          key={field}
          label={t(field)}
          type={kinds[field]}
          hint={field === "mobile" ? t("mobileHint", { country }) : undefined}
          value={person[field]}
          error={errors[field] ?? null}
          onChange={(value) => onChange({ [field]: value })}
        />
      ))}
    </div>
  );
}
