// Pages of examples with one answer each: truth against prediction, and the curves of the training.
const answers = byId("answers");
const tableOfLabels = (host) => {
  const table = host.appendChild(document.createElement("table"));
  table.className = "plain";
  const put = (row, tag, text = "") => {
    const cell = row.appendChild(document.createElement(tag));
    cell.textContent = text;
    return cell;
  };
  const head = table.createTHead().insertRow();
  ["label", "yes", "no", "", "area under ROC"].forEach((text) => put(head, "th", text));
  head.firstChild.className = "text";
  const body = table.createTBody();
  data.classNames.forEach((name, k) => {
    const row = body.insertRow();
    put(row, "td", name).className = "text";
    put(row, "td", data.yes[k].toLocaleString("en"));
    put(row, "td", data.no[k].toLocaleString("en"));
    const track = put(row, "td").appendChild(document.createElement("span"));
    track.className = "track";
    const fill = track.appendChild(document.createElement("span"));
    fill.className = "fill";
    fill.style.width = `${100 * (data.auroc[k] ?? 0)}%`;
    put(row, "td", data.auroc[k] === null ? "–" : data.auroc[k].toFixed(3));
  });
};
if (data.kind === "classes") createConfusion(answers);
else if (data.kind === "labels") tableOfLabels(answers);
else {
  for (const [k, column] of data.columns.entries()) {
    drawAgainst(answers, unpack(column.truth), unpack(column.prediction), data.classNames[k], data.exampleNames);
  }
}
for (const [k, { most, counts }] of (data.errors ?? []).entries()) {
  const name = data.classNames[k];
  const label = `Distribution of errors of ${name}`;
  drawCounts(byId("errors"), [{ name: "errors", counts }], `error of ${name}`, label, { low: -most, high: most, frame: SQUARE });
}
const metric = byId("metric").dataset.name;
for (const move of [createChart(byId("loss"), "loss"), createChart(byId("metric"), metric, metric === "rmse" ? undefined : 1)]) {
  move(data.chosenEpoch);
}
followTheme();
