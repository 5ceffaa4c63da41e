// One question and its answer, as they stand in the log.

import type { Line, Source } from "./contract";
import { h, link } from "./dom";
import { plain, render } from "./markdown";
import { fill, locale, type Strings } from "./strings";

/** What a turn needs from the chat around it. */
export interface Stage {
  words: Strings;
  language: string;
  /** Has a screen reader say something when it is free. */
  announce(text: string): void;
  /** Keeps the end of the log in view, unless the shopper scrolled away. */
  follow(): void;
}

/** A message bubble; its author is named for those who cannot see the side. */
export function bubble(author: Line["author"], words: Strings, body: Node): HTMLDivElement {
  const name = { shopper: words.you, assistant: words.badge, agent: words.team, system: "" }[author];
  return h(
    "div",
    { className: "msg " + author },
    name && h("span", { className: author === "agent" ? "who" : "sr" }, name + ":"),
    body,
  );
}

/** The shopper's own words, exactly as typed. */
export function said(text: string): HTMLElement {
  return h("p", { dir: "auto", className: "said" }, text);
}

/** The numbered pages an answer rests on, each with the day it was read. */
export function sourceList(sources: readonly Source[], stage: Stage): HTMLElement | undefined {
  const { words, language } = stage;
  const day = new Intl.DateTimeFormat(locale(language), { weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const items = sources.flatMap((source) => {
    const read = new Date(source.crawled_at);
    const date = isNaN(+read) ? "" : fill(words.checked, { date: day.format(read) });
    const anchor = link(
      source.url,
      h("b", {}, String(source.n)),
      h(
        "span",
        {},
        h("span", { className: "title", dir: "auto" }, source.title),
        h("small", { className: source.stale ? "stale" : "" }, [date, source.stale && words.stale].filter(Boolean).join(" · ")),
      ),
      h("span", { className: "sr" }, ` (${words.newTab})`),
    );
    return anchor ? [h("li", {}, anchor)] : [];
  });
  return items.length ? h("ul", { className: "sources", ariaLabel: words.sources }, ...items) : undefined;
}

const sentence = /[^.!?。！？\n]*(?:[.!?。！？]+(?=\s)|\n)/y;

export class Turn {
  readonly key: string;
  readonly at = new Date();
  readonly question: HTMLElement;
  readonly answer: HTMLElement;
  /** The answer so far. */
  text = "";
  sources: Source[] = [];
  /** Where the answer's cards stand. */
  places: HTMLElement[] = [];
  /** The server has the question. */
  heard = false;

  #body = h("div", { className: "text", dir: "auto" });
  #foot = h("div", { className: "foot" });
  #arriving = "";
  #spoken = 0;
  #frame = 0;

  constructor(
    readonly message: string,
    private readonly stage: Stage,
    key?: string,
  ) {
    this.key = key ?? crypto.randomUUID();
    this.question = bubble("shopper", stage.words, said(message));
    this.answer = bubble("assistant", stage.words, this.#body);
    this.answer.append(this.#foot);
  }

  /** Waits for an answer, or for the same one again. */
  begin(): void {
    this.#arriving = "";
    this.#foot.replaceChildren();
    this.answer.classList.add("streaming");
    this.stage.follow();
  }

  /** Says what the answer is waiting for, until it begins. */
  status(text: string): void {
    if (this.text) return;
    this.#foot.replaceChildren(h("span", { className: "status" }, text));
    this.stage.follow();
  }

  /** Adds a piece. An answer that is sent again shows once it is past the old end. */
  add(piece: string): void {
    this.#arriving += piece;
    if (this.#arriving.length < this.text.length) return;
    if (!this.text) this.#foot.replaceChildren();
    this.text = this.#arriving;
    this.#frame ||= requestAnimationFrame(() => this.#draw());
    this.#speak();
  }

  /** Completes the answer, with whatever stands below it. */
  finish(...foot: (Node | undefined)[]): void {
    this.text = this.#arriving;
    this.#settle();
    const list = sourceList(this.sources, this.stage);
    this.#foot.replaceChildren(...[list, ...foot].filter((node) => node !== undefined));
    this.#speak(true);
    this.stage.follow();
  }

  /** Leaves the answer as it is and says why, with a way on. */
  halt(reason: string, action?: Node): void {
    this.#settle();
    this.#foot.replaceChildren(h("span", { className: "reason" }, reason), ...(action ? [action] : []));
    this.stage.announce(reason);
    this.stage.follow();
  }

  /** Changes the words of a halt without announcing each change. */
  tick(reason: string): void {
    this.#foot.replaceChildren(h("span", { className: "reason" }, reason));
  }

  #settle(): void {
    cancelAnimationFrame(this.#frame);
    this.answer.classList.remove("streaming");
    this.#draw(false);
  }

  #draw(streaming = true): void {
    this.#frame = 0;
    this.#body.replaceChildren(render(this.text, this.sources, streaming));
    this.stage.follow();
  }

  #speak(rest = false): void {
    const from = this.#spoken;
    for (;;) {
      sentence.lastIndex = this.#spoken;
      if (!sentence.test(this.text)) break;
      this.#spoken = sentence.lastIndex;
    }
    if (rest) this.#spoken = this.text.length;
    const words = plain(this.text.slice(from, this.#spoken).replace(/^[\s|:-]+$/gm, "").replace(/\|/g, " "));
    if (words) this.stage.announce(words);
  }
}
