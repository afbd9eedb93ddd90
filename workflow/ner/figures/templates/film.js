const film = JSON.parse(document.getElementById("film").textContent);
const [hand, latent, play, speed, time, now] =
  ["hand", "latent", "play", "speed", "time", "now"].map((name) => document.getElementById(name));

function unpacked(text, width) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const values = new Int16Array(bytes.buffer);
  const at = (trial, bin) => Array.from({length: width},
    (_, axis) => values[(trial * film.bins + bin) * width + axis] / film.steps);
  const trials = values.length / width / film.bins;
  return Array.from({length: trials}, (_, trial) => Array.from({length: film.bins}, (_, bin) => at(trial, bin)));
}

const paths = unpacked(film.paths, 2), latents = unpacked(film.latents, 3);
const averages = unpacked(film.averages.latents, 3);
// Bins that a finished trial stays in view.
const rest = 8, ofTrial = film.bins + rest;
const last = paths.length * ofTrial - 1;
time.max = last;
let {elevation, azimuth} = film.view, at = 0, playing = false, before = null;

function onto(point) {
  const [e, a] = [elevation, azimuth].map((angle) => angle * Math.PI / 180);
  const right = -point[0] * Math.sin(a) + point[1] * Math.cos(a);
  const depth = point[0] * Math.cos(a) + point[1] * Math.sin(a);
  return [right, point[2] * Math.cos(e) - depth * Math.sin(e)];
}

// A square canvas as sharp as the screen, with 0 in its middle and 1 near its edge.
function prepared(canvas) {
  const size = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1));
  if (canvas.width !== size) canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d"), scale = 0.44 * size;
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, size, size);
  pen.lineJoin = pen.lineCap = "round";
  const place = ([x, y]) => [size / 2 + scale * x, size / 2 - scale * y];
  const unit = size / 400;
  return {
    line(points, color, width, opacity) {
      pen.globalAlpha = opacity;
      pen.strokeStyle = color;
      pen.lineWidth = width * unit;
      pen.beginPath();
      points.map(place).forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      pen.stroke();
    },
    dot(point, color) {
      pen.globalAlpha = 1;
      pen.beginPath();
      pen.arc(...place(point), 6 * unit, 0, 2 * Math.PI);
      pen.fillStyle = color;
      pen.fill();
      pen.strokeStyle = "black";
      pen.lineWidth = unit;
      pen.stroke();
    },
    write(text, point, align) {
      pen.globalAlpha = 1;
      pen.fillStyle = "#5b6675";
      pen.font = `${11 * unit}px sans-serif`;
      pen.textAlign = align;
      pen.fillText(text, ...place(point));
    },
  };
}

const turn = Array.from({length: 121}, (_, k) => k * Math.PI / 60);
const circles = [[0, 1], [1, 2], [2, 0]].map(([i, k]) => turn.map((angle) => {
  const point = [0, 0, 0];
  point[i] = Math.cos(angle);
  point[k] = Math.sin(angle);
  return point;
}));
const rim = turn.map((angle) => [Math.cos(angle), Math.sin(angle)]);
const edges = [0, 1, 2].map((axis) => [[-1, -1, -1], [-1, -1, -1].map((low, k) => (k === axis ? 1 : low))]);

function draw() {
  const trial = Math.floor(at / ofTrial), bin = Math.min(at % ofTrial, film.bins - 1);
  const name = film.names[trial], color = film.colors[trial];
  const left = prepared(hand), right = prepared(latent);
  left.line([[-1, 0], [1, 0]], "#c9d1db", 1, 1);
  left.line([[0, -1], [0, 1]], "#c9d1db", 1, 1);
  left.write(film.reach.toFixed(0), [1, -0.06], "right");
  left.write(film.reach.toFixed(0), [0.03, 0.96], "left");
  paths.forEach((path, k) => left.line(path, film.colors[k], 0.6, 0.12));
  left.line(paths[trial].slice(0, bin + 1), color, 2.5, 1);
  left.dot(paths[trial][bin], color);
  if (film.sphere) for (const circle of circles) right.line(circle.map(onto), "#c9d1db", 1, 1);
  if (film.sphere) right.line(rim, "#c9d1db", 1, 1);
  else for (const edge of edges) right.line(edge.map(onto), "#c9d1db", 1, 1);
  averages.forEach((average, k) =>
    right.line(average.map(onto), film.averages.colors[k], 2.5, 0.25));
  right.line(latents[trial].slice(0, bin + 1).map(onto), color, 2.5, 1);
  right.dot(onto(latents[trial][bin]), color);
  time.value = at;
  now.value = `trial ${trial + 1} of ${paths.length}, ${name ? `${name}, ` : ""}${Math.round(1000 * bin * film.binSeconds)} ms`;
}

function step(moment) {
  if (!playing) return;
  if (before === null) before = moment;
  const bins = Math.floor((moment - before) / 1000 * speed.value / film.binSeconds);
  if (bins > 0) {
    before += 1000 * bins * film.binSeconds / speed.value;
    at = (at + bins) % (last + 1);
    draw();
  }
  requestAnimationFrame(step);
}

function set(plays) {
  playing = plays;
  before = null;
  play.textContent = playing ? "Pause" : "Play";
  if (playing) requestAnimationFrame(step);
}

play.addEventListener("click", () => set(!playing));
speed.addEventListener("change", () => { before = null; });
time.addEventListener("input", () => { at = Number(time.value); before = null; draw(); });
latent.addEventListener("pointerdown", (event) => latent.setPointerCapture(event.pointerId));
latent.addEventListener("pointermove", (event) => {
  if (!latent.hasPointerCapture(event.pointerId)) return;
  azimuth -= event.movementX / 2;
  elevation = Math.max(-90, Math.min(90, elevation + event.movementY / 2));
  draw();
});
window.addEventListener("resize", draw);
draw();
set(!window.matchMedia("(prefers-reduced-motion: reduce)").matches);
