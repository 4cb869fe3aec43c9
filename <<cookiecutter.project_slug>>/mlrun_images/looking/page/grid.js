// The grid: groups with a heading and tiles, drawn as far down as one has scrolled.

const STOPS = ".open, .fold"; // the buttons of tiles and of headings
const grid = part("grid"), boxes = new Map(); // elements of tiles, and of groups by their names
let groups = [], rest; // what is shown, and what draws a tile of it a step
let current = make("button"); // the one that TAB reaches
let isFar = false; // whether what is drawn is far from what is seen: its pictures come later

/** Draw anew, down to where one has scrolled. What has the focus keeps it, if it is still there. */
function draw() {
  const focused = document.activeElement, isFocused = grid.contains(focused);
  grid.style.minHeight = `${grid.offsetHeight}px`; // or it would be scrolled up
  grid.replaceChildren();
  rest = view.columns ? drawTable() : drawGroups();
  drawMore();
  grid.style.minHeight = "";
  boxes.forEach((box, stop) => box.isConnected || boxes.delete(stop)); // they take memory
  if (!current.isConnected) setCurrent(grid.querySelector(STOPS) ?? current);
  if (isFocused) (focused.isConnected ? focused : current).focus({ preventScroll: true });
}

/** Draw to 3/4 of a screen below what is seen; after each ten steps it looks how far it is. */
function drawMore() {
  const bottom = () => grid.lastElementChild?.getBoundingClientRect().bottom ?? 0;
  while (bottom() < 1.75 * innerHeight) {
    for (let step = 0; step < 10; step++) if (rest.next().done) return;
  }
}

/** Draw all, or as far as to a tile. Gives the tile's button, if it is there. */
function drawTo(tile = null) {
  isFar = true;
  while (!boxes.has(tile) && !rest.next().done);
  isFar = false;
  return boxes.get(tile)?.firstElementChild;
}

function* drawGroups() {
  for (const group of groups) {
    const tiles = make("div", { className: "tiles" });
    grid.append(make("section", {}, view.group && headingBox(group), tiles));
    for (const tile of isFolded(group) ? [] : group.tiles) {
      tiles.append(tileBox(tile));
      yield;
    }
    yield;
  }
}

const header = (role, text) => make("th", { role }, text);
const row = (name, cells) => make("tr", {}, header(name && "rowheader", name), ...cells);

/** A row for each group, with a tile for each value of another field. On top are these values. */
function* drawTable() {
  const valueOf = ({ fields }) => fields[view.columns], table = make("table");
  const columns = [...new Set(groups.flatMap(({ tiles }) => tiles.map(valueOf)))].sort(compare);
  grid.append(table);
  table.append(row("", columns.map(value => header("columnheader", title(view.columns, value)))));
  for (const group of groups) {
    const found = Map.groupBy(group.tiles, valueOf);
    const cells = columns.map(value => found.get(value) ?? []).map(([tile, ...others]) =>
      make("td", {}, tile && tileBox(tile), others.length && `and ${others.length} more`));
    table.append(row(headingText(group), cells));
    yield;
  }
}

/** The element of a tile or group, which stays the same while it is there, with its facts. */
function boxOf(stop, template, facts) {
  if (!boxes.has(stop)) boxes.set(stop, copyOf(template));
  return fill(boxes.get(stop), facts);
}

function headingText({ name: run }) {
  if (view.group !== "run") return title(view.group, run);
  const inputs = run.inputs.map(([name, url]) => `${name} ← ${url}`);
  return [nameOf(run), ...pairs(run.parameters), run.start, ...inputs].filter(Boolean).join("  ");
}

function headingBox(group) {
  const { name, tiles } = group, { state, swept, left_out: more } = name?.uid ? name : {};
  const text = headingText(group), isOpen = !isFolded(group), all = tiles.filter(hasImage);
  const box = boxOf(name, "heading", { text, sign: isOpen ? "▾ " : "▸ ",
    state: state && [stateElement(name), " "], more: more && `${more} more not shown` });
  const [chooser, fold, sweep] = box.children;
  Object.assign(chooser, { hidden: !all.length, checked: all.some(isChosen),
    ariaLabel: `Choose the image of ${text}`, onclick: () => choose(group) });
  Object.assign(fold, { title: text, ariaExpanded: isOpen, stop: group,
    onclick: () => change({ fold: toggled(view.fold, foldId(group)) }) });
  Object.assign(sweep, { hidden: !swept, onclick: () => showSweep(name) });
  return box;
}

/** A tile's element: the image that it has come to, or what its run has to say. */
function tileBox(tile) {
  const { images: { length }, at } = tile, image = shown(tile);
  const { key, caption = key, fault } = image, [width, height] = image.shown ?? [1, 1];
  const box = boxOf(tile, length ? "tile" : "text", factsOf(tile));
  const [button, chooser, slider] = box.children, [frame] = button.children;
  box.style.setProperty("--ratio", width / height);
  Object.assign(button, { stop: tile, title: caption ?? "", onclick: () => openTile(tile) });
  if (!length) return box;
  const picture = frame.querySelector("img") ?? make("img", { alt: "" });
  frame.replaceChildren(image.shown ? fillPicture(picture, image) : `no preview: ${fault}`);
  Object.assign(chooser, { checked: isChosen(tile), ariaLabel: `Choose ${key}`,
    onclick: () => choose(tile) });
  Object.assign(slider, { max: length - 1, value: at, ariaLabel: `Step of ${tile.fields.key}`,
    oninput: () => setStep(tile, slider.valueAsNumber) });
  return box;
}

function fillPicture(picture, image) {
  const { labels, bytes, shown: [width, height], classes = "" } = image;
  const scale = view.size * Math.min(1 / height, 3 / width);
  const isLarge = labels.width > width && scale > 1.5 && bytes < 2e7;
  const className = scale * height > 2 * labels.height ? `${classes} pixels` : classes;
  if (!isFar) load(picture, image, isLarge);
  return Object.assign(picture, { width, height, className });
}

/** Show an image's thumbnail, and instead its file, if that is wanted, as soon as it is loaded. */
function load(picture, image, isFileWanted) {
  const source = part(`thumbnail-${image.number}`), file = new Image();
  if (source && picture.image !== image) picture.src = source.textContent;
  if (source) picture.image = image; // else the browser has not read so far
  file.onload = () => { if (picture.image === image) picture.src = file.src; };
  if (isFileWanted && image.link && !isPage(image)) file.src = image.link;
  return file;
}

/** Show another image of a series; or in each series that of the same step or the last before. */
function setStep(tile, at) {
  showStep(tile, Math.max(0, Math.min(at, tile.images.length - 1)));
  const { step } = shown(tile).labels;
  for (const other of tiles.filter(isSeries)) {
    const last = other.images.findLastIndex(({ labels }) => labels.step - step <= 0);
    if (view.together && other !== tile) showStep(other, Math.max(0, last));
    if (boxes.has(other)) tileBox(other);
  }
}

/** Have TAB reach a button. */
function setCurrent(button) {
  current.tabIndex = -1;
  current = button;
  current.tabIndex = 0;
}

function moveTo(button) {
  if (button.stop?.images) tileBox(button.stop); // it may have been far
  button.focus({ preventScroll: true });
  button.scrollIntoView({ block: "nearest" });
}

/** Move as a key says: to the tile or heading before or behind, or the next above or below. */
function move(key) {
  if (key === "End") drawTo();
  const all = [...grid.querySelectorAll(STOPS)], at = all.indexOf(current);
  const from = current.getBoundingClientRect(), way = { ArrowUp: -1, ArrowDown: 1 }[key];
  const away = button => {
    const { x, y } = button.getBoundingClientRect(), down = way * (y - from.y);
    return down > 0 ? 1e6 * down + Math.abs(x - from.x) : Infinity;
  };
  const nearer = (best, button) => away(button) < away(best) ? button : best;
  const next = { Home: 0, ArrowLeft: Math.max(0, at - 1), ArrowRight: at + 1 }[key] ?? -1;
  moveTo(way ? all.reduce(nearer, current) : all.at(next) ?? current);
}

grid.addEventListener("focusin", ({ target }) => target.matches(STOPS) && setCurrent(target));
grid.addEventListener("contentvisibilityautostatechange", ({ target, skipped }) => {
  const picture = target.querySelector("img");
  if (!picture) return;
  if (!skipped) return fillPicture(picture, shown(target.firstElementChild.stop));
  picture.removeAttribute("src"); // which takes memory
  picture.image = undefined;
});
for (const event of ["scroll", "resize"]) addEventListener(event, drawMore, { passive: true });
