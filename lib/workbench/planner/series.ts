/** The planners that are compared, by the names that results give them. */
export const SERIES = { zeroShot: "zero-shot", fineTuned: "fine-tuned", teacher: "scripted teacher" } as const;
export type SeriesName = (typeof SERIES)[keyof typeof SERIES];
