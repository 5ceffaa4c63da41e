// The calls of the API. A session that has run out is renewed, and the
// call repeated, without anybody noticing.

import type { Problem, Session, Transcript } from "./contract";
import { frames, type Frame } from "./frames";

/** The API's refusal. */
export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title ?? String(problem.status));
  }
}

async function accepted(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  const body = (await answer.json().catch(() => ({}))) as Partial<Problem>;
  const after = Number(answer.headers.get("Retry-After"));
  throw new Refusal({ ...body, status: answer.status, ...(after > 0 && { wait: Math.ceil(after) }) });
}

/** One shopper's conversation, as the API sees it. */
export class Client {
  #joining: Promise<Session> | undefined;

  constructor(
    private readonly api: string,
    private readonly language: string,
    private token: string | undefined,
    private readonly changed: (session: Session) => void,
  ) {}

  /** Renews the session, or takes the one that was asked for already. */
  join(asked = this.#ask(this.token)): Promise<Session> {
    this.#joining ??= this.#join(asked).finally(() => (this.#joining = undefined));
    return this.#joining;
  }

  /** Goes on with another session; without one, with a new conversation. */
  async move(session?: Session): Promise<Session> {
    if (!session) return this.join(this.#ask());
    this.token = session.session_token;
    this.changed(session);
    return session;
  }

  async transcript(): Promise<Transcript> {
    return (await (await this.#call("chat")).json()) as Transcript;
  }

  async *chat(message: string, key: string, signal: AbortSignal): AsyncGenerator<Frame> {
    const answer = await this.#call("chat", { message, idempotency_key: key }, { signal, headers: { Accept: "text/event-stream" } });
    if (answer.body) yield* frames(answer.body);
  }

  async order<T>(path: string, body?: object): Promise<T> {
    return (await (await this.#call("orders/" + path, body)).json()) as T;
  }

  async #join(asked: Promise<Response>): Promise<Session> {
    let answer = await asked;
    // A key too old to renew opens a new conversation instead.
    if (answer.status === 400 || answer.status === 401) answer = await this.#ask();
    return this.move((await (await accepted(answer)).json()) as Session);
  }

  async #call(path: string, body?: object, init: RequestInit = {}): Promise<Response> {
    const send = (token: string): Promise<Response> =>
      fetch(this.api + "/v1/" + path, {
        ...init,
        ...(body && { method: "POST", body: JSON.stringify(body) }),
        credentials: "omit",
        headers: { ...init.headers, Authorization: "Bearer " + token, ...(body && { "Content-Type": "application/json" }) },
      });
    let answer = await send(this.token ?? (await this.join()).session_token);
    // A chat that was erased goes on as a new one.
    if (answer.status === 404 && path === "chat") answer = await send((await this.join(this.#ask())).session_token);
    if (answer.status === 401) answer = await send((await this.join()).session_token);
    return accepted(answer);
  }

  #ask(token?: string): Promise<Response> {
    return fetch(this.api + "/v1/sessions", {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ language: this.language, ...(token && { session_token: token }) }),
    });
  }
}
