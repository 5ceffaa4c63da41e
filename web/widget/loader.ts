// The only part a page loads before the shopper opens the chat: it draws one
// round button, stores nothing and asks for nothing.

import { sheet as covers, storageKey, type Kept, type Tab, type UI } from "./contract";
import css from "./loader.css";

declare const UI_FILE: string; // set by the build: the other file's name

const svg = "http://www.w3.org/2000/svg";
const bubble =
  "M12 3.5c-5 0-9 3.3-9 7.6 0 2.4 1.3 4.6 3.3 6-.1 1.2-.6 2.4-1.5 3.4 1.9-.1 3.6-.8 4.9-1.9.7.1 1.5.2 2.3.2 5 0 9-3.4 9-7.7s-4-7.6-9-7.6Z";
const script = document.currentScript as HTMLScriptElement | null;

function read<T>(storage: "localStorage" | "sessionStorage"): T | undefined {
  try {
    return JSON.parse(self[storage].getItem(storageKey) ?? "null") ?? undefined;
  } catch {
    return undefined; // storage may be blocked, and then nothing is kept
  }
}

const sorry: Record<string, string> = {
  en: "The chat could not be loaded. Check your connection and try again.",
  de: "Der Chat konnte nicht geladen werden. Bitte die Verbindung prüfen und noch einmal versuchen.",
  fr: "Le chat n’a pas pu se charger. Vérifiez la connexion et réessayez.",
};

class OmniChat extends HTMLElement {
  #button = document.createElement("button");
  #dialog = document.createElement("dialog");
  #root = this.attachShadow({ mode: "open" });
  #style = new CSSStyleSheet();
  #ui: Promise<ReturnType<UI["start"]>> | undefined;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [this.#style];
    const button = this.#button;
    button.id = "launch";
    button.type = "button";
    button.ariaLabel = "Chat";
    button.ariaHasPopup = "dialog";
    button.ariaExpanded = "false";
    const icon = document.createElementNS(svg, "svg");
    icon.setAttribute("viewBox", "0 0 24 24");
    icon.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(svg, "path");
    path.setAttribute("d", bubble);
    icon.append(path);
    button.append(icon);
    button.onclick = () => (this.#dialog.open ? this.close() : void this.open());
    this.#dialog.ariaLabel = "Chat";
    this.#dialog.onkeydown = (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      this.close();
    };
    this.#root.append(button, this.#dialog);
  }

  connectedCallback(): void {
    const accent = this.getAttribute("accent") ?? "";
    this.#style.replaceSync(css + (/^#[\da-f]{6}$/i.test(accent) ? `:host{--accent:${accent}}` : ""));
    // A sheet that covers the page would hide what the shopper came to see.
    if (read<Tab>("sessionStorage")?.open && !matchMedia(covers).matches) void this.open(false);
  }

  /** Opens the chat; the first call loads it. */
  async open(focus = true): Promise<void> {
    const dialog = this.#dialog;
    if (!dialog.open) {
      if (matchMedia(covers).matches) dialog.showModal();
      else dialog.open = true; // unlike show(), leaves the focus where it is
    }
    this.#button.ariaExpanded = "true";
    this.#ui ??= this.#load();
    try {
      (await this.#ui).show(focus);
    } catch {
      this.#ui = undefined;
      dialog.ariaBusy = "false";
      const again = document.createElement("button");
      again.type = "button";
      again.textContent = sorry[this.#language.slice(0, 2)] ?? sorry["en"]!;
      again.onclick = () => void this.open();
      dialog.replaceChildren(again);
    }
  }

  /** Closes the chat and gives the focus back to its button. */
  close(): void {
    this.#dialog.close();
    this.#button.ariaExpanded = "false";
    this.#button.focus();
  }

  get #language(): string {
    return this.lang || document.documentElement.lang || navigator.language;
  }

  /** Draws the panel's outline at once, while its code and the session are on their way. */
  async #load(): Promise<ReturnType<UI["start"]>> {
    const api = new URL(this.getAttribute("api") ?? script?.src ?? location.href).origin;
    const language = this.#language;
    const dialog = this.#dialog;
    dialog.ariaBusy = "true";
    dialog.replaceChildren(...["", "", ""].map(() => document.createElement("i")));
    const token = read<Kept>("localStorage")?.token;
    const session = fetch(api + "/v1/sessions", {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ language, ...(token && { session_token: token }) }),
    });
    session.catch(() => 0); // the chat waits for it too, and says what happened
    const ui = (await import(`${api}/widget/${UI_FILE}`)) as UI;
    return ui.start({
      root: this.#root,
      dialog,
      button: this.#button,
      close: () => this.close(),
      api,
      language,
      session,
    });
  }
}

if (!customElements.get("omni-chat")) customElements.define("omni-chat", OmniChat);

// Loaded by its own tag, the chat adds itself to the page, unless the page has
// placed the element where it wants it.
if (script) {
  const add = (): void => {
    if (document.querySelector("omni-chat")) return;
    const chat = document.createElement("omni-chat");
    for (const name of ["accent", "scheme", "lang"]) {
      const value = script.dataset[name];
      if (value) chat.setAttribute(name, value);
    }
    document.body.append(chat);
  };
  if (document.body) add();
  else document.addEventListener("DOMContentLoaded", add);
}
