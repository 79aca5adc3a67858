import { Interrupted, UserError } from "../../base/index.ts";
import { EngineClosed, PromptTooLong } from "../../model/index.ts";

/** An answer that is an error, in OpenAI's shape. */
export class ApiError extends Error {
  readonly status: 400 | 401 | 404 | 405 | 413 | 415 | 429 | 499 | 500 | 503;
  readonly type: string;
  /** The field of the request that is to blame. */
  readonly param: string | null;
  readonly code: string | null;

  constructor(
    status: ApiError["status"],
    message: string,
    {
      type = "invalid_request_error",
      param = null,
      code = null,
    }: Partial<Pick<ApiError, "type" | "param" | "code">> = {},
  ) {
    super(message);
    this.status = status;
    this.type = type;
    this.param = param;
    this.code = code;
  }

  toJSON(): { error: { message: string; type: string; param: string | null; code: string | null } } {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code } };
  }
}

/** What a client is told of an error; of our own mistakes nothing but that they are ours. */
export function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof PromptTooLong) return new ApiError(400, error.message, { code: "context_length_exceeded" });
  if (error instanceof UserError) return new ApiError(400, error.message);
  if (error instanceof Interrupted) return new ApiError(499, "the request was called off", { type: "cancelled" });
  if (error instanceof EngineClosed)
    return new ApiError(503, "the server is shutting down", { type: "server_error", code: "shutting_down" });
  return new ApiError(500, "an error in the server; its log says more", { type: "server_error" });
}
