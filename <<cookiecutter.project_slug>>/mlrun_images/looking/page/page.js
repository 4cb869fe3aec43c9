// The view, which the page's address holds, and the controls that change it.

const USUAL = { filter: "", group: "run", columns: "", sort: "", down: "", size: "", together: "",
  folded: "", fold: [], choose: [], open: "", compare: "", way: "" };
const view = {};
let groups = [], writing;

const foldId = ({ run, name }) => run ? run.id : String(name);
const isFolded = group => Boolean(view.folded) !== view.fold.includes(foldId(group));
const isChosen = image => view.choose.includes(image.id);
const decoded = text => { try { return decodeURIComponent(text); } catch { return text; } };

/** The size of images as it was last set, where the browser keeps that for a page. */
function remembered(size) {
  try {
    if (size) localStorage.setItem("mlrun_images size", size);
    return localStorage.getItem("mlrun_images size") ?? "150";
  } catch { return "150"; }
}

function readAddress() {
  const text = location.hash.slice(1); // names and values; or text to filter by, such as a UID
  const hash = new URLSearchParams(text.includes("=") ? text : { filter: decoded(text) });
  for (const [name, usual] of Object.entries(USUAL)) {
    view[name] = Array.isArray(usual) ? hash.getAll(name) : hash.get(name) ?? usual;
  }
  view.size = Math.min(600, Math.max(80, parseInt(view.size || remembered()) || 150));
  const isReading = document.readyState === "loading"; // what is chosen may still come
  view.choose = view.choose.filter(id => isReading || byId.has(id)).slice(0, 8);
}

function writeAddress() {
  const usual = { ...USUAL, size: remembered() };
  const changed = Object.keys(USUAL).filter(name => String(view[name]) !== String(usual[name]));
  const pairs = changed.flatMap(name => [view[name]].flat().map(text => [name, text]));
  clearTimeout(writing); // browsers refuse hundreds in a row, as a slider makes them
  writing = setTimeout(() => history.replaceState(null, "", `#${new URLSearchParams(pairs)}`), 50);
}

/** Choose a tile; or a group's images of the key that is chosen elsewhere; or not any more. */
function choose(stop) {
  const { tiles = [stop] } = stop, all = tiles.map(shown).filter(Boolean);
  const { key } = (stop.tiles && byId.get(view.choose[0])) ?? all[0] ?? {};
  const kept = view.choose.filter(id => !all.some(image => image.id === id));
  const added = all.filter(image => image.key === key).map(image => image.id);
  const isLess = kept.length < view.choose.length;
  change({ choose: isLess ? kept : [...kept, ...added].slice(0, 8) });
}

function toggleFold(group) {
  const id = foldId(group), others = view.fold.filter(other => other !== id);
  change({ fold: others.length < view.fold.length ? others : [...others, id] });
}

/** A sweep's images as a table of the first two parameters that differ. */
function showSweep(sweep) {
  const own = runs.filter(run => run.head === sweep && run.iteration);
  const differ = name => new Set(own.map(({ parameters }) => parameters[name])).size > 1;
  const names = Object.keys(own[0]?.parameters ?? {}).filter(differ).map(name => `param.${name}`);
  const [columns = "key", group = "key"] = names;
  if (own.length) change({ filter: `run:${sweep.uid}`, group, columns });
}

/** Let tiles be grouped and sorted by each field that one of them has. */
function fillMenus() {
  for (const [name, none] of [["group", "nothing"], ["columns", "nothing"], ["sort", "newest"]]) {
    const options = fieldNames().map(value => make("option", { value }, value));
    part(name).replaceChildren(make("option", { value: "" }, none), ...options);
  }
  part("bound").hidden = !tiles.some(isSeries);
}

function render() {
  const asked = questions(view.filter);
  const found = tiles.filter(tile => asked.every(({ fits }) => fits(tile)));
  const count = found.flatMap(({ images }) => images).length;
  const all = `${images.length} image${images.length === 1 ? "" : "s"}`;
  const chosen = view.choose.length;
  for (const control of document.querySelectorAll(".bar [name]")) {
    control[control.type === "checkbox" ? "checked" : "value"] = view[control.name];
  }
  grid.style.setProperty("--size", `${view.size}px`);
  part("chosen").hidden = !chosen;
  part("choice").textContent = `${chosen} chosen${chosen < 8 ? "" : ", the most there can be"}`;
  part("compare").disabled = chosen < 2;
  part("count").textContent = view.filter.trim() ? `${count} of ${all}` : all;
  const faults = found.length ? [] : asked.map(faultOf);
  part("none").textContent = ["Nothing here fits the filter.", ...faults].join(" ");
  part("none").hidden = found.length || !tiles.length;
  groups = arrange(found, view);
  draw();
}

/** Show another view. */
function change(values) {
  Object.assign(view, values);
  render();
  writeAddress();
}

/** Show what the address says of the records that are there. */
function start() {
  read();
  readAddress();
  fillMenus();
  render();
  show();
}

/** Show another image of the series that is open, or that TAB reaches. */
function inSeries(by) {
  const tile = viewer.open ? opened : current;
  if (!tile?.images?.length) return;
  setStep(tile, tile.at + by);
  if (viewer.open) openTile(tile);
}

const SERIES = { "[": () => inSeries(-1), "]": () => inSeries(1) };
const ANYWHERE = { "/": () => part("filter").select(), c: openChosen,
  x: () => change({ choose: [] }) };
const IN_GRID = { ...ANYWHERE, ...SERIES, " ": () => choose(current),
  t: () => showSweep((current.tiles ? current : current.run).head) };
for (const key of ["Home", "End", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) {
  IN_GRID[key] = () => moveTo(neighbour(key) ?? current);
}
const IN_TEXT = { ArrowLeft: () => goOn(-1), ArrowRight: () => goOn(1) };
const IN_VIEWER = { ...IN_TEXT, ...SERIES,
  "+": () => zoomTo(zoom() * 1.25), "-": () => zoomTo(zoom() / 1.25), 1: () => zoomTo(1),
  0: () => { place = FITTED; drawStages(); },
  ShiftArrowLeft: () => move(-40, 0), ShiftArrowRight: () => move(40, 0),
  ShiftArrowUp: () => move(0, -40), ShiftArrowDown: () => move(0, 40) };
IN_VIEWER["="] = IN_VIEWER["+"];

/** Do what a key means where the focus is. Gives whether it means something. */
function press(key) {
  const isInGrid = document.activeElement.matches(".open, .fold");
  const meanings = viewer.open ? (stages.children.length ? IN_VIEWER : IN_TEXT)
    : isInGrid ? IN_GRID : ANYWHERE;
  if (key in meanings) meanings[key]();
  return key in meanings;
}

document.addEventListener("keydown", event => {
  const { key, target, shiftKey, ctrlKey, metaKey, altKey } = event;
  if (target.id === "filter" && key === "Escape") change({ filter: "" });
  if (ctrlKey || metaKey || altKey || target.matches("select, input:not([type=checkbox])")) return;
  if (press(shiftKey && key.startsWith("Arrow") ? `Shift${key}` : key)) event.preventDefault();
});
document.addEventListener("click", ({ target }) => press(target.dataset.key));
document.querySelector(".bar").addEventListener("input", ({ target }) => {
  const { name, type, value, valueAsNumber, checked } = target;
  if (name === "size") remembered(value);
  if (name === "folded") view.fold = [];
  if (name !== "size") scrollTo(0, 0);
  const text = type === "checkbox" ? checked && "1" || "" : valueAsNumber || value;
  change({ [name]: text });
});
addEventListener("hashchange", start);
document.addEventListener("DOMContentLoaded", () => {
  start();
  setTimeout(() => tiles.forEach(textOf), 300); // before the first key is pressed in the filter
});
start();
