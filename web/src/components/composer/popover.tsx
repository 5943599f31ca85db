import { Popover as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";

/** A small panel under its button; the rest of the page stays usable. */
export function Popover({
  open,
  onOpenChange,
  trigger,
  label,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  trigger: ReactElement;
  label: string;
  children: ReactNode;
}) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align="start"
          sideOffset={4}
          collisionPadding={8}
          className="appear z-50 flex max-h-(--radix-popover-content-available-height) w-80 max-w-[calc(100vw-1rem)] flex-col rounded-lg border border-line bg-raised shadow-high outline-none"
          // The text takes the focus back itself, with the caret where it was.
          onFocusOutside={(event) => {
            // Picking moves the focus into the text for a moment, to edit it with its undo history.
            if (event.target instanceof HTMLTextAreaElement) event.preventDefault();
          }}
          onCloseAutoFocus={(event) => event.preventDefault()}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
