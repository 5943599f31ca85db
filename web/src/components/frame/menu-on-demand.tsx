import { cloneElement, type ComponentProps, type ComponentType, type ReactElement, useState } from "react";
import { useExplain } from "../../lib/explain.ts";
import { toast } from "../../ui/toast.tsx";

export type MenuTrigger = ReactElement<ComponentProps<"button">>;

/**
 * A button whose menu is loaded once it is about to be used, and then opens: menus, and what finds their place, are a tenth of what the
 * first view would otherwise wait for.
 */
export function MenuOnDemand({
  trigger,
  load,
}: {
  trigger: MenuTrigger;
  /** Loads the menu, which is shown open, under the trigger that it is given. */
  load: () => Promise<ComponentType<{ trigger: MenuTrigger }>>;
}) {
  const explain = useExplain();
  const [Loaded, setLoaded] = useState<ComponentType<{ trigger: MenuTrigger }> | null>(null);
  const open = () => {
    load().then(
      (component) => setLoaded(() => component),
      (error: unknown) => toast(explain(error), "bad"),
    );
  };
  const ahead = () => {
    // A failure here is ignored: opening the menu tries again and reports it.
    load().catch(() => undefined);
  };
  if (Loaded) return <Loaded trigger={trigger} />;
  return cloneElement(trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onClick: open,
    onPointerEnter: ahead,
    onFocus: ahead,
    onKeyDown: (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      open();
    },
  });
}
