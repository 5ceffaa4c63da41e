// The card of an answer about the shopper's own data: a button for what they
// asked, and the way to follow it.

import { h } from "../dom";
import type { Counter } from "./desk";

/** What the chat offers to ask for. */
export interface Offer {
  kind: string;
  button: string;
  message_id?: string;
}

export class RightsCard {
  readonly element: HTMLElement;

  /** @param note What the shopper wrote: a person at the shop decides by it. */
  constructor({ kind, button, message_id }: Offer, note: string, host: Counter) {
    const { words: w } = host;
    const said = h("p", { role: "status" });
    const link = (text: string, where: string): HTMLAnchorElement =>
      h("a", { className: "action", href: host.api + "/v1/privacy/requests" + where, target: "_blank", rel: "noopener noreferrer" }, text);
    const ask = h("button", { type: "button", className: "action" }, button);
    ask.onclick = async () => {
      ask.disabled = true;
      try {
        // Beside the orders: /v1/privacy/requests.
        const kept = await host.order<{ request_id: string; ticket: string }>("../privacy/requests", { kind, message_id, note: note.slice(0, 1000), idempotency_key: crypto.randomUUID() });
        said.textContent = kind === "erase" ? w.chatErased : w.dataAsked;
        ask.replaceWith(link(w.followRequest, `#${kept.request_id}.${kept.ticket}`));
      } catch {
        ask.disabled = false;
        said.textContent = w.broken;
      }
      host.follow();
    };
    this.element = h("div", { className: "card" }, ask, link(w.allRights, "?shop=" + encodeURIComponent(location.host)), said);
  }
}
