// What every card is made of.

import type { Problem } from "../contract";
import { h, icon } from "../dom";
import { locale } from "../strings";

let made = 0;

/** An id that no other element of the chat has. */
export function unique(): string {
  return "o" + ++made;
}

/** The line icons of cards. */
export const icons = {
  order: "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  ask: "M12 3a9 9 0 1 0 .01 0M9.500 9.500a2.500 2.500 0 1 1 3.500 2.300q-1 .5-1 1.700M12 17h.01",
  done: "M5 13l4 4L19 7",
  wait: "M12 3a9 9 0 1 0 .01 0M12 7v5l3 2",
  none: "M12 3a9 9 0 1 0 .01 0M8 12h8",
  wrong: "M12 4L3 20h18zM12 10v4M12 17h.01",
} as const;

/** A part of the log with a heading of its own. */
export class Card {
  readonly heading = h("h3", { id: unique(), tabIndex: -1 });
  readonly body = h("div", { className: "inside" });
  readonly element = h("div", { className: "card", role: "group" }, this.heading, this.body);

  constructor(name: string) {
    this.element.classList.add(name);
    this.element.setAttribute("aria-labelledby", this.heading.id);
  }

  /** Replaces what the card says. Whoever was in what goes is taken to its head. */
  set(mark: keyof typeof icons, title: string, ...children: (Node | string | false | undefined)[]): void {
    const inside = this.body.matches(":focus-within");
    this.heading.replaceChildren(icon(icons[mark]), h("span", { dir: "auto" }, title));
    this.body.replaceChildren(...children.filter((child): child is Node | string => !!child));
    if (inside) this.heading.focus();
  }
}

/** A text of its own line. */
export function line(text: string, className = ""): HTMLParagraphElement {
  return h("p", { className, dir: "auto" }, text);
}

/** A button; the main one is filled, the rest are not. */
export function button(text: string, act: () => void, className = "plain"): HTMLButtonElement {
  return h("button", { type: "button", className, onclick: act }, text);
}

/** A line that a screen reader hears when it changes. */
export function status(): HTMLParagraphElement {
  return h("p", { className: "state", ariaLive: "polite", dir: "auto" });
}

/** What the API said, if it said anything. */
export function problemOf(error: unknown): Problem | undefined {
  return (error as { problem?: Problem }).problem;
}

/** A time span in the reader's own format, rounded up. */
export function span(seconds: number, language: string): string {
  const [n, unit] = seconds < 100 ? [seconds, "second"] : seconds < 5400 ? [Math.ceil(seconds / 60), "minute"] : [Math.ceil(seconds / 3600), "hour"];
  return new Intl.NumberFormat(locale(language), { style: "unit", unit: unit as string, unitDisplay: "short" }).format(n as number);
}

/** Counts down to a time while the element is shown; the last call is with nought. */
export function countdown(until: number, shown: Element, tick: (left: number) => void): () => void {
  const left = (): number => Math.max(0, Math.ceil((until - Date.now()) / 1000));
  const timer = setInterval(() => {
    const now = left();
    if (!now || !shown.isConnected) clearInterval(timer);
    if (shown.isConnected) tick(now);
  }, 500);
  tick(left());
  return () => clearInterval(timer);
}

/** When a time is, in milliseconds; never, if there is none. */
export function moment(time: string | undefined): number {
  const at = Date.parse(time ?? "");
  // Go's zero time stands for none.
  return isNaN(at) || at < 0 ? Infinity : at;
}

/** A day in the reader's own format, with its weekday; nothing if there is none. Where room is short, a year near now goes without saying. */
export function day(time: string | undefined, language: string, short = false): string {
  const at = moment(time);
  if (at === Infinity) return "";
  const near = short && Math.abs(at - Date.now()) < 300 * 86_400_000;
  const date = new Intl.DateTimeFormat(locale(language), { weekday: "short", day: "numeric", month: "short", ...(!near && { year: "numeric" }) }).format(at);
  return short ? date.replace(/ (?=\S+$)/, "\u00a0") : date; // the day keeps its month
}

/** A day and time in the reader's own format. */
export function hour(at: number, language: string, style: Intl.DateTimeFormatOptions = {}): string {
  return new Intl.DateTimeFormat(locale(language), { ...style, hour: "numeric", minute: "2-digit" }).format(at);
}
