// What follows from a graph's payload: neighbours, degrees, receptive fields.
const SPLITS = ["none", "train", "val", "test"];

for (const name of ["edges", "position", "label", "split", "embedding", "prediction", "finalPrediction", "confidence"]) {
  data[name] = unpack(data[name]);
}
const count = data.label.length;
const numEdges = data.edges.length / 2;
const source = data.edges.subarray(0, numEdges);
const target = data.edges.subarray(numEdges);

// The sources of each node's incoming edges, as a compressed list: what a node hears of in one layer.
const incoming = (() => {
  const start = new Int32Array(count + 1);
  for (let k = 0; k < numEdges; k++) start[target[k] + 1]++;
  for (let i = 0; i < count; i++) start[i + 1] += start[i];
  const next = start.slice(0, count);
  const from = new Int32Array(numEdges);
  for (let k = 0; k < numEdges; k++) from[next[target[k]]++] = source[k];
  return { start, from };
})();

// For each node how many layers away its features reach `centre` (0..hops), or -1.
const receptiveField = (centre, hops) => {
  const hop = new Int8Array(count).fill(-1);
  hop[centre] = 0;
  let ring = [centre];
  const sizes = [];
  for (let h = 1; h <= hops; h++) {
    const next = [];
    for (const i of ring) {
      for (let k = incoming.start[i]; k < incoming.start[i + 1]; k++) {
        const j = incoming.from[k];
        if (hop[j] < 0) {
          hop[j] = h;
          next.push(j);
        }
      }
    }
    sizes.push(next.length);
    ring = next;
  }
  return { hop, sizes };
};

const className = (c) => (c < 0 ? "unknown" : data.classNames[c] ?? `class ${c}`);
const nodeName = (i) => (data.nodeNames ? data.nodeNames[i] : `node ${i}`);
const degreeOf = (i) => incoming.start[i + 1] - incoming.start[i];
