// The page of a forecast: a map whose nodes are chosen by pointer or list, and charts of the error.
const position = unpack(data.position);
const nodeError = unpack(data.nodeError);
const nodes = data.nodeNames.length;
const steps = data.stepNames.length;
const unround = (packed) => {
  const values = unpack(packed);
  return (step, node) => {
    const value = values[step * nodes + node];
    return value === 65535 ? null : data.low + (value / 65534) * (data.high - data.low);
  };
};
const measured = unround(data.truth);
const told = unround(data.forecast);

// Blue for small errors, vermilion for large ones, both readable on white and on black; larger dots err more.
const STOPS = [[76, 155, 214], [201, 180, 88], [200, 50, 30]];
const finite = [...nodeError].filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
const least = finite[0] ?? 0;
const most = finite[Math.floor(0.98 * (finite.length - 1))] ?? 1; // one broken sensor does not whiten all others
const share = (i) => Math.min(1, Math.max(0, (nodeError[i] - least) / Math.max(most - least, 1e-12)));
const heat = (t) => {
  const place = Math.min(t * 2, 1.9999);
  const [a, b, part] = [STOPS[Math.floor(place)], STOPS[Math.floor(place) + 1], place % 1];
  return `rgb(${a.map((value, k) => Math.round(value + part * (b[k] - value))).join(",")})`;
};

const MAP = { width: 520, least: 220, most: 480, padding: 18 };
const drawMap = () => {
  const [low, high] = [[Infinity, Infinity], [-Infinity, -Infinity]];
  position.forEach((value, k) => {
    low[k % 2] = Math.min(low[k % 2], value);
    high[k % 2] = Math.max(high[k % 2], value);
  });
  const span = [0, 1].map((k) => Math.max(high[k] - low[k], 1e-9));
  const room = MAP.width - 2 * MAP.padding;
  const height = Math.min(MAP.most, Math.max(MAP.least, (room * span[1]) / span[0] + 2 * MAP.padding));
  const scale = Math.min(room / span[0], (height - 2 * MAP.padding) / span[1]);
  const x = (i) => MAP.width / 2 + scale * (position[2 * i] - (low[0] + high[0]) / 2);
  const y = (i) => height / 2 - scale * (position[2 * i + 1] - (low[1] + high[1]) / 2);
  const svg = element("svg", { viewBox: `0 0 ${MAP.width} ${height}`, role: "img", "aria-label": "Nodes coloured by their mean absolute error" });
  const edges = unpack(data.edges);
  const count = edges.length / 2;
  let path = "";
  for (let k = 0; k < count; k++) {
    const [a, b] = [edges[k], edges[count + k]];
    if (a < nodes && b < nodes && a !== b) path += `M${x(a).toFixed(0)} ${y(a).toFixed(0)}L${x(b).toFixed(0)} ${y(b).toFixed(0)}`;
  }
  svg.append(element("path", { class: "edge", d: path, "stroke-width": count > 1000 ? 0.6 : 1.1 }));
  const base = Math.max(2, Math.min(6, 75 / Math.sqrt(Math.max(1, nodes))));
  const order = Array.from({ length: nodes }, (_, i) => i).sort((a, b) => (nodeError[a] || 0) - (nodeError[b] || 0));
  const dots = order.map((i) => {
    const known = Number.isFinite(nodeError[i]);
    const dot = element("circle", { cx: x(i), cy: y(i), r: base * (0.75 + (known ? share(i) : 0)), class: "sensor", fill: known ? heat(share(i)) : "#9aa0a6" });
    dot.append(element("title", {}, `${data.nodeNames[i]}: ${known ? short(nodeError[i]) : "nothing measured"}`));
    dot.addEventListener("click", () => choose(i));
    svg.append(dot);
    return [i, dot];
  });
  byId("map").append(svg);
  return new Map(dots);
};
const drawScale = () => {
  const bar = byId("map").appendChild(document.createElement("p"));
  bar.className = "scale";
  const colours = document.createElement("i");
  colours.style.background = `linear-gradient(90deg, ${[0, 0.25, 0.5, 0.75, 1].map(heat).join(", ")})`;
  bar.append(short(least), colours, `${short(most)}${finite.length && finite[finite.length - 1] > most ? " and more" : ""}`);
};

const series = byId("series");
const rows = Array.from({ length: steps }, (_, i) => i);
const drawNode = (i) => {
  series.replaceChildren();
  const pair = [rows.map((step) => measured(step, i)), rows.map((step) => told(step, i))];
  const values = pair.flat().filter((value) => value !== null);
  const [low, high] = [Math.min(...values, Infinity), Math.max(...values, -Infinity)];
  const y = values.length ? { low, high: high > low ? high : low + 1 } : { low: 0, high: 1 };
  const ends = steps > 1 ? [0, Math.floor((steps - 1) / 2), steps - 1] : [0];
  const chart = axes(series, {
    x: { low: 0, high: Math.max(1, steps - 1) }, y, xName: "",
    xTicks: ends.map((at, k) => ({ at, text: data.stepNames[at] ?? "", anchor: ["start", "middle", "end"][k] })),
    label: `Measured and told at ${data.nodeNames[i]}`,
    frame: { ...FRAME, height: 330 },
  });
  const looks = [
    { stroke: "var(--ink)", "stroke-width": 1.2 },
    { stroke: "var(--accent)", "stroke-width": 1.5, "stroke-opacity": 0.9 },
  ];
  pair.forEach((line, k) => drawLine(chart, rows, line, looks[k]));
  keyOf(series, [{ name: "measured", look: looks[0] }, { name: "told", look: looks[1] }]);
};

const picker = byId("node");
const worstFirst = Array.from({ length: nodes }, (_, i) => i).sort((a, b) => (nodeError[b] || 0) - (nodeError[a] || 0));
for (const i of worstFirst) {
  const option = picker.appendChild(document.createElement("option"));
  option.value = i;
  option.textContent = `${data.nodeNames[i]} (error ${Number.isFinite(nodeError[i]) ? short(nodeError[i]) : "unknown"})`;
}
let chosen = null;
const choose = (i) => {
  chosen?.classList.remove("chosen");
  chosen = sensors.get(i);
  chosen?.classList.add("chosen");
  picker.value = i;
  const place = worstFirst.indexOf(i) + 1;
  byId("facts").textContent = `${data.nodeNames[i]}: mean absolute error ${Number.isFinite(nodeError[i]) ? short(nodeError[i]) : "unknown"}, ${place} of ${nodes}, worst first.`;
  drawNode(i);
};
picker.addEventListener("change", () => choose(Number(picker.value)));
const sensors = drawMap();
drawScale();
if (nodes) choose(worstFirst[0]);

const ahead = data.horizonError.map(({ values }) => values);
const horizon = axes(byId("horizon"), {
  x: { low: 0, high: Math.max(1, data.horizons.length - 1) },
  y: { low: 0, high: 1.05 * Math.max(1e-9, ...ahead.flat().filter((value) => value !== null)) },
  xTicks: data.horizons.map((text, at) => ({ at, text })).filter(({ at }) => at % Math.ceil(data.horizons.length / 6) === 0),
  xName: "ahead",
  label: "Mean absolute error by horizon",
});
for (let k = data.horizonError.length - 1; k >= 0; k--) {
  const { name, values } = data.horizonError[k];
  const tell = (value, i) => `${short(value)}, ${data.horizons[i]} ahead`;
  drawLine(horizon, values.map((_, i) => i), values, lineLook(k), { name, dots: true, tell });
}
keyOf(byId("horizon"), data.horizonError.map(({ name }, k) => ({ name, look: lineLook(k) })));

const errors = data.stepError.map((value) => value ?? NaN);
const time = axes(byId("time"), {
  x: { low: 0, high: Math.max(1, errors.length - 1) },
  y: { low: 0, high: 1.05 * Math.max(1e-9, ...errors.filter((value) => Number.isFinite(value))) },
  xTicks: [],
  xName: "time, from first to last scored step",
  label: "Mean absolute error in the course of time",
});
drawLine(time, errors.map((_, i) => i), errors, { stroke: "var(--accent)", "stroke-width": 1.3 });

const measure = Object.keys(data.history).find((name) => name.startsWith("train_") && name !== "train_loss");
if (measure) {
  const name = measure.replace("train_", "");
  byId("metric-name").textContent = `${name.toUpperCase()} by epoch.`;
  for (const move of [createChart(byId("loss"), "loss"), createChart(byId("metric"), name)]) move(data.chosenEpoch);
}
followTheme();
