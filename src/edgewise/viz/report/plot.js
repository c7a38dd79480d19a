// One canvas of nodes: the graph, or the embedding. It draws what `state` says and knows which node is where.
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const PADDING = 26;

const createPlot = (canvas, { edges }) => {
  const context = canvas.getContext("2d");
  const layer = document.createElement("canvas"); // edges, drawn once for each size and theme
  const screen = new Float32Array(2 * count);
  let side = 0;
  let cells = null;

  const resize = () => {
    const box = canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    side = box.width;
    for (const surface of [canvas, layer]) {
      surface.width = Math.max(1, Math.round(side * ratio));
      surface.height = surface.width;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
  };

  // Fits points [2 * count] between `low` and `high` into the square, keeping proportions.
  const place = (points, low, high) => {
    const span = Math.max(high[0] - low[0], high[1] - low[1], 1e-9);
    const scale = (side - 2 * PADDING) / span;
    const left = (side - scale * (high[0] - low[0])) / 2;
    const top = (side - scale * (high[1] - low[1])) / 2;
    for (let i = 0; i < count; i++) {
      screen[2 * i] = left + scale * (points[2 * i] - low[0]);
      screen[2 * i + 1] = side - top - scale * (points[2 * i + 1] - low[1]);
    }
    cells = null;
  };

  const strokeEdges = (surface, wanted) => {
    surface.beginPath();
    for (let k = 0; k < numEdges; k++) {
      const [a, b] = [source[k], target[k]];
      if (wanted(a, b)) {
        surface.moveTo(screen[2 * a], screen[2 * a + 1]);
        surface.lineTo(screen[2 * b], screen[2 * b + 1]);
      }
    }
    surface.stroke();
  };

  const drawEdgeLayer = () => {
    if (!edges) return;
    const ratio = window.devicePixelRatio || 1;
    const surface = layer.getContext("2d");
    surface.setTransform(ratio, 0, 0, ratio, 0, 0);
    surface.clearRect(0, 0, side, side);
    surface.strokeStyle = css("--edge");
    surface.lineWidth = numEdges > 2000 ? 0.5 : 1.1;
    const seen = new Set();
    strokeEdges(surface, (a, b) => {
      const key = a < b ? a * count + b : b * count + a; // both directions are one line
      return a !== b && !seen.has(key) && seen.add(key);
    });
  };

  const radius = () => (count <= 100 ? 7.5 : Math.max(1.6, Math.min(5, 150 / Math.sqrt(count))));

  // Training nodes last: there are few of them, and they should not hide.
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => (data.split[a] === 1) - (data.split[b] === 1));

  const shape = (i, r) => {
    const [x, y] = [screen[2 * i], screen[2 * i + 1]];
    if (data.split[i] === 1) context.rect(x - r, y - r, 2 * r, 2 * r);
    else context.arc(x, y, r, 0, 2 * Math.PI);
  };

  const drawNode = (i, fill, { ring = null, grow = 1, faint = false }) => {
    const r = radius() * grow;
    context.globalAlpha = faint ? 0.14 : 1;
    context.beginPath();
    shape(i, r);
    context.fillStyle = fill;
    context.fill();
    if (ring || data.split[i] === 1 || count <= 400) {
      context.lineWidth = ring ? 2.4 : data.split[i] === 1 ? 1.6 : 1;
      context.strokeStyle = ring ?? (data.split[i] === 1 ? css("--ring") : css("--halo"));
      context.stroke();
    }
    context.globalAlpha = 1;
  };

  const draw = (state) => {
    context.clearRect(0, 0, side, side);
    const lit = state.field;
    if (edges) {
      context.globalAlpha = lit ? 0.25 : 1;
      context.drawImage(layer, 0, 0, side, side);
      context.globalAlpha = 1;
    }
    if (lit) {
      context.strokeStyle = css("--accent");
      context.lineWidth = count > 400 ? 0.7 : 1.6;
      strokeEdges(context, (a, b) => lit.hop[b] >= 0 && lit.hop[b] < state.rings && lit.hop[a] === lit.hop[b] + 1);
    }
    const style = { ring: css("--ring") };
    for (const i of order) {
      const reached = lit && lit.hop[i] >= 0 && lit.hop[i] <= state.rings;
      const ring = state.colouring === "mistakes" && state.isMistake(i) ? style.ring : null;
      if (!reached) drawNode(i, state.fill(i), { ring, faint: lit !== null });
    }
    if (lit) {
      for (let h = state.rings; h >= 0; h--) {
        for (let i = 0; i < count; i++) {
          if (lit.hop[i] === h) drawNode(i, state.fill(i), { ring: css("--accent"), grow: 1.55 - 0.17 * h });
        }
      }
    }
    for (const i of [state.focus, state.hover]) {
      if (i >= 0) drawNode(i, state.fill(i), { ring: style.ring, grow: 1.5 });
    }
  };

  // Which cell of a coarse grid holds which nodes: a pointer asks only its own neighbourhood.
  const CELL = 24;
  const cellOf = (x, y) => `${Math.floor(x / CELL)},${Math.floor(y / CELL)}`;
  const buildCells = () => {
    cells = new Map();
    for (let i = 0; i < count; i++) {
      const key = cellOf(screen[2 * i], screen[2 * i + 1]);
      if (!cells.has(key)) cells.set(key, []);
      cells.get(key).push(i);
    }
  };

  const nodeAt = (x, y) => {
    if (!cells) buildCells();
    let best = -1;
    let nearest = (radius() + 6) ** 2;
    for (const dx of [-CELL, 0, CELL]) {
      for (const dy of [-CELL, 0, CELL]) {
        for (const i of cells.get(cellOf(x + dx, y + dy)) ?? []) {
          const distance = (screen[2 * i] - x) ** 2 + (screen[2 * i + 1] - y) ** 2;
          if (distance < nearest) [best, nearest] = [i, distance];
        }
      }
    }
    return best;
  };

  // The nearest node in a direction, for the arrow keys.
  const towards = (from, [dx, dy]) => {
    let best = from;
    let lowest = Infinity;
    for (let i = 0; i < count; i++) {
      const x = screen[2 * i] - screen[2 * from];
      const y = screen[2 * i + 1] - screen[2 * from + 1];
      const along = x * dx + y * dy;
      const cost = along + 2.5 * Math.abs(x * dy - y * dx);
      if (i !== from && along > 0.5 && cost < lowest) [best, lowest] = [i, cost];
    }
    return best;
  };

  const locate = (i) => [screen[2 * i], screen[2 * i + 1]];
  return { canvas, resize, place, drawEdgeLayer, draw, nodeAt, towards, locate };
};
