// Draws charts whose options the server built, and nothing that a page needs without scripts.
"use strict";

function drawCharts(root) {
  const places = root.querySelectorAll("[data-chart]");
  if (!places.length || !window.echarts) return;
  places.forEach(async (place) => {
    if (place.dataset.drawn) return;
    place.dataset.drawn = "yes";
    const answer = await fetch(place.dataset.chart, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption(await answer.json());
    new ResizeObserver(() => chart.resize()).observe(place);
  });
}

document.addEventListener("DOMContentLoaded", () => drawCharts(document));
document.addEventListener("htmx:afterSwap", (event) => drawCharts(event.target));
