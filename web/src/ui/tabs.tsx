import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

/** Tabs within a page. Keep the open one in the URL: `value` and `onChange` go well with useFilters. */
export function Tabs<V extends string>({
  label,
  value,
  onChange,
  tabs,
  children,
}: {
  label: string;
  value: V;
  onChange: (value: V) => void;
  tabs: readonly { value: V; label: ReactNode }[];
  /** What the open tab shows. */
  children: ReactNode;
}) {
  return (
    <Radix.Root value={value} onValueChange={(next) => onChange(next as V)} activationMode="manual">
      {/* The line is a shadow that the open tab's own line lies on: overlapping a border would let the row scroll by a pixel. */}
      <Radix.List
        aria-label={label}
        className="mb-4 flex gap-1 overflow-x-auto overflow-y-hidden shadow-[inset_0_-1px_var(--color-line)]"
      >
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className="h-9 border-b-2 border-transparent px-2.5 font-medium whitespace-nowrap text-soft -outline-offset-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      <Radix.Content value={value} className="outline-offset-4">
        {children}
      </Radix.Content>
    </Radix.Root>
  );
}
