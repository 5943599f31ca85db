import { useInfiniteQuery } from "@tanstack/react-query";
import { Scissors } from "lucide-react";
import { useCallback, useMemo } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Service } from "../../../../contract/booking-places.ts";
import { pages, useCall } from "../../api/queries.ts";
import type { Column } from "../../ui/table.tsx";
import { PlaceList, usePlaceFilters } from "./place-list.tsx";
import { ServiceDialog } from "./service-dialog.tsx";

/** What can be booked. */
export function ServicesPage() {
  const t = useTranslations("places");
  const title = useTranslations("frame.sections")("services");
  const format = useFormatter();
  const filters = usePlaceFilters();
  const found = useInfiniteQuery(pages("services", "list", { query: filters.asked }));
  const { mutateAsync: update } = useCall("services", "update");
  const { mutateAsync: remove } = useCall("services", "remove");
  const restore = useCallback((id: string) => update({ params: { id }, body: { archived: false } }), [update]);
  const columns = useMemo<Column<Service>[]>(
    () => [
      {
        id: "duration",
        header: t("duration"),
        align: "right",
        cell: ({ duration_minutes: all }) => (
          <span className="figures whitespace-nowrap">
            {all === null ? "–" : t("durationOf", { hours: Math.floor(all / 60), minutes: all % 60 })}
          </span>
        ),
      },
      {
        id: "price",
        header: t("price"),
        align: "right",
        cell: ({ price, currency }) =>
          price === null
            ? "–"
            : format.number(
                price,
                currency ? { style: "currency", currency, trailingZeroDisplay: "stripIfInteger" } : {},
              ),
      },
    ],
    [t, format],
  );
  return (
    <PlaceList
      kind="service"
      icon={Scissors}
      title={title}
      found={found}
      filters={filters}
      columns={columns}
      dialog={(service, onClose) => <ServiceDialog service={service} onClose={onClose} />}
      archive={(id) => remove({ params: { id } })}
      restore={restore}
    />
  );
}
