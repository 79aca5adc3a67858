import { expect, test } from "vitest";
import { learningRateFigure, lossFigure, throughputFigure, type TrainingPoint } from "./training.ts";

const point = (i: number, rest: Partial<TrainingPoint> = {}): TrainingPoint => ({
  tokens: 100 * (i + 1),
  loss: i + 1,
  learningRate: 0.001 * (i + 1),
  tokensPerSecond: 1000 * (i + 1),
  ...rest,
});

test("lossFigure shows losses on the left axis, the learning rate on the right", () => {
  const { data, layout } = lossFigure([point(0, { actionLoss: 0.5 }), point(1, { actionLoss: 0.25 })]);
  expect(data).toMatchObject([
    { name: "loss, all tokens", x: [100, 200], y: [1, 2] },
    { name: "loss, action tokens", x: [100, 200], y: [0.5, 0.25] },
    { name: "learning rate", yaxis: "y2", y: [0.001, 0.002] },
  ]);
  expect(layout).toMatchObject({
    title: { text: "Training loss (n = 2 steps)" },
    xaxis: { title: { text: "Trained on (tokens)" } },
    yaxis: { type: "log" },
    yaxis2: { title: { text: "Learning rate (a step)" } },
  });
});

test("without action losses there is no line for them", () => {
  expect(lossFigure([point(0)]).data).toMatchObject([{ name: "loss, all tokens" }, { name: "learning rate" }]);
});

test("long runs are thinned by averaging neighbours, the last token count kept", () => {
  const { data } = lossFigure(Array.from({ length: 801 }, (_, i) => point(i)));
  const [loss] = data as { x: number[]; y: number[] }[];
  expect(loss.x).toHaveLength(267);
  expect([loss.x[0], loss.y[0]]).toEqual([300, 2]);
  expect([loss.x.at(-1), loss.y.at(-1)]).toEqual([80100, 800]);
});

test("learningRateFigure and throughputFigure", () => {
  const points = [point(0), point(1)];
  expect(learningRateFigure(points)).toMatchObject({
    data: [{ x: [100, 200], y: [0.001, 0.002] }],
    layout: { title: { text: "Learning rate (n = 2 steps)" }, yaxis: { title: { text: "Learning rate (a step)" } } },
  });
  expect(throughputFigure(points)).toMatchObject({
    data: [{ x: [100, 200], y: [1000, 2000] }],
    layout: { yaxis: { title: { text: "Throughput (tokens/s)" } } },
  });
  const long = throughputFigure(Array.from({ length: 801 }, (_, i) => point(i)));
  expect((long.data[0] as { y: number[] }).y[0]).toBe(2000); // mean of the first three
});
