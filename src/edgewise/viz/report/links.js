// The page of link prediction.
drawCounts(
  byId("scores"),
  [{ name: "links", counts: data.links }, { name: "pairs that are none", counts: data.others }],
  "probability of a link",
  "Distribution of probabilities of links and of other pairs",
);

const percent = (value) => `${short(Math.round(1000 * value) / 10)} %`;
const last = data.ks.length ? data.ks[data.ks.length - 1] : 1;
const powers = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7].filter((k) => k <= last);
const chart = axes(byId("precision"), {
  x: { low: 1, high: Math.max(2, last), log: true },
  y: { low: 0, high: 1, text: percent },
  xTicks: powers.map((at) => ({ at, text: at.toLocaleString("en") })),
  xName: "k",
  label: "Share of links among the k best pairs",
});
const sum = (counts) => counts.reduce((a, b) => a + b, 0);
const chance = sum(data.links) / Math.max(1, sum(data.links) + sum(data.others));
chart.svg.append(element("line", { class: "equal", x1: chart.atX(1), x2: chart.atX(Math.max(2, last)), y1: chart.atY(chance), y2: chart.atY(chance) }));
for (let k = data.precision.length - 1; k >= 0; k--) {
  const { name, values } = data.precision[k]; // the model last, on top of the others
  drawLine(chart, data.ks, values, lineLook(k), { name });
}
keyOf(byId("precision"), data.precision.map(({ name }, k) => ({ name, look: lineLook(k) })));
for (const move of [createChart(byId("loss"), "loss"), createChart(byId("auroc"), "auroc", 1)]) move(data.chosenEpoch);
followTheme();
