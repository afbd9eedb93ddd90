const page = JSON.parse(document.getElementById("embeddings").textContent);
const chosen = Object.fromEntries(
  ["method", "session", "rotation", "trials"].map((name) => [name, document.getElementById(name)]));
const views = ["left", "right"].map((name) => document.getElementById(name));

function lines(session, rotation) {
  const bytes = Uint8Array.from(atob(session.lines[rotation]), (letter) => letter.charCodeAt(0));
  const values = new Int16Array(bytes.buffer);
  return session.directions.map((direction, line) => {
    const at = (bin, axis) => values[(line * session.bins + bin) * 3 + axis] / page.steps;
    const bins = [...Array(session.bins).keys()];
    const xyz = [0, 1, 2].map((axis) => bins.map((bin) => at(bin, axis)));
    return {direction, average: line < session.averages, xyz};
  });
}

function traces(session, rotation, trials) {
  const all = lines(session, rotation);
  const averages = all.filter((line) => line.average);
  const made = [];
  for (const average of trials ? [false, true] : [true]) {
    for (const {direction} of averages) {
      const own = all.filter((line) => line.average === average && line.direction === direction);
      const [x, y, z] = [0, 1, 2].map((axis) => own.flatMap((line) => [...line.xyz[axis], null]));
      made.push({type: "scatter3d", mode: "lines", x, y, z, name: direction, opacity: average ? 1 : 0.35,
        hovertemplate: `${direction}, ${average ? "average" : "single trials"}<extra></extra>`,
        line: {color: page.colors[direction], width: average ? 7 : 1.5}});
    }
  }
  const [x, y, z] = [0, 1, 2].map((axis) => averages.map((line) => line.xyz[axis][0]));
  made.push({type: "scatter3d", mode: "markers", x, y, z, hovertemplate: "first bin<extra></extra>",
    marker: {size: 4.5, color: averages.map((line) => page.colors[line.direction]),
      line: {color: "black", width: 1}}});
  return made;
}

function layout(flat) {
  const axis = {range: [-1, 1], showticklabels: false, title: {text: ""}, showspikes: false, gridcolor: "#e3e7ec",
    zerolinecolor: "#e3e7ec", nticks: 5};
  const scene = {xaxis: axis, yaxis: axis, zaxis: flat ? {...axis, visible: false} : axis, ...seen,
    dragmode: flat ? "pan" : "orbit"};
  return {scene, showlegend: false, margin: {l: 0, r: 0, t: 0, b: 0}};
}

// Without perspective, the scale is the aspect ratio's, which scrolling changes.
function home(flat) {
  const scale = flat ? 1.9 : 1.55;
  const view = flat ? {eye: {x: 0, y: 0, z: 2}, up: {x: 0, y: 1, z: 0}} : {eye: page.eye, up: {x: 0, y: 0, z: 1}};
  return {camera: {...view, projection: {type: "orthographic"}}, aspectmode: "manual",
    aspectratio: {x: scale, y: scale, z: scale}};
}

let seen = null, drawnFlat = null;

function draw() {
  const method = page.methods[chosen.method.value];
  const flat = method.dimensions === 2;
  if (flat !== drawnFlat) [seen, drawnFlat] = [home(flat), flat];
  chosen.trials.disabled = !method.singles;
  const rotation = chosen.rotation.value;
  const shown = [chosen.session.value, page.anchor];
  views.forEach((view, k) => {
    const anchored = k === 1;
    const session = method.sessions[shown[k]];
    const state = anchored ? "the anchor" : page.states[rotation];
    document.getElementById(view.id + "-title").textContent =
      `${method.name}: ${page.recordings[shown[k]]}, ${state}`;
    Plotly.react(view, traces(session, anchored ? "0" : rotation, chosen.trials.checked), layout(flat),
      {displaylogo: false, responsive: true, showSendToCloud: false, plotlyServerURL: "", scrollZoom: true,
        modeBarButtonsToRemove: ["resetCameraLastSave3d"]});
  });
}

function turn(from, to, change) {
  const found = {};
  for (const key of ["camera", "aspectratio"]) {
    const value = change["scene." + key];
    if (!value) continue;
    seen = {...seen, [key]: value};
    if (JSON.stringify(to.layout.scene[key]) !== JSON.stringify(value)) found["scene." + key] = value;
  }
  if (Object.keys(found).length) Plotly.relayout(to, found);
}

for (const control of Object.values(chosen)) control.addEventListener("change", draw);
draw();
views.forEach((view, k) => {
  for (const event of ["plotly_relayout", "plotly_relayouting"])
    view.on(event, (change) => turn(view, views[1 - k], change));
});
