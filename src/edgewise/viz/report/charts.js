// Charts that several pages share: lines, counts in steps, dots against a diagonal. Drawn once; colours follow the page.
const FRAME = { width: 520, height: 270, left: 52, right: 16, top: 12, bottom: 40 };
const SQUARE = { ...FRAME, width: 380, height: 360 };

// About `wanted` round numbers from low to high.
const roundTicks = (low, high, wanted = 5) => {
  const rough = Math.max(high - low, 1e-12) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) ticks.push(k * step);
  return ticks;
};
const short = (value) => {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(1);
  return size >= 1000 ? value.toLocaleString("en") : String(Number(value.toPrecision(3)));
};

// Axes with their names; returns the svg and where a value stands.
const axes = (host, { x, y, xName, yName, label, xTicks, frame = FRAME }) => {
  const { width, height, left, right, top, bottom } = frame;
  const logX = x.log;
  const [xa, xb] = logX ? [Math.log(x.low), Math.log(x.high)] : [x.low, x.high];
  const atX = (value) => left + ((width - left - right) * ((logX ? Math.log(value) : value) - xa)) / Math.max(xb - xa, 1e-12);
  const atY = (value) => height - bottom - ((height - top - bottom) * (value - y.low)) / Math.max(y.high - y.low, 1e-12);
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  for (const value of roundTicks(y.low, y.high)) {
    svg.append(element("line", { class: "grid", x1: left, x2: width - right, y1: atY(value), y2: atY(value) }));
    svg.append(element("text", { x: left - 7, y: atY(value) + 4, "text-anchor": "end" }, y.text ? y.text(value) : short(value)));
  }
  for (const { at, text, anchor = "middle" } of xTicks ?? roundTicks(x.low, x.high).map((at) => ({ at, text: short(at) }))) {
    svg.append(element("text", { x: atX(at), y: height - bottom + 17, "text-anchor": anchor }, text));
  }
  svg.append(element("path", { class: "axis", d: `M${left} ${top}V${height - bottom}H${width - right}` }));
  svg.append(element("text", { x: (left + width - right) / 2, y: height - 5, "text-anchor": "middle" }, xName));
  if (yName) svg.append(element("text", { x: left + 6, y: top + 4 }, yName));
  host.append(svg);
  return { svg, atX, atY };
};

// What each line is, under the chart: colour and dashes, which also tells them apart in print.
const DASHES = ["", "7 3", "2 3", "9 3 2 3", "4 2", "1 2"];
const lineLook = (k) => ({
  stroke: k === 0 ? "var(--accent)" : classColour(k),
  "stroke-dasharray": DASHES[k % DASHES.length],
  "stroke-width": k === 0 ? 2.4 : 1.6,
});
const keyOf = (host, entries) => {
  const list = host.appendChild(document.createElement("ul"));
  list.className = "key";
  for (const { name, look, box } of entries) {
    const item = list.appendChild(document.createElement("li"));
    const sign = element("svg", { viewBox: "0 0 26 10", width: 26, height: 10, "aria-hidden": "true" });
    if (box) sign.append(element("rect", { x: 2, y: 0, width: 22, height: 10, ...look }));
    else sign.append(element("line", { x1: 0, x2: 26, y1: 5, y2: 5, ...look }));
    item.append(sign, name);
  }
};

// Lines through [x, value] that stop where a value is missing; `dots` marks each value and tells it on pointing.
const drawLine = ({ svg, atX, atY }, xs, values, look, { name, dots = false, tell = short } = {}) => {
  let path = "";
  let open = false;
  values.forEach((value, i) => {
    if (value === null || Number.isNaN(value)) open = false;
    else {
      path += `${open ? "L" : "M"}${atX(xs[i]).toFixed(1)} ${atY(value).toFixed(1)}`;
      open = true;
    }
  });
  svg.append(element("path", { class: "line", d: path, ...look }));
  if (!dots) return;
  values.forEach((value, i) => {
    if (value === null) return;
    const dot = element("circle", { cx: atX(xs[i]), cy: atY(value), r: 3.4, fill: look.stroke, class: "mark" });
    dot.append(element("title", {}, `${name}: ${tell(value, i)}`));
    svg.append(dot);
  });
};

// Counts in equal steps: the first filled, the second as an outline, each as shares of its own sum.
const drawCounts = (host, groups, xName, label, { low = 0, high = 1, frame = FRAME } = {}) => {
  const shares = groups.map(({ counts }) => {
    const total = Math.max(1, counts.reduce((a, b) => a + b, 0));
    return counts.map((count) => count / total);
  });
  const bins = shares[0].length;
  const top = Math.max(...shares.flat(), 1e-9) * 1.05;
  const edge = (k) => low + ((high - low) * k) / bins;
  const yName = groups.length > 1 ? "share of its kind" : "share";
  const percent = (value) => `${short(Math.round(value * 1000) / 10)} %`;
  const chart = axes(host, {
    x: { low, high }, y: { low: 0, high: top, text: percent }, xName, label, yName, frame,
  });
  const looks = [
    { fill: "var(--accent)", "fill-opacity": 0.45, stroke: "var(--accent)", "stroke-width": 1.2 },
    { fill: "#D55E00", "fill-opacity": 0.18, stroke: "#D55E00", "stroke-width": 1.6, "stroke-dasharray": "4 2" },
  ];
  shares.forEach((values, g) => {
    let path = `M${chart.atX(low)} ${chart.atY(0)}`;
    values.forEach((value, k) => {
      path += `V${chart.atY(value).toFixed(1)}H${chart.atX(edge(k + 1)).toFixed(1)}`;
    });
    chart.svg.append(element("path", { d: `${path}V${chart.atY(0)}`, ...looks[g] }));
  });
  const place = (k) => (high - low === 1 ? edge(k).toFixed(3) : short(edge(k)));
  groups[0].counts.forEach((_, k) => {
    const box = element("rect", {
      x: chart.atX(edge(k)), width: chart.atX(edge(1)) - chart.atX(low), y: frame.top, height: frame.height - frame.top - frame.bottom,
      fill: "transparent",
    });
    const told = groups.map(({ name, counts }) => `${counts[k].toLocaleString("en")} ${name}`).join(", ");
    box.append(element("title", {}, `${place(k)} to ${place(k + 1)}: ${told}`));
    chart.svg.append(box);
  });
  if (groups.length > 1) keyOf(host, groups.map(({ name }, g) => ({ name, look: looks[g], box: true })));
};

// Predicted against true, in a square, with the line where both are equal.
const drawAgainst = (host, truth, prediction, name, exampleNames) => {
  const low = Math.min(...[...truth, ...prediction].filter((value) => Number.isFinite(value)));
  const high = Math.max(...[...truth, ...prediction].filter((value) => Number.isFinite(value)));
  const room = 0.04 * Math.max(high - low, 1e-9);
  const range = { low: low - room, high: high + room };
  const chart = axes(host, { x: range, y: range, xName: `true ${name}`, yName: `predicted ${name}`, label: `Predicted against true ${name}`, frame: SQUARE });
  const { atX, atY, svg } = chart;
  svg.append(element("path", { class: "equal", d: `M${atX(range.low)} ${atY(range.low)}L${atX(range.high)} ${atY(range.high)}` }));
  let path = "";
  truth.forEach((value, i) => {
    if (!Number.isFinite(value)) return;
    const [x, y] = [atX(value).toFixed(1), atY(prediction[i]).toFixed(1)];
    if (!exampleNames.length) path += `M${x} ${y}h0`;
    else {
      const dot = element("circle", { cx: x, cy: y, r: 3.6, class: "spot" });
      dot.append(element("title", {}, `${exampleNames[i]}: true ${short(value)}, predicted ${short(prediction[i])}`));
      svg.append(dot);
    }
  });
  if (!exampleNames.length) svg.append(element("path", { class: "spots", d: path }));
};
