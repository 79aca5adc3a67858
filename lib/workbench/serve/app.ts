import { createHash, timingSafeEqual } from "node:crypto";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { ApiContext, jsonResponse, type ApiOptions } from "./api-context.ts";
import { ApiError } from "./api-error.ts";
import { chatRequest } from "./chat-request.ts";
import { chatCompletion } from "./chat-route.ts";
import { completionRequest, plainCompletion } from "./completions-route.ts";
import { generateRequest, tgiGenerate } from "./generate-route.ts";
import { requestBody } from "./request-body.ts";

export interface AppOptions extends ApiOptions {
  /** Asked for in `Authorization: Bearer KEY`; absent: everybody is let in. */
  readonly apiKey?: string;
}

/** The server's routes: OpenAI's API, TGI's `/generate`, health and metrics. */
export function createApp(options: AppOptions): Hono {
  const api = new ApiContext(options);
  const app = new Hono();
  app.use(async (context, next) => {
    const started = options.now();
    await next();
    const route = knownRoute(context.req.path);
    api.metrics.count("waymark_requests_total", { route, status: String(context.res.status) });
    api.metrics.time(route, (options.now() - started) / 1000);
  });
  app.get("/health", (context) => context.json({ status: "ok" }));
  app.use(async (context, next) => {
    checkKey(context, options.apiKey);
    await next();
  });
  const { bodyBytes } = options.limits;
  const tooLarge = (): never => {
    throw new ApiError(413, `the request is larger than ${bodyBytes} bytes`, { code: "request_too_large" });
  };
  app.use(bodyLimit({ maxSize: bodyBytes, onError: tooLarge }));
  app.get("/metrics", (context) => context.text(metricsText(api)));
  app.get("/v1/models", (context) => context.json({ object: "list", data: modelNames(api).map(modelBody(api)) }));
  app.get("/v1/models/:name{.+}", (context) => context.json(modelBody(api)(api.model(context.req.param("name")).name)));
  app.post("/v1/chat/completions", async ({ req: { raw } }) =>
    chatCompletion(api, await requestBody(raw, chatRequest), raw),
  );
  app.post("/v1/completions", async ({ req: { raw } }) =>
    plainCompletion(api, await requestBody(raw, completionRequest), raw),
  );
  for (const [path, streamed] of [
    ["/generate", false],
    ["/generate_stream", true],
  ] as const)
    // prettier-ignore
    app.post(path, async ({ req: { raw } }) => tgiGenerate(api, await requestBody(raw, generateRequest), raw, streamed));
  app.notFound(({ req }) => errorResponse(new ApiError(404, `there is no ${req.method} ${req.path}`), req.path));
  app.onError((error, { req }) => errorResponse(api.report(error), req.path));
  return app;
}

const ROUTES = ["/health", "/metrics", "/v1/models", "/v1/chat/completions", "/v1/completions", "/generate", "/generate_stream"]; // prettier-ignore

/** Of others than ours there are too many to count. */
const knownRoute = (path: string): string => (ROUTES.includes(path) ? path : "other");

function errorResponse(error: ApiError, path: string): Response {
  const body = path.startsWith("/generate") ? { error: error.message, error_type: error.type } : error;
  const headers = error.status === 429 ? { "retry-after": "1" } : undefined;
  return jsonResponse(body, error.status, headers);
}

/** Compares hashes, so that the time does not tell how much of a key is right. */
function checkKey({ req }: Context, key: string | undefined): void {
  if (key === undefined) return;
  const given = /^Bearer (.*)$/i.exec(req.header("authorization") ?? "")?.[1] ?? "";
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  if (!timingSafeEqual(digest(given), digest(key)))
    throw new ApiError(401, "the API key is missing or wrong", {
      type: "authentication_error",
      code: "invalid_api_key",
    });
}

const modelNames = (api: ApiContext): string[] => [...api.options.served.models.keys()];

const modelBody =
  (api: ApiContext) =>
  (id: string): unknown => ({
    id,
    object: "model",
    created: Math.floor(api.started / 1000),
    owned_by: "waymark",
    max_model_len: api.options.served.context,
  });

function metricsText(api: ApiContext): string {
  const models = [...api.options.served.models.values()];
  return api.metrics.text({
    waymark_running_answers: models.map(({ name, engine }) => [{ model: name }, engine.running] as const),
    waymark_waiting_answers: models.map(({ name, engine }) => [{ model: name }, engine.waiting] as const),
    waymark_open_answers: [[{}, api.admission.open]],
  });
}
