/** Work under way in a dialog, which cannot be closed meanwhile: nobody would see how it ended. */
import { createContext, useContext, useEffect } from "react";

/** Called when work begins; what it returns is called when it ends. */
export const WorkContext = createContext<(() => () => void) | null>(null);

/** Holds the dialog around the component, if there is one, while `working`. */
export function useHoldDialog(working: boolean): void {
  const begin = useContext(WorkContext);
  useEffect(() => (working ? begin?.() : undefined), [working, begin]);
}
