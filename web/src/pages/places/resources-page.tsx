import { useInfiniteQuery } from "@tanstack/react-query";
import { Armchair, CalendarSync } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import type { BookableResource } from "../../../../contract/booking-places.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { pages, useCall } from "../../api/queries.ts";
import { useWorkspace } from "../../lib/session.ts";
import { MenuItem } from "../../ui/menu.tsx";
import type { Column } from "../../ui/table.tsx";
import { CalendarDialog } from "./calendar-dialog.tsx";
import { PlaceList, usePlaceFilters } from "./place-list.tsx";
import { ResourceDialog } from "./resource-dialog.tsx";

/** Who or what is booked. */
export function ResourcesPage() {
  const t = useTranslations("places");
  const title = useTranslations("frame.sections")("resources");
  const { country } = useWorkspace();
  const filters = usePlaceFilters();
  const found = useInfiniteQuery(pages("resources", "list", { query: filters.asked }));
  const { mutateAsync: update } = useCall("resources", "update");
  const { mutateAsync: remove } = useCall("resources", "remove");
  const restore = useCallback((id: string) => update({ params: { id }, body: { archived: false } }), [update]);
  const columns = useMemo<Column<BookableResource>[]>(
    () => [
      {
        id: "mobile",
        header: t("mobile"),
        cell: ({ mobile }) => <span className="figures">{mobile ? formatPhoneNumber(mobile, country) : "–"}</span>,
      },
      {
        id: "email",
        header: t("email"),
        secondary: true,
        cell: ({ email }) => <span className="break-all">{email ?? "–"}</span>,
      },
    ],
    [t, country],
  );
  const [sharing, setSharing] = useState<BookableResource | null>(null);
  const calendar = useCallback(
    (resource: BookableResource) => (
      <MenuItem icon={<CalendarSync aria-hidden />} onSelect={() => setSharing(resource)}>
        {t("calendar.open")}
      </MenuItem>
    ),
    [t],
  );
  return (
    <>
      <PlaceList
        kind="resource"
        icon={Armchair}
        title={title}
        found={found}
        filters={filters}
        columns={columns}
        more={calendar}
        dialog={(resource, onClose) => <ResourceDialog resource={resource} onClose={onClose} />}
        archive={(id) => remove({ params: { id } })}
        restore={restore}
      />
      {sharing ? <CalendarDialog resource={sharing} onClose={() => setSharing(null)} /> : null}
    </>
  );
}
