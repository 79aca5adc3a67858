import type { z } from "zod";
import { ApiError } from "./api-error.ts";

/** A request's JSON body, checked; the first field that is wrong is named in the error. */
export async function requestBody<T extends z.ZodType>(request: Request, schema: T): Promise<z.output<T>> {
  // Browsers ask before they send JSON to another origin, and are not let: a web page cannot use a server on localhost.
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? ""))
    throw new ApiError(415, "the content type must be application/json");
  let value: unknown;
  try {
    value = await request.json();
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(400, `the body is no JSON: ${(error as Error).message}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  const param = path.map(String).join(".");
  throw new ApiError(400, `${param === "" ? "the body" : param}: ${message}`, { param: param === "" ? null : param });
}
