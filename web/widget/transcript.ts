// What was said, for the shopper to keep.

import type { Line, Source } from "./contract";
import { h } from "./dom";
import { plain } from "./markdown";
import { fill, locale, type Strings } from "./strings";

/** An entry; what it says may still be on its way. */
interface Entry {
  author: Line["author"];
  at: Date;
  text: () => string;
  sources: () => readonly Source[];
}

/** The file that a shopper may take with them. */
export class TranscriptFile {
  #entries: Entry[] = [];

  add(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Saves all of it as a text file. */
  download(language: string, w: Strings, shop: string, disclosure: string | null): void {
    const time = new Intl.DateTimeFormat(locale(language), { dateStyle: "medium", timeStyle: "short" });
    const names: { [author: string]: string } = { shopper: w.you, assistant: w.badge, agent: w.team };
    const lines = this.#entries.map(({ author, at, text, sources }) =>
      [
        `${time.format(at)} · ${names[author] ?? ""}`,
        author === "shopper" ? text() : plain(text()),
        ...sources().map((s) => `[${s.n}] ${s.title} ${s.url}`),
      ].join("\n"),
    );
    const head = [fill(w.transcript, { shop }), disclosure, w.notice].join("\n");
    const url = URL.createObjectURL(new Blob([[head, ...lines].join("\n\n") + "\n"], { type: "text/plain" }));
    h("a", { href: url, download: "chat.txt" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}
