import { describe, expect, it } from "vitest";
import { clickAction, readShopAction } from "./action.ts";

describe("readShopAction", () => {
  it("reads searches and clicks, arguments in small letters", () => {
    expect(readShopAction("search[Red Shoes]")).toEqual({ name: "search", argument: "red shoes" });
    expect(readShopAction("click[B09GVDTN7S]")).toEqual({ name: "click", argument: "b09gvdtn7s" });
    expect(readShopAction("click[a [b]]")).toEqual(null);
    expect(readShopAction("click[a]b]")).toEqual({ name: "click", argument: "a]b" });
    expect(readShopAction("click[buy now] and more")).toEqual({ name: "click", argument: "buy now" });
    expect(readShopAction("search[ ]")).toEqual({ name: "search", argument: " " });
  });

  it.each(["", "click", "click[]", "search[]", " click[x]", "Click[x]", "buy[x]", "click[a\nb]", "[x]", "think[x]"])(
    "refuses %j",
    (action) => expect(readShopAction(action)).toBeNull(),
  );

  it("names only what can be clicked by its name", () => {
    expect(clickAction("x-large")).toBe("click[x-large]");
    expect(clickAction('6" x 4"')).toBe('click[6" x 4"]');
    expect(["a [b", "", "a\nb"].map(clickAction)).toEqual([null, null, null]);
  });
});
