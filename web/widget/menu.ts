// The menu button of the panel: arrows move, Escape closes only the menu.

import { h, icon } from "./dom";

/** An entry; a name that changes is asked for each time the menu opens. */
export interface Entry {
  id: string;
  name(): string;
  act(): void;
  /** The menu stays open, for a setting tried step by step. */
  stays?: boolean;
}

export class Menu {
  readonly button = h("button", { type: "button", id: "menu", className: "tool", ariaHasPopup: "menu", ariaExpanded: "false" }, icon("M5 12h.01M12 12h.01M19 12h.01"));
  readonly list = h("div", { role: "menu", className: "menu", hidden: true });
  #items: HTMLButtonElement[];

  constructor(private readonly entries: Entry[]) {
    this.#items = entries.map((entry, n) =>
      h("button", {
        type: "button",
        role: "menuitem",
        id: entry.id,
        tabIndex: n && -1,
        onclick: () => {
          if (!entry.stays) this.close();
          entry.act();
          this.label();
        },
      }),
    );
    this.list.append(...this.#items);
    this.button.onclick = () => (this.list.hidden ? this.open() : this.close());
    this.button.onkeydown = (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        this.open(event.key === "ArrowUp" ? -1 : 0);
      }
    };
    this.list.onkeydown = (event) => this.#key(event);
    this.list.addEventListener("focusout", (event) => {
      const to = event.relatedTarget as Node | null;
      if (to && to !== this.button && !this.list.contains(to)) this.close(false);
    });
  }

  label(): void {
    this.#items.forEach((item, n) => (item.textContent = this.entries[n]!.name()));
  }

  open(at = 0): void {
    this.label();
    this.list.hidden = false;
    this.button.ariaExpanded = "true";
    this.#items.at(at)?.focus();
  }

  close(focus = true): void {
    this.list.hidden = true;
    this.button.ariaExpanded = "false";
    if (focus) this.button.focus();
  }

  #key(event: KeyboardEvent): void {
    const items = this.#items;
    const now = items.findIndex((item) => item.matches(":focus"));
    const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) items.at(to % items.length)?.focus();
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }
}
