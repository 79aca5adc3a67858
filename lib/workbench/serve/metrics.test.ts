import { expect, test } from "vitest";
import { Metrics } from "./metrics.ts";

test("Prometheus' text format", () => {
  const metrics = new Metrics();
  metrics.count("a_total", { model: 'the "x"' });
  metrics.count("a_total", { model: 'the "x"' }, 2);
  metrics.time("/r", 0.02);
  metrics.time("/r", 200);
  const lines = metrics.text({ g: [[{}, 1]] }).split("\n");
  expect(lines.slice(0, 4)).toEqual(["# TYPE a_total counter", 'a_total{model="the \\"x\\""} 3', "# TYPE g gauge", "g{} 1"]); // prettier-ignore
  expect(lines).toContain('waymark_request_seconds_bucket{route="/r",le="0.01"} 0');
  expect(lines).toContain('waymark_request_seconds_bucket{route="/r",le="0.03"} 1');
  expect(lines).toContain('waymark_request_seconds_bucket{route="/r",le="+Inf"} 2');
  expect(lines).toContain('waymark_request_seconds_sum{route="/r"} 200.02');
});
