// The payload, and how its arrays are unpacked.
const ARRAYS = { int32: Int32Array, float32: Float32Array, uint8: Uint8Array, uint16: Uint16Array };

const unpack = ({ type, data }) => {
  const text = atob(data);
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  return new ARRAYS[type](bytes.buffer);
};

const data = JSON.parse(document.getElementById("payload").textContent);

const classColour = (c) => {
  if (c < 0) return "#9aa0a6";
  return c < data.palette.length ? data.palette[c] : `hsl(${(c * 137.5) % 360} 60% 55%)`;
};
