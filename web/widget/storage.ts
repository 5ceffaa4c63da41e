// What the browser keeps of the chat, as far as it may.

import { storageKey, type Kept, type Tab } from "./contract";

/** Keeps what outlives the page, or the tab. */
export function save(storage: "localStorage" | "sessionStorage", value: Kept | Tab): void {
  try {
    self[storage].setItem(storageKey, JSON.stringify(value));
  } catch {
    // Storage may be blocked; the chat then ends with the page.
  }
}

/** Gives what was kept before, or something else. */
export function load<T>(storage: "localStorage" | "sessionStorage", otherwise: T): T {
  try {
    return (JSON.parse(self[storage].getItem(storageKey) ?? "null") as T | null) ?? otherwise;
  } catch {
    return otherwise;
  }
}
