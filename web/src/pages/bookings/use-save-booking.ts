import type { BookingWithHistory } from "../../../../contract/bookings.ts";
import { ApiError } from "../../api/api-error.ts";
import { useCall } from "../../api/queries.ts";
import type { PickerOption } from "../../ui/picker.tsx";
import { type BookingBody, type BookingValues, minutesOf, newNameOf } from "./booking-values.ts";

/**
 * Saves a form: what is made on the way first, then the booking. Where that is refused, `keep` is told of what was made, so that another
 * try makes nothing twice.
 */
export function useSaveBooking(id: string | null) {
  const services = useCall("services", "create");
  const locations = useCall("locations", "create");
  const resources = useCall("resources", "create");
  const create = useCall("bookings", "create");
  const update = useCall("bookings", "update");

  /** Makes what does not exist yet; `made` is told of each as it exists. */
  const makeMissing = async (values: BookingValues, made: (changes: Partial<BookingValues>) => void): Promise<void> => {
    const service = newNameOf(values.service);
    if (service !== null) {
      const minutes = minutesOf(values, "UTC");
      const body = { name: service, ...(minutes && minutes > 0 && { duration_minutes: minutes }) };
      made({ service: optionOf(await atField("service", services.mutateAsync({ body }))) });
    }
    const location = newNameOf(values.location);
    if (location !== null)
      made({ location: optionOf(await atField("location", locations.mutateAsync({ body: { name: location } }))) });
    let all = values.resources;
    for (const [index, resource] of values.resources.entries()) {
      const name = newNameOf(resource);
      if (name === null) continue;
      all = all.with(index, optionOf(await atField("resources", resources.mutateAsync({ body: { name } }))));
      made({ resources: all });
    }
  };

  return async (
    values: BookingValues,
    bodyOf: (values: BookingValues) => Partial<BookingBody>,
    keep: (made: Partial<BookingValues>) => void,
  ): Promise<BookingWithHistory> => {
    let made: Partial<BookingValues> = {};
    try {
      await makeMissing(values, (changes) => {
        made = { ...made, ...changes };
      });
      const body = bodyOf({ ...values, ...made });
      const { notify } = values;
      return await atList(
        id === null
          ? create.mutateAsync({ body: { ...(body as BookingBody), notify } })
          : update.mutateAsync({ params: { id }, body: { ...body, notify, changed_by: "employee" } }),
      );
    } catch (error) {
      keep(made);
      throw error;
    }
  };
}

const optionOf = ({ id, name }: { id: string; name: string }): PickerOption => ({ value: id, label: name });

/** Whatever is wrong with something that is made on the way is wrong with the field that it was typed into. */
async function atField<T>(field: string, made: Promise<T>): Promise<T> {
  try {
    return await made;
  } catch (error) {
    throw error instanceof ApiError ? renamed(error, field) : error;
  }
}

/** A fault of the third attendee is shown at the attendees; it names the value. */
async function atList<T>(saved: Promise<T>): Promise<T> {
  try {
    return await saved;
  } catch (error) {
    const list = error instanceof ApiError && /^(attendees|resources)\./.exec(error.field ?? "")?.[1];
    throw list ? renamed(error as ApiError, list) : error;
  }
}

function renamed({ status, code, message, value, readings }: ApiError, field: string): ApiError {
  return new ApiError(status, code, message, { field, value, readings: [...readings] });
}
