// The only part a page loads before the shopper opens the chat: it draws one
// round button, stores nothing and asks for nothing.

import { accents } from "./colour";
import { sheet as covers, storageKey, type Kept, type Tab, type UI } from "./contract";
import css from "./loader.css";

declare const UI_FILE: string; // set by the build: the other file's name

const svg = "http://www.w3.org/2000/svg";
const bubble =
  "M12 3C7 3 3 6.4 3 11q0 4 3 6l-1 4 5-2q1 .2 2 .2c5 0 9-3.6 9-8.2S17 3 12 3Z";
const script = document.currentScript as HTMLScriptElement | null;

function read<T>(storage: "localStorage" | "sessionStorage"): T | undefined {
  try {
    return JSON.parse(self[storage].getItem(storageKey) ?? "null") ?? undefined;
  } catch {
    return undefined; // storage may be blocked, and then nothing is kept
  }
}

const sorry: Record<string, string> = {
  en: "The chat did not load. Try again",
  de: "Der Chat lädt nicht. Erneut versuchen",
  fr: "Le chat n’a pas chargé. Réessayer",
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
    const dialog = this.#dialog;
    button.id = "launch";
    button.ariaHasPopup = "dialog";
    button.ariaExpanded = "false";
    button.ariaLabel = dialog.ariaLabel = "Chat";
    const icon = document.createElementNS(svg, "svg");
    icon.setAttribute("viewBox", "0 0 24 24");
    const path = document.createElementNS(svg, "path");
    path.setAttribute("d", bubble);
    icon.append(path);
    button.append(icon);
    button.onclick = () => (dialog.open ? this.close() : void this.open());
    dialog.onclose = () => {
      button.ariaExpanded = "false";
      button.focus();
    };
    dialog.onkeydown = (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      this.close();
    };
    this.#root.append(button, dialog);
  }

  connectedCallback(): void {
    this.#style.replaceSync(css + accents(this.getAttribute("accent")));
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
      again.textContent = sorry[this.#language.slice(0, 2)] ?? sorry["en"]!;
      again.onclick = () => void this.open();
      dialog.replaceChildren(again);
    }
  }

  /** Closes the chat; the focus goes back to its button. */
  close(): void {
    this.#dialog.close();
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
    dialog.replaceChildren(document.createElement("i"), document.createElement("i"));
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
      accents,
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
