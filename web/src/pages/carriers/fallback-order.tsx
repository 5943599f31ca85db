import { ArrowDown, ArrowUp, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import type { Carrier } from "../../../../contract/carriers.ts";
import { IconButton } from "../../ui/button.tsx";
import { AddChoice } from "./add-choice.tsx";

/** The carriers of one country in their order, moved with buttons. The focus follows the moved one. */
export function FallbackOrder({
  country,
  carriers,
  order,
  onChange,
  onSay,
}: {
  country: string;
  carriers: readonly Carrier[];
  order: readonly string[];
  onChange: (order: string[]) => void;
  /** Announces the new position to screen readers. */
  onSay: (text: string) => void;
}) {
  const t = useTranslations("carriers");
  const list = useRef<HTMLOListElement>(null);
  const moved = useRef<string | null>(null);
  useEffect(() => {
    // An element that the browser moves loses its focus.
    if (moved.current) list.current?.querySelector<HTMLElement>(`[data-move="${moved.current}"]`)?.focus();
    moved.current = null;
  }, [order]);
  const nameOf = (id: string) => carriers.find((carrier) => carrier.id === id)?.name ?? "–";
  const move = (id: string, by: 1 | -1) => {
    const from = order.indexOf(id);
    const to = from + by;
    if (to < 0 || to >= order.length) return;
    moved.current = `${id} ${by}`;
    onChange(order.toSpliced(from, 1).toSpliced(to, 0, id));
    onSay(t("moved", { carrier: nameOf(id), place: to + 1, count: order.length }));
  };
  const add = (id: string) => {
    // Removing the last one removes its button, and the focus with it.
    if (free.length === 1) moved.current = `${id} -1`;
    onChange([...order, id]);
    onSay(t("moved", { carrier: nameOf(id), place: order.length + 1, count: order.length + 1 }));
  };
  const free = carriers.filter((carrier) => !order.includes(carrier.id));
  return (
    <div className="flex min-w-0 flex-col gap-2">
      {order.length === 0 ? <p className="py-1 text-soft">{t("noFallback")}</p> : null}
      <ol ref={list} className="flex flex-col gap-1 empty:hidden">
        {order.map((id, index) => {
          const carrier = nameOf(id);
          const isOff = carriers.some((each) => each.id === id && !each.enabled);
          return (
            <li key={id} className="flex items-center gap-1 rounded-md border border-line py-0.5 pr-0.5 pl-3">
              <span className="figures mr-2 text-faint">{index + 1}</span>
              <span className="min-w-0 flex-1 truncate font-medium">
                {carrier}
                {isOff ? <span className="font-normal text-soft"> ({t("switchedOffMark")})</span> : null}
              </span>
              <IconButton
                size="small"
                label={t("moveUp", { carrier })}
                data-move={`${id} -1`}
                aria-disabled={index === 0 || undefined}
                onClick={() => move(id, -1)}
              >
                <ArrowUp aria-hidden />
              </IconButton>
              <IconButton
                size="small"
                label={t("moveDown", { carrier })}
                data-move={`${id} 1`}
                aria-disabled={index === order.length - 1 || undefined}
                onClick={() => move(id, 1)}
              >
                <ArrowDown aria-hidden />
              </IconButton>
              <IconButton
                size="small"
                label={t("takeOut", { carrier })}
                onClick={() => onChange(order.filter((each) => each !== id))}
              >
                <X aria-hidden />
              </IconButton>
            </li>
          );
        })}
      </ol>
      {free.length > 0 ? (
        <AddChoice
          label={t("addFallback", { country })}
          placeholder={t("chooseCarrier")}
          options={free.map((carrier) => ({ value: carrier.id, label: carrier.name }))}
          onAdd={add}
        />
      ) : null}
    </div>
  );
}
