// The page: one state, two plots, and everything that changes it.
const HOPS = 3;
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const slider = byId("epoch");
const plots = { graph: createPlot(byId("graph"), { edges: true }), embedding: createPlot(byId("embedding"), { edges: false }) };
const snapshots = data.epochs.length;
const points = new Float32Array(2 * count);

const predictionAt = (i) => data.prediction[Math.round(state.at) * count + i];
const state = {
  at: Math.max(0, snapshots - 1), // which snapshot; between two of them while playing
  colouring: "prediction",
  hover: -1,
  focus: -1,
  field: null,
  rings: HOPS,
  isMistake: (i) => data.label[i] >= 0 && predictionAt(i) !== data.label[i],
  fill: (i) => classColour(state.colouring === "prediction" ? predictionAt(i) : data.label[i]),
};

const extent = (values) => {
  const [low, high] = [[Infinity, Infinity], [-Infinity, -Infinity]];
  values.forEach((value, k) => {
    low[k % 2] = Math.min(low[k % 2], value);
    high[k % 2] = Math.max(high[k % 2], value);
  });
  return [low, high];
};
const graphExtent = extent(data.position);

// The embedding between the two snapshots around `state.at`.
const interpolate = () => {
  const before = Math.floor(state.at);
  const after = Math.min(before + 1, snapshots - 1);
  const share = state.at - before;
  for (let k = 0; k < 2 * count; k++) {
    const value = (1 - share) * data.embedding[before * 2 * count + k] + share * data.embedding[after * 2 * count + k];
    points[k] = data.low[k % 2] + (value / 65535) * (data.high[k % 2] - data.low[k % 2]);
  }
};

let pending = false;
const redraw = () => {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => {
    pending = false;
    drawNow();
  });
};
const drawNow = () => {
  interpolate();
  plots.embedding.place(points, data.low, data.high);
  plots.graph.draw(state);
  plots.embedding.draw(state);
};

const layout = () => {
  for (const plot of Object.values(plots)) plot.resize();
  plots.graph.place(data.position, ...graphExtent);
  plots.graph.drawEdgeLayer();
  drawNow();
};

const moveCharts = [createChart(byId("loss"), "loss"), createChart(byId("accuracy"), "accuracy", 1)];
createConfusion(byId("confusion"));

const show = (at) => {
  state.at = at;
  const nearest = Math.round(at);
  const epoch = data.epochs[nearest];
  const row = data.history.epoch.indexOf(epoch);
  const loss = row < 0 ? null : data.history.train_loss?.[row];
  slider.value = nearest;
  const text = `epoch ${epoch}${loss === null || loss === undefined ? "" : `, loss ${loss.toFixed(4)}`}`;
  byId("at").textContent = text;
  slider.setAttribute("aria-valuetext", text);
  moveCharts.forEach((move) => move(epoch));
  if (current() >= 0) tell(current());
  redraw();
};

// Facts about one node, and what it sees.
const current = () => (state.hover >= 0 ? state.hover : state.focus);
const tell = (i) => {
  const truth = data.label[i];
  const now = predictionAt(i);
  const wrong = truth >= 0 && now !== truth ? ", a mistake" : "";
  const sure = now === data.finalPrediction[i] ? ` (${(100 * data.confidence[i]).toFixed(0)} % sure in the end)` : "";
  const part = { none: "not used", train: "training", val: "validation", test: "scored" }[SPLITS[data.split[i]]];
  byId("facts").textContent =
    `${nodeName(i)} · ${className(truth)} · predicted ${className(now)}${sure}${wrong} · ${part} · degree ${degreeOf(i)}`;
};

let timer = 0;
const light = (i) => {
  clearInterval(timer);
  state.focus = i;
  state.field = receptiveField(i, HOPS);
  state.rings = still ? HOPS : 0;
  const rings = state.field.sizes.map((size, h) => `${h + 1} hop${h ? "s" : ""}: ${size}`).join(" · ");
  byId("field").textContent = `${nodeName(i)} sees, in rings of new nodes: ${rings}. Esc clears.`;
  tell(i);
  redraw();
  if (still) return;
  timer = setInterval(() => {
    state.rings++;
    redraw();
    if (state.rings >= HOPS) clearInterval(timer);
  }, 380);
};
const clear = () => {
  clearInterval(timer);
  state.field = null;
  state.focus = -1;
  byId("field").textContent = "";
  redraw();
};

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const onKey = (plot) => (event) => {
  if (event.key in ARROWS && count > 0) {
    state.focus = state.focus < 0 ? 0 : plot.towards(state.focus, ARROWS[event.key]);
    tell(state.focus);
    if (state.field) light(state.focus);
    redraw();
  } else if (event.key === "Enter" || event.key === " ") {
    light(Math.max(0, state.focus));
  } else if (event.key === "Escape") {
    clear();
  } else {
    return;
  }
  event.preventDefault();
};

for (const plot of Object.values(plots)) {
  const { canvas } = plot;
  canvas.addEventListener("pointermove", (event) => {
    const found = plot.nodeAt(event.offsetX, event.offsetY);
    if (found === state.hover) return;
    state.hover = found;
    if (current() >= 0) tell(current());
    redraw();
  });
  canvas.addEventListener("pointerleave", () => {
    state.hover = -1;
    redraw();
  });
  canvas.addEventListener("click", (event) => {
    const found = plot.nodeAt(event.offsetX, event.offsetY);
    if (found >= 0) light(found);
    else clear();
  });
  canvas.addEventListener("keydown", onKey(plot));
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") clear();
});

// Playing: about eight snapshots a second, gliding between them unless the reader prefers stillness.
let playing = 0;
const stop = () => {
  cancelAnimationFrame(playing);
  playing = 0;
  byId("play").textContent = "Play";
};
const play = () => {
  let previous = performance.now();
  let at = state.at >= snapshots - 1 ? 0 : state.at;
  byId("play").textContent = "Pause";
  const step = (now) => {
    at = Math.min(at + ((now - previous) / 1000) * 8, snapshots - 1);
    previous = now;
    show(still ? Math.round(at) : at);
    if (at < snapshots - 1) playing = requestAnimationFrame(step);
    else stop();
  };
  playing = requestAnimationFrame(step);
};
byId("play").addEventListener("click", () => (playing ? stop() : play()));
slider.addEventListener("input", () => {
  if (playing) stop();
  show(Number(slider.value));
});
byId("colouring").addEventListener("change", (event) => {
  state.colouring = event.target.value;
  redraw();
});

const legend = byId("legend");
const entry = (text, colour) => {
  const item = legend.appendChild(document.createElement("li"));
  const mark = item.appendChild(document.createElement("i"));
  if (colour) mark.style.background = colour;
  else mark.className = "square";
  item.append(text);
};
data.classNames.forEach((name, c) => entry(name, classColour(c)));
if (data.label.some((c) => c < 0)) entry("unknown", classColour(-1));
entry("training node", null);

onTheme.push(() => {
  plots.graph.drawEdgeLayer();
  drawNow();
});
slider.max = Math.max(0, snapshots - 1);
followTheme();
layout();
show(state.at);
new ResizeObserver(layout).observe(byId("graph"));
