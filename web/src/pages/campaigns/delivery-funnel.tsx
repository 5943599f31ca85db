import { useTranslations } from "use-intl";
import { Rate } from "../../ui/figures.tsx";

/** From the chosen recipients to delivered messages and, where links are counted, clicks: each bar with its share. */
export function DeliveryFunnel({
  recipients,
  sent,
  delivered,
  clicked,
}: {
  recipients: number;
  sent: number;
  delivered: number;
  clicked: number | null;
}) {
  const t = useTranslations("campaigns");
  const whole = Math.max(recipients, sent);
  const steps = [
    { label: t("sent"), count: sent, of: whole, fill: "bg-accent" },
    { label: t("delivered"), count: delivered, of: sent, fill: "bg-good" },
    // A click may come before the receipt.
    ...(clicked === null ? [] : [{ label: t("clicked"), count: clicked, of: sent, fill: "bg-info" }]),
  ];
  return (
    <ul className="flex flex-col gap-3">
      {steps.map(({ label, count, of, fill }) => (
        <li key={label}>
          <p className="mb-1 flex flex-wrap justify-between gap-x-4">
            <span className="font-medium">{label}</span>
            <Rate part={count} whole={of} />
          </p>
          <div aria-hidden className="h-6 overflow-hidden rounded-sm bg-sunken">
            <div
              className={`h-full rounded-sm ${fill}`}
              style={{ width: `${whole === 0 ? 0 : (count / whole) * 100}%` }}
            />
          </div>
        </li>
      ))}
    </ul>
  );
}
