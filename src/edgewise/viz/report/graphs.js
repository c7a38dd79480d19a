// The page of a task on graphs: its pictures are drawn already; here are the charts beside them.
const answers = byId("answers");
if (data.kind === "classes") {
  createConfusion(answers);
} else if (data.kind === "numbers") {
  for (const [k, column] of data.columns.entries()) {
    drawAgainst(answers, unpack(column.truth), unpack(column.prediction), data.classNames[k], data.every);
  }
} else {
  const table = answers.appendChild(document.createElement("table"));
  table.className = "plain";
  const put = (row, tag, text) => (row.appendChild(document.createElement(tag)).textContent = text);
  const head = table.createTHead().insertRow();
  ["label", "yes", "no", "area under ROC"].forEach((text) => put(head, "th", text));
  head.firstChild.className = "text";
  const body = table.createTBody();
  data.classNames.forEach((name, k) => {
    const row = body.insertRow();
    put(row, "td", name);
    row.firstChild.className = "text";
    put(row, "td", data.yes[k].toLocaleString("en"));
    put(row, "td", data.no[k].toLocaleString("en"));
    put(row, "td", data.auroc[k] === null ? "–" : data.auroc[k].toFixed(3));
  });
}
const metric = byId("metric").dataset.name;
for (const move of [createChart(byId("loss"), "loss"), createChart(byId("metric"), metric, metric === "rmse" ? undefined : 1)]) {
  move(data.chosenEpoch);
}
followTheme();
