// The view, which the page's address holds, and the controls that change it.

const USUAL = { filter: "", group: "run", columns: "", sort: "", down: "", size: "", together: "", folded: "", fold: [],
  choose: [], open: "", compare: "", way: "" };
const view = {}, main = document.querySelector("main");
let groups = [], writing, known;

const foldId = ({ run, name }) => run ? run.id : String(name);
const isFolded = group => Boolean(view.folded) !== view.fold.includes(foldId(group));
const isChosen = image => view.choose.includes(image.id);
const sequence = () => groups.flatMap(group => group.tiles);

/** The size of images as it was last set, where the browser keeps that for a page. */
function remembered(size) {
  try {
    if (size) localStorage.setItem("mlrun_images size", size);
    return localStorage.getItem("mlrun_images size") ?? "150";
  } catch { return "150"; }
}

function readAddress() {
  const text = location.hash.slice(1); // names and values; or text to filter by, such as a run's UID
  const hash = new URLSearchParams(text && !text.includes("=") ? { filter: decoded(text) } : text);
  known = location.hash;
  for (const [name, usual] of Object.entries(USUAL)) {
    view[name] = Array.isArray(usual) ? hash.getAll(name) : hash.get(name) ?? usual;
  }
  view.size = Math.min(600, Math.max(80, parseInt(view.size || remembered()) || 150));
  const isReading = document.readyState === "loading"; // its image may still come
  view.choose = view.choose.filter(id => isReading || byId.has(id)).slice(0, 8);
}

function writeAddress() {
  const hash = new URLSearchParams(), usual = { ...USUAL, size: remembered() };
  for (const name in USUAL) {
    if (String(view[name]) !== String(usual[name])) for (const text of [view[name]].flat()) hash.append(name, text);
  }
  clearTimeout(writing); // browsers refuse hundreds in a row, as a slider makes them
  writing = setTimeout(() => {
    if (location.hash === known) history.replaceState(null, "", `#${hash}`); // else a new one is about to be read
    known = location.hash;
  }, 50);
}

function render() {
  const found = matching(view.filter), all = `${images.length} image${images.length === 1 ? "" : "s"}`;
  groups = arrange(found, view);
  layOut(groups);
  const count = found.reduce((sum, tile) => sum + tile.images.length, 0);
  part("count").textContent = view.filter.trim() ? `${count} of ${all}` : all;
  part("none").hidden = found.length || !tiles.length;
  writeAddress();
}

function markChosen() {
  for (const box of grid.querySelectorAll(".choose")) box.checked = isChosen(shown(box.parentElement.tile));
  for (const box of grid.querySelectorAll("h2 > input")) box.checked = box.group.tiles.some(tile => tile.images.some(isChosen));
  part("chosen").hidden = !view.choose.length;
  part("choice").textContent = `${view.choose.length} chosen${view.choose.length < 8 ? "" : ", the most there can be"}`;
  part("compare").disabled = view.choose.length < 2;
}

/** Choose a tile, or of a group the images of the key that is chosen elsewhere, or of its first; or not any more. */
function choose(of) {
  const all = (of.tiles ?? [of]).map(shown).filter(Boolean), key = of.tiles && (byId.get(view.choose[0]) ?? all[0])?.key;
  const kept = view.choose.filter(id => !all.some(image => image.id === id));
  const added = all.filter(image => !key || image.key === key).map(image => image.id);
  view.choose = kept.length < view.choose.length ? kept : [...kept, ...added].slice(0, 8);
  markChosen();
  writeAddress();
}

function toggleFold(group) {
  const id = foldId(group);
  view.fold = view.fold.includes(id) ? view.fold.filter(other => other !== id) : [...view.fold, id];
  render();
}

/** A sweep's images as a table of the first two parameters that differ. */
function showSweep(sweep) {
  if (!sweep?.swept) return;
  const own = runs.filter(run => run.head === sweep && run.iteration);
  const differ = name => new Set(own.map(({ parameters }) => parameters[name])).size > 1;
  const [columns = "key", group = "key"] = Object.keys(own[0].parameters).filter(differ).map(name => `param.${name}`);
  Object.assign(view, { filter: `run:${sweep.uid}`, group, columns });
  fillControls();
  render();
}

function fillControls() {
  const none = { group: "nothing", columns: "nothing", sort: "newest" }, all = new Set();
  for (const tile of tiles) for (const name in fieldsOf(tile)) if (value(tile, name) !== undefined) all.add(name);
  for (const control of document.querySelectorAll(".bar [name]")) {
    const { name, type } = control, option = value => make("option", { value }, value || none[name]);
    if (name in none) control.replaceChildren(...["", ...all].map(option));
    if (type === "checkbox") control.checked = view[name];
    else control.value = view[name];
  }
  part("bound").hidden = !hasSeries();
}

/** Show what the address says of the records that are there. */
function start() {
  read();
  for (const tile of tiles) tile.measured = undefined; // its thumbnail may have come since
  readAddress();
  main.style.setProperty("--size", `${view.size}px`);
  fillControls();
  render();
  const image = byId.get(view.open), isOpen = ({ run, images }) => !images.length && `${run.id}/` === view.open;
  const tile = tileOf.get(image) ?? tiles.find(isOpen);
  if (image) tile.at = tile.images.indexOf(image);
  if (view.compare) openChosen();
  else if (tile) openTile(tile);
  else viewer.close();
}

document.querySelector(".bar").addEventListener("input", ({ target: { name, type, value, checked } }) => {
  view[name] = type === "checkbox" ? (checked ? "1" : "") : type === "range" ? Number(value) : value;
  if (name === "size") main.style.setProperty("--size", `${remembered(value)}px`);
  if (name === "folded") view.fold = [];
  render();
});
part("compare").addEventListener("click", openChosen);
part("clear").addEventListener("click", () => { view.choose = []; markChosen(); writeAddress(); });
document.addEventListener("keydown", event => {
  const filter = document.querySelector("[name=filter]"), typing = event.target === filter;
  if (event.ctrlKey || event.metaKey || event.altKey || viewer.open) return;
  if (event.key === "/" && !typing) event.preventDefault(), filter.select();
  if (event.key === "Escape" && typing) filter.value = view.filter = "", render();
  if (event.key === "c" && !typing) openChosen();
});
addEventListener("hashchange", start);
addEventListener("resize", () => layOut(groups));
document.addEventListener("DOMContentLoaded", () => {
  start();
  setTimeout(() => tiles.forEach(textOf), 300); // before the first key is pressed in the filter
});
start();
