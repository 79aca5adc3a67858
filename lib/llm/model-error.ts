/** Why a chat model did not answer. */
export type ModelErrorKind =
  "rate_limit" | "overloaded" | "server" | "connection" | "timeout" | "authentication" | "request" | "answer";

/** A call that brought no answer. The message is the server's, with its address. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly kind: ModelErrorKind;
  /** HTTP status, where there was one. */
  readonly status: number | undefined;
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined;
  /** The whole answer, where there was one that could not be used. */
  readonly text: string | undefined;

  constructor(
    kind: ModelErrorKind,
    message: string,
    details: {
      readonly status?: number;
      readonly retryAfterMs?: number;
      readonly text?: string;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: details.cause });
    this.kind = kind;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.text = details.text;
  }

  /** Whether the same call may succeed later. */
  get isPassing(): boolean {
    return ["rate_limit", "overloaded", "server", "connection", "timeout"].includes(this.kind);
  }
}

/** What an HTTP status says; 2xx are none. */
export function kindOfStatus(status: number): ModelErrorKind {
  if (status === 401 || status === 403) return "authentication";
  if (status === 429) return "rate_limit";
  if (status === 408) return "timeout";
  if (status === 503 || status === 529) return "overloaded";
  return status >= 500 ? "server" : "request";
}

/** Milliseconds of a `Retry-After` header: seconds or a date. */
export function retryAfterMs(header: string | null | undefined, now: () => number): number | undefined {
  if (header == null || header.trim() === "") return undefined;
  const seconds = Number(header);
  const at = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now();
  return Number.isFinite(at) ? Math.max(0, at) : undefined;
}
