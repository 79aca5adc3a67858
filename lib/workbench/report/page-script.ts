/** Runs in the browser: draws figures when they come near the view, and keeps them in the page's colours. */
export const PAGE_SCRIPT = `"use strict";
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const plots = [...document.querySelectorAll(".plot")];
  const drawn = new Set();

  const colours = () => {
    const style = getComputedStyle(root);
    const read = (name) => style.getPropertyValue(name).trim();
    return { text: read("--text"), soft: read("--soft"), grid: read("--grid"), ground: read("--raised") };
  };
  const themed = (layout) => {
    const { text, soft, grid, ground } = colours();
    const update = {
      "font.color": text,
      "hoverlabel.bgcolor": ground,
      "hoverlabel.font.color": text,
      "modebar.bgcolor": "rgba(0,0,0,0)",
      "modebar.color": grid,
      "modebar.activecolor": soft,
    };
    const axes = Object.keys(layout).filter((key) => /^[xyz]axis\\d*$/.test(key));
    for (const axis of new Set(["xaxis", "yaxis", ...axes])) {
      for (const line of ["gridcolor", "zerolinecolor", "linecolor"]) update[axis + "." + line] = grid;
    }
    return update;
  };
  const draw = async (plot) => {
    if (drawn.has(plot)) return;
    drawn.add(plot);
    const { data, layout, config } = JSON.parse(plot.nextElementSibling.textContent);
    const clear = { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
    // plotly's own button would offer to send the data away.
    const options = { responsive: true, displaylogo: false, ...config, showSendToCloud: false, plotlyServerURL: "" };
    await Plotly.newPlot(plot, data, { autosize: true, ...layout, ...clear }, options);
    await Plotly.relayout(plot, themed(layout));
  };
  const retheme = () => {
    for (const plot of drawn) if (plot.layout) Plotly.relayout(plot, themed(plot.layout));
  };

  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        draw(entry.target);
      }
    },
    { rootMargin: "800px" },
  );
  for (const plot of plots) near.observe(plot);

  const button = document.getElementById("theme");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  const show = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    retheme();
  };
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    show();
  });
  dark.addEventListener("change", show);
  show();

  document.getElementById("unfold").addEventListener("click", (event) => {
    const all = [...document.querySelectorAll("details.code")];
    const open = all.some((details) => !details.open);
    for (const details of all) details.open = open;
    event.target.textContent = open ? "Hide code" : "Show code";
  });

  addEventListener("beforeprint", () => {
    root.dataset.theme = "light";
    show();
    plots.forEach(draw);
  });
})();
`;
