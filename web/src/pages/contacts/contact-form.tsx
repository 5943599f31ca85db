import { Plus, X } from "lucide-react";
import { useLocale, useTranslations } from "use-intl";
import type { Contact, ContactInput } from "../../../../contract/contacts.ts";
import { ButtonLink } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { propertyLabel as labelOf, usePropertyKeys, propertyKey } from "../../lib/property-keys.ts";
import { useWorkspace } from "../../lib/session.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/choice.tsx";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";

/** The form's values: text for every field, properties as lines. */
interface Values {
  first_name: string;
  last_name: string;
  mobile: string;
  phone: string;
  email: string;
  locale: string;
  time_zone: string;
  marketing: boolean;
  properties: PropertyLine[];
}

interface PropertyLine {
  key: string;
  value: string;
  /** Its name is being typed: no contact has this property yet. */
  fresh?: boolean;
}

const textFields = ["first_name", "last_name", "mobile", "phone", "email", "locale", "time_zone"] as const;

function valuesOf(contact: Contact | null): Values {
  return {
    first_name: contact?.first_name ?? "",
    last_name: contact?.last_name ?? "",
    mobile: contact?.mobile ?? "",
    phone: contact?.phone ?? "",
    email: contact?.email ?? "",
    locale: contact?.locale ?? "",
    time_zone: contact?.time_zone ?? "",
    marketing: contact?.marketing ?? true,
    properties: Object.entries(contact?.properties ?? {}).map(([key, value]) => ({ key, value: String(value) })),
  };
}

/** The fields as the API takes them: an empty field is null, and so is a removed property. */
export function inputOf(values: Values, before: Contact | null): ContactInput {
  const properties: NonNullable<ContactInput["properties"]> = {};
  for (const key of Object.keys(before?.properties ?? {})) properties[key] = null;
  for (const line of values.properties) {
    const key = keyOf(line);
    if (key === null) continue;
    const kept = before?.properties[key];
    // An untouched number or boolean stays what it was, and does not become text.
    properties[key] =
      (typeof kept === "number" || typeof kept === "boolean") && String(kept) === line.value
        ? kept
        : line.value || null;
  }
  return {
    ...Object.fromEntries(textFields.map((name) => [name, values[name].trim() || null])),
    marketing: values.marketing,
    properties,
  };
}

/** A line's key; of a typed name the key derived from it, "Favoritt-frisør" favoritt_frisor. Null while there is none. */
const keyOf = ({ key, fresh }: PropertyLine): string | null => (fresh ? propertyKey(key) : key);

/** The fields of a contact, for a new one and for an existing one. */
export function ContactForm({
  contact,
  save,
  onSaved,
  cancel,
}: {
  contact: Contact | null;
  save: (input: ContactInput) => Promise<Contact>;
  onSaved: (contact: Contact) => void;
  /** Where Cancel leads. */
  cancel: string;
}) {
  const t = useTranslations("contacts");
  const ui = useTranslations("ui");
  const explain = useExplain();
  const workspace = useWorkspace();
  const countryName = new Intl.DisplayNames(useLocale(), { type: "region" }).of(workspace.country) ?? workspace.country;
  const form = useForm({
    initial: valuesOf(contact),
    emails: ["email"],
    submit: (values) => save(inputOf(values, contact)),
    onSuccess: onSaved,
    check: (values) => {
      const keys = values.properties.map(keyOf);
      if (values.properties.some(({ value }, at) => keys[at] === null && value.trim() !== ""))
        return { properties: t("propertyNameMissing") };
      const named = keys.filter((key) => key !== null);
      const twice = named.find((key, at) => named.indexOf(key) !== at);
      return twice === undefined ? {} : { properties: t("propertyTwice", { name: labelOf(twice) }) };
    },
    explain,
  });
  const { properties } = form.values;
  const used = new Set(properties.map(keyOf));
  const offered = usePropertyKeys().filter((key) => !used.has(key));
  const add = (line: PropertyLine) => form.set({ properties: [...properties, line] });
  const setProperty = (at: number, change: Partial<Values["properties"][number]>) =>
    form.set({ properties: properties.map((each, index) => (index === at ? { ...each, ...change } : each)) });

  return (
    <FormShell form={form} submitLabel={ui("save")} secondary={<ButtonLink to={cancel}>{ui("cancel")}</ButtonLink>}>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label={t("fields.first_name")} autoComplete="off" maxLength={100} {...form.field("first_name")} />
        <TextField label={t("fields.last_name")} maxLength={100} {...form.field("last_name")} />
        <TextField
          label={t("fields.mobile")}
          type="tel"
          hint={t("hints.mobile", { country: countryName })}
          {...form.field("mobile")}
        />
        <TextField label={t("fields.phone")} type="tel" hint={t("hints.phone")} {...form.field("phone")} />
        <TextField label={t("fields.email")} type="email" {...form.field("email")} />
        <TextField label={t("fields.locale")} hint={t("hints.locale")} {...form.field("locale")} />
        <TextField
          label={t("fields.time_zone")}
          hint={t("hints.time_zone", { zone: workspace.time_zone })}
          {...form.field("time_zone")}
        />
      </div>
      <Checkbox
        label={t("fields.marketing")}
        hint={t("hints.marketing")}
        checked={form.values.marketing}
        onChange={(marketing) => form.set({ marketing })}
      />
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1.5 font-medium">{t("fields.properties")}</legend>
        {properties.map((property, at) => (
          // A line's position identifies it while its key is being typed.
          <div key={at} className="flex items-end gap-2">
            {property.fresh ? (
              <TextField
                label={t("propertyKey")}
                value={property.key}
                onChange={(key) => setProperty(at, { key })}
                maxLength={50}
                className="flex-1"
              />
            ) : null}
            <TextField
              label={property.fresh ? t("propertyValue") : labelOf(property.key)}
              value={property.value}
              onChange={(value) => setProperty(at, { value })}
              maxLength={1000}
              className="flex-2"
            />
            <IconButton
              label={t("removeProperty", { name: property.fresh ? property.key : labelOf(property.key) })}
              onClick={() => form.set({ properties: properties.filter((_, index) => index !== at) })}
            >
              <X aria-hidden />
            </IconButton>
          </div>
        ))}
        {form.errors.properties ? (
          <p role="alert" className="text-sm text-bad-ink">
            {form.errors.properties}
          </p>
        ) : null}
        <div>
          <Menu
            align="start"
            trigger={
              <Button size="small" icon={<Plus aria-hidden />}>
                {t("addProperty")}
              </Button>
            }
          >
            {offered.map((key) => (
              <MenuItem key={key} onSelect={() => add({ key, value: "" })}>
                {labelOf(key)}
              </MenuItem>
            ))}
            <MenuItem onSelect={() => add({ key: "", value: "", fresh: true })}>{t("newProperty")}</MenuItem>
          </Menu>
        </div>
      </fieldset>
    </FormShell>
  );
}
