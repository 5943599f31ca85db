import { X } from "lucide-react";
import { useTranslations } from "use-intl";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { useWorkspace } from "../../lib/session.ts";
import { IconButton } from "../../ui/button.tsx";
import { type AttendeeValues, noPerson } from "./booking-values.ts";
import { PersonFields } from "./person-fields.tsx";
import { PersonPicker } from "./person-picker.tsx";
import { readPerson } from "./typed-person.ts";

/** Who comes, where that is not simply the customer. */
export function AttendeesField({
  value,
  onChange,
  error,
}: {
  value: AttendeeValues[];
  onChange: (attendees: AttendeeValues[]) => void;
  error: string | null;
}) {
  const t = useTranslations("bookings");
  const { country } = useWorkspace();
  const nameOf = (one: AttendeeValues, index: number) =>
    one.label ||
    [one.first_name, one.last_name].filter(Boolean).join(" ") ||
    t("attendeeNumber", { number: index + 1 });
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="sr-only">{t("attendees")}</legend>
      <PersonPicker
        label={t("attendees")}
        hint={t("attendeesHint")}
        optional
        error={error}
        value={null}
        onChoose={(contact) =>
          contact && onChange([...value, { ...noPerson, id: contact.value, label: contact.label }])
        }
        onNew={(text) => onChange([...value, { ...readPerson(text), id: null, label: "" }])}
      />
      {value.length > 0 ? (
        <ul className="flex flex-col gap-2">
          {value.map((one, index) => (
            <li
              // Attendees have no id of their own, and stay in their order.
              key={`${one.id} ${index}`}
              className="flex items-start gap-2 rounded-lg border border-line p-2.5"
            >
              <div className="min-w-0 flex-1">
                {one.id || one.label ? (
                  <p className="py-1.5 break-words">
                    <span className="font-medium">{nameOf(one, index)}</span>{" "}
                    {one.mobile ? (
                      <span className="figures text-soft">{formatPhoneNumber(one.mobile, country)}</span>
                    ) : null}
                  </p>
                ) : (
                  <PersonFields
                    person={one}
                    onChange={(changes) => onChange(value.with(index, { ...one, ...changes }))}
                  />
                )}
              </div>
              <IconButton
                label={t("removeAttendee", { name: nameOf(one, index) })}
                onClick={() => onChange(value.toSpliced(index, 1))}
              >
                <X aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      ) : null}
    </fieldset>
  );
}
