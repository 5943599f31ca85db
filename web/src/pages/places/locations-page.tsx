import { useInfiniteQuery } from "@tanstack/react-query";
import { MapPin, Video } from "lucide-react";
import { useCallback, useMemo } from "react";
import { useTranslations } from "use-intl";
import type { Location } from "../../../../contract/booking-places.ts";
import { pages, useCall } from "../../api/queries.ts";
import { Badge } from "../../ui/badge.tsx";
import type { Column } from "../../ui/table.tsx";
import { LocationDialog } from "./location-dialog.tsx";
import { PlaceList, usePlaceFilters } from "./place-list.tsx";

/** Where bookings take place. */
export function LocationsPage() {
  const t = useTranslations("places");
  const title = useTranslations("frame.sections")("locations");
  const filters = usePlaceFilters();
  const found = useInfiniteQuery(pages("locations", "list", { query: filters.asked }));
  const { mutateAsync: update } = useCall("locations", "update");
  const { mutateAsync: remove } = useCall("locations", "remove");
  const restore = useCallback((id: string) => update({ params: { id }, body: { archived: false } }), [update]);
  const columns = useMemo<Column<Location>[]>(
    () => [
      {
        id: "address",
        header: t("address"),
        cell: ({ address, remote }) => (
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            {address ?? (remote ? null : "–")}
            {remote ? <Badge icon={Video}>{t("remoteBadge")}</Badge> : null}
          </span>
        ),
      },
      { id: "phone", header: t("phone"), secondary: true, cell: ({ phone }) => phone ?? "–" },
      {
        id: "zone",
        header: t("timeZone"),
        secondary: true,
        cell: ({ time_zone }) => time_zone.replaceAll("_", " "),
      },
    ],
    [t],
  );
  return (
    <PlaceList
      kind="location"
      icon={MapPin}
      title={title}
      found={found}
      filters={filters}
      columns={columns}
      dialog={(location, onClose) => <LocationDialog location={location} onClose={onClose} />}
      archive={(id) => remove({ params: { id } })}
      restore={restore}
    />
  );
}
