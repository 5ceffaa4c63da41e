// Reports page views and chat interactions of somebody who agreed to it.

import { dropAnalytics, keep, kept, signal, visit } from "./choice";

type Kind = "page-view" | "chat-opened" | "chat-message" | "chat-closed";

export class Usage {
  #watching = false;

  constructor(private readonly api: string) {}

  /** Counts this page and watches the chat, if that is agreed to. */
  start(): void {
    if (!this.#agreed()) return;
    void this.#report("page-view");
    if (this.#watching) return;
    this.#watching = true;
    let open = false;
    addEventListener("click", (event) => {
      const chat = (event.target as Element | null)?.closest?.("omni-chat");
      if (!chat) return;
      const dialog = chat.shadowRoot?.querySelector("dialog");
      chat.shadowRoot?.addEventListener("submit", this.#sent);
      queueMicrotask(() => {
        if (!dialog || dialog.open === open) return;
        open = dialog.open;
        void this.#report(open ? "chat-opened" : "chat-closed");
      });
    });
  }

  #sent = (): void => void this.#report("chat-message");

  #agreed(): boolean {
    return !signal() && !!kept()?.analytics;
  }

  async #report(kind: Kind): Promise<void> {
    const token = kept()?.token;
    if (!this.#agreed() || !token) return;
    try {
      const answer = await fetch(this.api + "/v1/analytics", {
        method: "POST",
        credentials: "omit",
        keepalive: true,
        headers: { "Content-Type": "application/json", Authorization: "Bearer " + token },
        body: JSON.stringify({ visit: visit(), events: [{ kind, path: location.pathname.slice(0, 256) }] }),
      });
      const { reason } = (await answer.json()) as { reason?: string };
      if (reason) dropAnalytics();
      if (reason === "consent") keep({ analytics: false, token }); // withdrawn elsewhere, by contacting us for instance
    } catch {
      // What could not be counted is not counted.
    }
  }
}
