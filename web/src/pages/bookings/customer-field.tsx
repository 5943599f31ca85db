import { useTranslations } from "use-intl";
import { Button } from "../../ui/button.tsx";
import type { FormState } from "../../ui/form.tsx";
import type { BookingValues } from "./booking-values.ts";
import { noPerson } from "./booking-values.ts";
import { PersonFields } from "./person-fields.tsx";
import { PersonPicker } from "./person-picker.tsx";
import { readPerson } from "./typed-person.ts";

/** Who books: a contact that is found, or a new one, taken apart from what was typed. */
export function CustomerField({ form }: { form: FormState<BookingValues> }) {
  const t = useTranslations("bookings");
  const { values } = form;
  if (!values.isNew)
    return (
      <PersonPicker
        label={t("customer")}
        error={form.errors.customer ?? null}
        value={values.customer}
        onChoose={(customer) => form.set({ customer: customer && { value: customer.value, label: customer.label } })}
        onNew={(text) => form.set({ ...readPerson(text), customer: null, isNew: true })}
      />
    );
  return (
    <fieldset className="flex flex-col gap-3 rounded-lg bg-sunken p-3">
      <legend className="sr-only">{t("newCustomerTitle")}</legend>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="font-medium" aria-hidden>
          {t("newCustomerTitle")}
        </p>
        <Button kind="quiet" size="small" onClick={() => form.set({ ...noPerson, isNew: false })}>
          {t("findCustomer")}
        </Button>
      </div>
      {form.errors.customer ? <p className="text-sm text-bad-ink">{form.errors.customer}</p> : null}
      <PersonFields person={values} errors={form.errors} onChange={(changes) => form.set(changes)} />
    </fieldset>
  );
}
