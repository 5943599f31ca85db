import { useMemo } from "react";
import { useTranslations } from "use-intl";
import type { Location } from "../../../../contract/booking-places.ts";
import { useCall } from "../../api/queries.ts";
import { timeZoneOptions } from "../../lib/countries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useWorkspace } from "../../lib/session.ts";
import { Checkbox } from "../../ui/choice.tsx";
import { SelectField, TextArea, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.tsx";
import { PlaceDialog, usePlaceSaved } from "./place-dialog.tsx";

/** Adds a location, or changes one. */
export function LocationDialog({ location, onClose }: { location: Location | null; onClose: () => void }) {
  const t = useTranslations("places");
  const { time_zone: workspaceZone } = useWorkspace();
  const create = useCall("locations", "create");
  const update = useCall("locations", "update");
  const zone = location?.time_zone ?? workspaceZone;
  const zones = useMemo(
    () => [
      { value: "", label: t("workspaceZone", { zone: workspaceZone.replaceAll("_", " ") }) },
      ...timeZoneOptions(zone).filter(({ value }) => value !== workspaceZone),
    ],
    [t, workspaceZone, zone],
  );
  const form = useForm({
    initial: {
      name: location?.name ?? "",
      address: location?.address ?? "",
      phone: location?.phone ?? "",
      directions: location?.directions ?? "",
      time_zone: zone === workspaceZone ? "" : zone,
      remote: location?.remote ?? false,
    },
    required: ["name"],
    submit: (typed) => {
      const body = { ...typed, time_zone: typed.time_zone || null };
      return location ? update.mutateAsync({ params: { id: location.id }, body }) : create.mutateAsync({ body });
    },
    onSuccess: usePlaceSaved(onClose),
    explain: useExplain(),
  });
  return (
    <PlaceDialog kind="location" name={location?.name} form={form} onClose={onClose}>
      <TextField label={t("name")} maxLength={100} {...form.field("name")} />
      <TextField label={t("address")} maxLength={500} optional {...form.field("address")} />
      <TextField label={t("phone")} hint={t("phoneHint")} type="tel" maxLength={40} optional {...form.field("phone")} />
      <TextArea
        label={t("directions")}
        hint={t("directionsHint")}
        rows={2}
        maxLength={1000}
        optional
        {...form.field("directions")}
      />
      <SelectField label={t("timeZone")} options={zones} {...form.field("time_zone")} />
      <Checkbox
        label={t("remote")}
        hint={t("remoteHint")}
        checked={form.values.remote}
        onChange={(remote) => form.set({ remote })}
      />
    </PlaceDialog>
  );
}
