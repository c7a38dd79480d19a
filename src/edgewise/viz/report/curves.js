// Charts beside the stage: loss and accuracy over the epochs, and the confusion matrix.
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 340;
const HEIGHT = 210;
const BOX = { left: 40, right: 44, top: 12, bottom: 26 };

const element = (name, attributes, text) => {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
};

const seriesOf = (suffix) =>
  ["train", "val", "test"]
    .map((part) => ({ part, values: data.history[`${part}_${suffix}`] }))
    .filter(({ values }) => values && values.some((value) => value !== null));

const tickText = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

const createChart = (host, suffix, top) => {
  const series = seriesOf(suffix);
  const epochs = data.history.epoch;
  const high = top ?? Math.max(1e-9, ...series.flatMap(({ values }) => values.filter((value) => value !== null)));
  const last = Math.max(1, epochs[epochs.length - 1]);
  const x = (epoch) => BOX.left + ((WIDTH - BOX.left - BOX.right) * epoch) / last;
  const y = (value) => HEIGHT - BOX.bottom - ((HEIGHT - BOX.top - BOX.bottom) * value) / high;
  const name = `${suffix} over ${epochs.length} epochs`;
  const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": name });
  svg.append(element("path", { class: "axis", d: `M${x(0)} ${y(high)}V${y(0)}H${x(last)}` }));
  for (const value of [0, high / 2, high]) {
    svg.append(element("text", { x: BOX.left - 6, y: y(value) + 4, "text-anchor": "end" }, tickText(value)));
  }
  svg.append(element("text", { x: x(0), y: HEIGHT - 8 }, "0"));
  svg.append(element("text", { x: x(last), y: HEIGHT - 8, "text-anchor": "end" }, `epoch ${last}`));
  svg.append(element("line", { class: "chosen", x1: x(data.chosenEpoch), x2: x(data.chosenEpoch), y1: y(high), y2: y(0) }));
  drawSeries(svg, series, epochs, x, y);
  const cursor = element("line", { class: "cursor", y1: y(high), y2: y(0) });
  svg.append(cursor);
  host.append(svg);
  return (epoch) => ["x1", "x2"].forEach((end) => cursor.setAttribute(end, x(epoch)));
};

const drawSeries = (svg, series, epochs, x, y) => {
  const labels = [];
  for (const { part, values } of series) {
    let path = "";
    let lastValue = 0;
    values.forEach((value, i) => {
      if (value === null) return;
      path += `${path ? "L" : "M"}${x(epochs[i]).toFixed(1)} ${y(value).toFixed(1)}`;
      lastValue = value;
    });
    svg.append(element("path", { class: `series ${part}`, d: path }));
    labels.push({ part, at: y(lastValue) });
  }
  labels.sort((a, b) => a.at - b.at);
  labels.forEach((label, i) => {
    if (i > 0) label.at = Math.max(label.at, labels[i - 1].at + 12); // labels never cover each other
    svg.append(element("text", { x: WIDTH - BOX.right + 6, y: label.at + 4 }, label.part));
  });
};

const createConfusion = (host) => {
  const table = document.createElement("table");
  const cell = (row, tag, text) => {
    const node = row.appendChild(document.createElement(tag));
    node.textContent = text;
    return node;
  };
  const head = table.createTHead().insertRow();
  cell(head, "th", "");
  data.classNames.forEach((name) => (cell(head, "th", name).scope = "col"));
  const body = table.createTBody();
  data.confusion.forEach((counts, truth) => {
    const row = body.insertRow();
    cell(row, "th", data.classNames[truth]).scope = "row";
    const total = Math.max(1, counts.reduce((a, b) => a + b, 0));
    counts.forEach((value, c) => {
      const node = cell(row, "td", value || "");
      const share = value / total;
      const colour = c === truth ? "11, 99, 165" : "190, 90, 20";
      node.style.background = `rgba(${colour}, ${(0.85 * share).toFixed(3)})`;
      if (share > 0.55) node.style.color = "#fff";
      node.title = `${value} of ${total} ${data.classNames[truth]} predicted as ${data.classNames[c]}`;
    });
  });
  host.append(table);
};
