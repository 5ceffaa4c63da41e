// The whole chat, loaded at the first click.

import tokens from "../tokens.css";
import { Client, Refusal } from "./client";
import { sheet as covers, type Host, type Kept, type Line, type Opening, type Orders, type Pending, type Problem, type Session, type Source, type Tab, type Transcript } from "./contract";
import { h, icon } from "./dom";
import { render } from "./markdown";
import { Menu } from "./menu";
import { load, save } from "./storage";
import { direction, fill, words, type Strings } from "./strings";
import { TranscriptFile } from "./transcript";
import { bubble, said, sourceList, Turn, type Stage } from "./turn";
import css from "./ui.css";

declare const ORDERS_FILE: string; // set by the build: the name of the part that shows orders

/** Starts the chat in the panel that the loader has drawn. */
export function start(opening: Opening): { show(focus: boolean): void } {
  return new Chat(opening);
}

/** How often a message is sent again without being asked. */
const repeats = 2;
const longest = 2000;

/** Waits, or stops waiting at once. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((go) => {
    setTimeout(go, ms);
    signal.addEventListener("abort", () => go(), { once: true });
  });
}

class Chat implements Stage, Host {
  words: Strings;
  language: string;

  #kept = load<Partial<Kept>>("localStorage", {});
  #tab = load<Tab>("sessionStorage", { open: true });
  #client: Client;
  #session: Session | undefined;
  #orders: Promise<Orders> | undefined;
  #busy: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();
  /** The shopper sent before the session had come. */
  #early = false;
  #record = new TranscriptFile();

  #accent = new CSSStyleSheet();
  #name = h("h2", { id: "name" });
  #badge = h("span", { id: "badge", className: "badge" });
  #notice = h("p", { className: "notice", dir: "auto" });
  #menu: Menu;
  #close = h("button", { type: "button", id: "close", className: "tool" }, icon("M6 6l12 12M18 6L6 18"));
  #disclosure = h("p", { id: "disclosure", className: "disclosure", dir: "auto" });
  #suggestions = h("ul", { className: "suggestions" });
  #log = h("div", { id: "log", className: "log", role: "log", ariaLive: "off", tabIndex: 0 });
  #live = h("div", { className: "sr", ariaLive: "polite", ariaRelevant: "additions" });
  #banner = h("p", { id: "banner", className: "banner", role: "status", hidden: true });
  #input = h("textarea", { id: "input", rows: 1, maxLength: longest, enterKeyHint: "send", dir: "auto" });
  #send = h("button", { type: "submit", id: "send", className: "go" }, icon("M12 19V5M6 11l6-6 6 6"));
  #stop = h("button", { type: "button", id: "stop", className: "go", hidden: true }, icon("M8 8h8v8H8z"));
  #form = h("form", { className: "composer" }, this.#input, this.#send, this.#stop);
  #sheet: HTMLElement;
  #following = true;

  constructor(private readonly opening: Opening) {
    this.language = opening.language;
    this.words = words(this.language);
    this.#client = new Client(opening.api, this.language, this.#kept.token, (session) => {
      this.#kept.token = session.session_token;
      save("localStorage", this.#kept as Kept);
    });
    this.#menu = new Menu([
      { id: "person", name: () => this.words.person, act: () => this.person() },
      { id: "privacy", name: () => this.words.privacy, act: () => this.#note(this.words.privacyNote, true, h("a", { className: "action", href: this.api + "/v1/privacy/requests?shop=" + location.host, target: "_blank" }, this.words.privacy)) },
      { id: "size", name: () => fill(this.words.size, { n: this.#size }), act: () => this.#resize(), stays: true },
      { id: "download", name: () => this.words.download, act: () => this.#record.download(this.language, this.words, this.#session?.shop.name ?? "", this.#disclosure.textContent) },
      { id: "fresh", name: () => this.words.fresh, act: () => void this.#fresh() },
    ]);
    this.#sheet = h(
      "div",
      { className: "sheet" },
      h("div", { className: "bar" }, h("div", { className: "names" }, this.#name, this.#badge), this.#menu.button, this.#close, this.#menu.list),
      this.#notice,
      this.#log,
      this.#banner,
      this.#form,
      this.#live,
    );
    this.#label();
    this.#listen();
    const { dialog, root } = opening;
    const style = new CSSStyleSheet();
    style.replaceSync(tokens + css);
    root.adoptedStyleSheets = [style, ...root.adoptedStyleSheets, this.#accent];
    dialog.setAttribute("aria-labelledby", "name badge");
    dialog.ariaBusy = "false";
    dialog.replaceChildren(this.#sheet);
    this.#input.value = this.#tab.draft ?? "";
    void this.#join(opening.session);
  }

  show(focus: boolean): void {
    const { button } = this.opening;
    button.classList.remove("unread");
    button.ariaLabel = this.words.open;
    this.#tab.open = true;
    save("sessionStorage", this.#tab);
    this.#fit();
    this.follow();
    if (focus) this.#input.focus();
  }

  announce(text: string): void {
    this.#live.append(h("p", {}, text));
    while (this.#live.childElementCount > 20) this.#live.firstElementChild!.remove();
  }

  follow(): void {
    if (!this.#following) return;
    // The beginning of a card matters more than its end.
    const last = this.#log.lastElementChild as HTMLElement | null;
    const end = last?.matches(".place:not(:empty)") ? last.offsetTop - 16 : this.#log.scrollHeight;
    this.#log.scrollTop = end;
    // Where there is no room for a log of its own, the whole sheet scrolls.
    this.#sheet.scrollTop = end + this.#notice.offsetHeight;
  }

  get own(): Record<string, string> {
    return this.#session?.strings ?? {};
  }

  get api(): string {
    return this.opening.api;
  }

  order<T>(path: string, body?: object): Promise<T> {
    return this.#client.order(path, body);
  }

  ask(message: string, again?: boolean): void {
    void this.#running.then(() => this.#submit(message, false, again));
  }

  person(): void {
    void this.#ask(this.words.askPerson);
  }

  keep(pending: Pending): void {
    this.#tab.orders = pending;
    save("sessionStorage", this.#tab);
  }

  #label(): void {
    const w = this.words;
    this.#sheet.lang = this.language;
    this.#sheet.dir = direction(this.language);
    this.#name.textContent = this.#session?.shop.name ?? w.open;
    this.#badge.textContent = w.badge;
    this.#notice.textContent = this.#session?.notice?.trim() || w.notice;
    this.#log.ariaLabel = w.log;
    this.#menu.button.ariaLabel = this.#menu.list.ariaLabel = w.menu;
    this.#close.ariaLabel = w.close;
    this.#input.ariaLabel = w.input;
    this.#input.placeholder = w.placeholder;
    this.#send.ariaLabel = w.send;
    this.#stop.ariaLabel = w.stop;
    this.#suggestions.ariaLabel = w.suggestions;
    this.#sheet.style.fontSize = this.#size + "%";
  }

  #listen(): void {
    const { dialog, close } = this.opening;
    this.#close.onclick = close;
    dialog.addEventListener("close", () => {
      this.#menu.close(false);
      this.#tab.open = false;
      save("sessionStorage", this.#tab);
    });
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      this.#submit(this.#input.value, true);
    };
    // Enter sends, on any keyboard, and Shift with it makes a new line.
    let shift = false;
    this.#input.onkeydown = (event) => {
      shift = event.shiftKey;
    };
    this.#input.addEventListener("beforeinput", (event) => {
      if (event.inputType !== "insertLineBreak" || shift || event.isComposing) return;
      event.preventDefault();
      this.#submit(this.#input.value, true);
    });
    this.#stop.onclick = () => {
      this.#busy?.abort();
      this.#input.focus();
    };
    this.#log.onscroll = this.#sheet.onscroll = (event) => {
      const { scrollTop, scrollHeight, clientHeight } = event.target as Element;
      this.#following = scrollHeight - scrollTop - clientHeight < 48;
    };
    const line = (): void => {
      this.#banner.hidden = navigator.onLine;
      this.#banner.textContent = navigator.onLine ? "" : this.words.offline;
      if (!navigator.onLine) return;
      this.announce(this.words.online);
      if (!this.#session) void this.#join();
    };
    self.addEventListener("online", line);
    self.addEventListener("offline", line);
    if (!navigator.onLine) line();
    self.visualViewport?.addEventListener("resize", () => this.#fit());
    self.addEventListener("pagehide", () => {
      this.#tab.draft = this.#input.value;
      save("sessionStorage", this.#tab);
    });
  }

  /** Keeps a sheet above an on-screen keyboard. */
  #fit(): void {
    const height = matchMedia(covers).matches ? self.visualViewport?.height : undefined;
    this.opening.dialog.style.blockSize = height ? height + "px" : "";
    // A field that is being filled in matters more than the end.
    const field = this.#log.querySelector(":focus");
    if (field) field.scrollIntoView({ block: "nearest" });
    else this.follow();
  }

  async #join(asked?: Promise<Response>): Promise<void> {
    this.#record = new TranscriptFile();
    this.#log.replaceChildren(h("div", { className: "bones", ariaHidden: "true" }, h("i"), h("i"), h("i")));
    try {
      const returning = !!this.#kept.token;
      const [session, { messages, orders }] = await Promise.all([this.#client.join(asked), returning ? this.#client.transcript() : ({} as Transcript)]);
      this.#welcome(session, messages ?? [], orders);
    } catch (error) {
      const refused = error instanceof Refusal && error.problem.status === 403;
      const again = this.#action(this.words.again, () => void this.#join());
      this.#log.replaceChildren(h("div", { className: "note" }, refused ? this.words.refused : this.words.unavailable, ...(refused ? [] : [again])));
      this.announce(this.#log.textContent ?? "");
    }
  }

  /** Dresses the panel for the shop and lays out what was said before. */
  #welcome(session: Session, lines: readonly Line[], orders?: Transcript["orders"]): void {
    this.#session = session;
    this.language = session.language || this.language;
    this.words = words(this.language, session.strings);
    this.#label();
    this.#accent.replaceSync(this.opening.accents(session.shop.accent));
    this.#disclosure.textContent = session.disclosure?.trim() || this.words.disclosure;
    this.#record = new TranscriptFile();
    this.#log.replaceChildren(this.#disclosure);
    this.announce(this.#disclosure.textContent);
    // The page went away before the answer came: ask for the same one again.
    const sending = this.#tab.sending;
    const asked = sending ? lines.findLastIndex((line) => line.author === "shopper" && line.text === sending.text) : -1;
    const known = asked < 0 || lines.length > asked + 1 ? lines : lines.slice(0, asked);
    known.forEach((line, n) => this.#recall(line, n === known.length - 1 && line.handoff && known[n - 1]?.text !== this.words.askPerson));
    if (!lines.length) {
      delete this.#tab.orders;
      this.#suggest(session.suggestions ?? []);
    }
    const pending = this.#tab.orders;
    if (orders || pending?.verify || pending?.action) {
      const place = h("div", { className: "place" });
      this.#log.append(place);
      const question = known.findLast((line) => line.author === "shopper")?.text ?? "";
      this.#show(place, (part) => part.resume(pending ?? {}, place, question, orders));
    }
    if (sending && (asked < 0 || known !== lines)) this.#place(new Turn(sending.text, this, sending.key));
    else this.#settle();
    if (this.#early) this.#submit(this.#input.value, true);
    this.#early = false;
    this.follow();
  }

  #suggest(questions: readonly string[]): void {
    this.#suggestions.replaceChildren(...questions.slice(0, 3).map((text) => h("li", {}, this.#action(text, () => this.#submit(text)))));
    this.#log.append(this.#suggestions);
  }

  #recall(line: Line, person: boolean | undefined): void {
    const { author, sources, state } = line;
    const body = author === "shopper" ? said(line.text) : h("div", { className: "text", dir: "auto" }, render(line.text, sources ?? []));
    const message = bubble(author, this.words, body);
    const list = sourceList(sources ?? [], this);
    const note = author !== "shopper" && state !== "complete" && h("span", { className: "reason" }, this.words.interrupted);
    message.append(h("div", { className: "foot" }, list, note, person && this.#person()));
    this.#log.append(message);
    this.#record.add({ author, at: new Date(line.sent_at), text: () => line.text, sources: () => sources ?? [] });
  }

  #submit(text: string, typed = false, again = false): void {
    const message = text.trim();
    if (!message || this.#busy) return;
    if (!this.#session) {
      this.#early = true;
      return;
    }
    if (!navigator.onLine) {
      if (!typed) this.#input.value ||= message;
      this.#banner.hidden = false;
      this.#banner.textContent = this.words.offline;
      return;
    }
    if (typed) this.#input.value = "";
    this.#place(new Turn(message, this), again);
  }

  #place(turn: Turn, again = false): void {
    this.#suggestions.remove();
    const { at } = turn;
    if (!again) {
      this.#log.append(turn.question);
      this.#record.add({ author: "shopper", at, text: () => turn.message, sources: () => [] });
    }
    this.#log.append(turn.answer);
    this.#record.add({ author: "assistant", at, text: () => turn.text, sources: () => turn.sources });
    this.#following = true;
    this.#running = this.#run(turn);
  }

  /** Has the part that shows orders fill a place in the log; it comes with the first of them. */
  #show(place: HTMLElement, fill: (orders: Orders) => void): void {
    const { api, root } = this.opening;
    this.#orders ??= (import(`${api}/widget/${ORDERS_FILE}`) as Promise<{ open(host: Host, root: ShadowRoot): Orders }>).then((part) => part.open(this, root));
    this.#orders.then(
      (orders) => {
        place.replaceChildren();
        fill(orders);
      },
      () => {
        this.#orders = undefined;
        place.replaceChildren(h("div", { className: "note" }, this.words.partFailed, this.#action(this.words.again, () => this.#show(place, fill)), this.#person()));
        this.announce(this.words.partFailed);
        this.follow();
      },
    );
  }

  #person(): HTMLElement {
    return this.#action(this.words.person, () => this.person());
  }

  /** Sends a message in place of whatever is still being answered. */
  async #ask(message: string): Promise<void> {
    this.#busy?.abort();
    await this.#running;
    this.#submit(message);
  }

  async #run(turn: Turn, repeat = 0): Promise<void> {
    const busy = (this.#busy = new AbortController());
    this.#tab.sending = { key: turn.key, text: turn.message };
    save("sessionStorage", this.#tab);
    this.#send.hidden = !(this.#stop.hidden = false);
    turn.begin();
    let doing = this.words.waiting;
    let slow = false;
    const patience = setTimeout(() => {
      slow = true;
      turn.status(doing);
    }, 2000);
    let next: (() => Promise<void>) | undefined;
    try {
      const foot = await this.#listenTo(turn, busy.signal, (status) => {
        turn.heard = true;
        if (!status) return;
        doing = status;
        if (slow) turn.status(doing);
      });
      turn.finish(...foot);
      this.#settle();
      this.#arrived();
    } catch (error) {
      clearTimeout(patience);
      if (busy.signal.aborted) {
        turn.halt(this.words.stopped, this.#retry(turn));
        this.#settle();
      } else next = this.#recover(turn, error, repeat, busy.signal);
    } finally {
      clearTimeout(patience);
    }
    if (next) await next();
    else if (this.#busy === busy) this.#idle();
  }

  #idle(): void {
    this.#busy = undefined;
    this.#stop.hidden = !(this.#send.hidden = false);
  }

  /** Reads one answer to its end; returns what belongs below it. */
  async #listenTo(turn: Turn, signal: AbortSignal, heard: (status?: string) => void): Promise<(Node | undefined)[]> {
    let handoff = false;
    let limited = false;
    let places = 0;
    for await (const { event, data } of this.#client.chat(turn.message, turn.key, signal)) {
      const value = JSON.parse(data) as { text: string; sources: Source[] | null; handoff?: boolean; degraded?: boolean };
      heard(event === "status" ? value.text : undefined);
      if (event === "token") turn.add(value.text);
      else if (event === "sources") {
        turn.sources = value.sources ?? [];
        handoff = !!value.handoff;
        limited = !!value.degraded;
      } else if (event === "verify" || event === "order" || event === "action" || event === "privacy") {
        // An answer that is sent again brings its cards again.
        if (places++ < turn.places.length) continue;
        const place = h("div", { className: "place" });
        (turn.places.at(-1) ?? turn.answer).after(place);
        turn.places.push(place);
        this.#show(place, (orders) => orders.show(event, value, place, turn.message));
      } else if (event === "error") throw new Refusal(value as unknown as Problem);
      else if (event === "done") {
        const person = handoff && turn.message !== this.words.askPerson;
        return [
          limited ? h("span", { className: "reason" }, this.words.limited) : undefined,
          person ? this.#person() : undefined,
        ];
      }
    }
    throw new Error("the stream ended early");
  }

  /** Decides what a failed attempt leads to: another one, or a way on for the shopper. */
  #recover(turn: Turn, error: unknown, repeat: number, signal: AbortSignal): (() => Promise<void>) | undefined {
    const w = this.words;
    const problem = error instanceof Refusal ? error.problem : undefined;
    const status = problem?.status ?? 0;
    const wait = status === 429 ? (problem?.wait ?? 30) : status === 409 || !problem ? 1 + repeat : 0;
    if (wait && repeat < repeats && navigator.onLine) {
      return async () => {
        if (status === 429) turn.halt(fill(w.wait, { n: wait }));
        for (let left = wait; left > 0 && !signal.aborted; left--) {
          if (status === 429) turn.tick(fill(w.wait, { n: left }));
          await pause(1000, signal);
        }
        if (!signal.aborted) return this.#run(turn, repeat + 1);
        turn.halt(w.stopped, this.#retry(turn));
        this.#settle();
        this.#idle();
      };
    }
    if (status === 400 || status === 413) {
      this.#input.value ||= turn.message;
      turn.halt(problem?.detail ?? w.failed);
      this.#settle();
    } else if (status === 403) turn.halt(w.refused);
    else {
      const contact = this.#session?.shop.contact;
      const reason = problem ? (problem.detail ?? w.failed) : turn.heard ? w.cut : w.unsent;
      turn.halt(reason + (contact ? " " + fill(w.write, { mail: contact }) : ""), this.#retry(turn));
    }
    return undefined;
  }

  #retry(turn: Turn): Node {
    return this.#action(this.words.again, () => {
      if (!this.#busy) this.#running = this.#run(turn);
      this.#input.focus();
    });
  }

  /** Nothing is on its way any more. */
  #settle(): void {
    delete this.#tab.sending;
    save("sessionStorage", this.#tab);
  }

  #arrived(): void {
    const { dialog, button } = this.opening;
    if (dialog.open) return;
    button.classList.add("unread");
    button.ariaLabel = this.words.unread;
  }

  #action(text: string, act: () => void): HTMLButtonElement {
    return h("button", { type: "button", className: "action", onclick: act }, text);
  }

  /** Puts something that nobody said into the log. */
  #note(text: string, focus = false, action?: Node): void {
    const note = h("div", { className: "note", tabIndex: -1 }, text, action);
    this.#log.append(note);
    this.#following = true;
    this.follow();
    if (focus) note.focus();
    else this.announce(text);
  }

  get #size(): number {
    return this.#kept.size ?? 100;
  }

  #resize(): void {
    this.#kept.size = { 100: 125, 125: 150 }[this.#size] ?? 100;
    if (this.#kept.token) save("localStorage", this.#kept as Kept);
    this.#sheet.style.fontSize = this.#size + "%";
    this.follow();
  }

  async #fresh(): Promise<void> {
    this.#busy?.abort();
    await this.#running;
    const before = this.#session;
    this.#session = undefined;
    try {
      const session = await this.#client.move();
      this.#welcome(session, []);
      const back = this.#action(this.words.back, () => {
        if (!before || this.#busy) return;
        void this.#client.move(before).then(() => this.#join());
      });
      this.#note(this.words.freshNote, false, back);
    } catch {
      this.#session = before;
      this.#note(this.words.unavailable);
    }
    this.#input.focus();
  }
}
