import { Power, PowerOff, Star, Trash2 } from "lucide-react";
import { useTranslations } from "use-intl";
import type { Carrier } from "../../../../contract/carriers.ts";
import { RowMenu } from "../../components/row-menu.tsx";
import { MenuItem } from "../../ui/menu.tsx";
import type { CarrierActions } from "./use-carrier-actions.tsx";

/** The menu of one connection, in the list and on its own page. */
export function CarrierMenu({ carrier, actions }: { carrier: Carrier; actions: CarrierActions }) {
  const t = useTranslations("carriers");
  return (
    <RowMenu name={carrier.name}>
      {carrier.enabled ? (
        <MenuItem icon={<PowerOff aria-hidden />} onSelect={() => actions.askToSwitchOff(carrier)}>
          {t("switchOff")}
        </MenuItem>
      ) : (
        <MenuItem icon={<Power aria-hidden />} onSelect={() => actions.switchOn(carrier)}>
          {t("switchOn")}
        </MenuItem>
      )}
      {carrier.is_default ? null : (
        <MenuItem icon={<Star aria-hidden />} onSelect={() => actions.makeDefault(carrier)}>
          {t("makeDefault")}
        </MenuItem>
      )}
      <MenuItem danger icon={<Trash2 aria-hidden />} onSelect={() => actions.askToRemove(carrier)}>
        {t("remove")}
      </MenuItem>
    </RowMenu>
  );
}
