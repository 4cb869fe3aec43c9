// The grid: lines of known height, of which those near the screen are elements of the page. A line holds parts
// side by side: headings with their tiles, or rows of tiles, or the cells of a table's row.

const GAP = 8, BETWEEN = 24, HEADING = 32, CAPTION = 42, SLIDER = 24; // pixels
const NARROW = 96, NARROW_GROUP = 190, ROW_HEAD = 150; // pixels, at least
const MARKS = { completed: "✓", error: "✕", aborted: "■" };
const part = name => document.getElementById(name), grid = part("grid"), drawn = new Set(); // lines in the page
let lines = [], rows = [], current; // rows of stops, which are headings and tiles; the stop that TAB reaches

/** An element with properties; text among its children is text. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter(child => child));
  return element;
}

/** Show an image's thumbnail; where it is drawn much larger, the file itself as soon as it is there. */
function load(picture, image, width = 0) {
  const source = part(`thumbnail-${image.number}`), file = new Image();
  if (source) picture.src = source.textContent; // else the browser has not read so far
  if (width > 1.5 * image.shown[0] && image.labels.width > image.shown[0] && image.bytes < 2e7) {
    file.onload = () => { picture.src = file.src; };
    file.src = image.link ?? "";
  }
}

/** A tile's width and its picture's size. It is kept: a filter lays out ten thousand at each key press. */
function measure(tile, room) {
  const { size, sort } = view, image = shown(tile), kept = tile.measured, [width, height] = image?.shown ?? [size, size];
  if (kept && kept.image === image && kept.size === size && kept.room === room && kept.sort === sort) return kept;
  const scale = Math.min(size / height, Math.min(room, 3 * size) / width);
  const picture = image && [width, height].map(side => Math.max(1, Math.round(side * scale)));
  const wide = image ? Math.max(NARROW, picture[0]) : Math.min(room, Math.max(240, size * 1.6));
  return tile.measured = { tile, image, size, room, sort, picture, width: wide };
}

const widthOf = (parts, gap) => parts.reduce((sum, { width }) => sum + width + gap, -gap);

/** Groups as lines: small ones side by side, others each with a heading and rows of even height. */
function flow(groups, room) {
  const found = [];
  for (const group of groups) {
    const measured = isFolded(group) ? [] : group.tiles.map(tile => measure(tile, room)), total = widthOf(measured, GAP);
    const width = Math.min(room, Math.max(NARROW_GROUP, total)), last = found.at(-1);
    if (view.group && total <= room) {
      const fits = last?.isShared && widthOf(last.parts, BETWEEN) + BETWEEN + width <= room;
      if (!fits) found.push({ parts: [], isShared: true });
      found.at(-1).parts.push({ group, measured, width });
      continue;
    }
    if (view.group) found.push({ parts: [{ group, measured: [], width: room }] });
    for (let from = 0, to = 0, sum = 0; from < measured.length; from = to, sum = 0) {
      do sum += measured[to++].width + GAP; while (to < measured.length && sum + measured[to].width <= room);
      found.push({ parts: [{ measured: measured.slice(from, to), width: room }] });
    }
  }
  return found;
}

/** A row for each group, a column for each value of another field. */
function table(groups) {
  const cells = groups.map(({ tiles }) => Map.groupBy(tiles, tile => value(tile, view.columns)));
  const columns = [...new Set(cells.flatMap(row => [...row.keys()]))].sort(compare);
  const found = groups.map((group, at) => [{ title: headingText(group), measured: [] }, ...columns.map(column => {
    const [tile, ...others] = cells[at].get(column) ?? [], more = others.length && `and ${others.length} more`;
    return { measured: tile ? [measure(tile, Infinity)] : [], more };
  })]);
  found.unshift(["", ...columns.map(name => title(view.columns, name))].map(title => ({ title, measured: [] })));
  for (const at of found[0].keys()) {
    const width = Math.max(at ? NARROW : ROW_HEAD, ...found.map(row => widthOf(row[at].measured, 0)));
    for (const row of found) row[at].width = width;
  }
  grid.style.minWidth = `${widthOf(found[0], BETWEEN)}px`;
  return found.map(parts => ({ parts, isRow: true }));
}

/** Lay groups out anew. The stop that TAB reaches stays, where it is still there. */
function layOut(groups) {
  const was = current, isFocused = grid.contains(document.activeElement), slider = hasSeries() ? SLIDER : 0;
  const gone = [...drawn];
  drawn.clear();
  if (was?.element) was.element.tabIndex = -1;
  grid.style.minWidth = "";
  grid.role = view.columns ? "table" : null;
  lines = view.columns ? table(groups) : flow(groups, grid.clientWidth);
  rows = [];
  let top = 0;
  for (const line of lines) {
    const [headings, pictures] = stopsOf(line), tall = pictures.length && view.size + CAPTION + slider;
    if (headings.length) rows.push(headings);
    if (pictures.length) rows.push(pictures);
    line.top = top;
    line.height = GAP + (headings.length || !tall ? HEADING : 0) + tall + (line.isRow ? GAP : 0);
    top += line.height;
  }
  grid.style.height = `${top}px`;
  current = rows.flat().find(({ tile, group }) => tile ? tile === was?.tile : group.name === was?.group?.name) ?? rows[0]?.[0];
  draw();
  for (const line of gone) drop(line);
  if (isFocused && current) moveTo(current);
}

/** Where arrow keys stop in a line: its headings, which are parts, and its tiles. */
function stopsOf(line) {
  let left = 0;
  for (const part of line.parts) {
    part.line = line;
    part.x = left;
    for (let at = 0, x = left; at < part.measured.length; x += part.measured[at++].width + GAP) {
      part.measured[at].line = line;
      part.measured[at].x = x;
    }
    left += part.width + BETWEEN;
  }
  return [line.parts.filter(({ group }) => group), line.parts.flatMap(({ measured }) => measured)];
}

/** Let go of a line's elements, but for those of tiles that another line has taken. */
function drop({ element, parts }) {
  element.remove();
  for (const { measured } of parts) for (const one of measured) if (!drawn.has(one.line)) one.box = undefined;
}

/** Make elements of the lines near the screen, and of the one that TAB reaches. */
function draw() {
  const from = -grid.getBoundingClientRect().top - innerHeight / 2, to = from + 2 * innerHeight;
  const wanted = lines.filter(line => line === current?.line || (line.top < to && line.top + line.height > from));
  for (const line of drawn.difference(new Set(wanted))) drawn.delete(line), drop(line);
  let before = null;
  for (const line of wanted.reverse()) {
    if (!drawn.has(line)) grid.insertBefore(line.element = lineElement(line), before);
    drawn.add(line);
    before = line.element;
  }
  if (current) current.element.tabIndex = 0;
  markChosen();
}

function lineElement({ parts, top, isRow }) {
  const element = make("div", { className: "line", role: isRow ? "row" : null }, ...parts.map(part => {
    const { group, title, measured, width, more } = part, tiles = measured.map(tileElement);
    const role = !isRow ? null : !title ? "cell" : top ? "rowheader" : "columnheader";
    const element = make("div", { className: "part", role }, title, group && headingElement(part),
      tiles.length && make("div", { className: "tiles" }, ...tiles), more && make("small", {}, more));
    element.style.width = `${width}px`;
    return element;
  }));
  element.style.top = `${top}px`;
  return element;
}

const title = (field, value) => `${field.replace(/^\w+\./, "")} = ${value ?? "–"}`;

function headingText({ name, run }) {
  if (!run) return title(view.group, name);
  const inputs = run.inputs.map(([name, url]) => `${name} ← ${url}`);
  return [nameOf(run), ...pairs(run.parameters), run.start, ...inputs].filter(Boolean).join("  ");
}

/** A run's state: its mark, and but for `completed`, which is the rule, its name for the eye too. */
function stateElement({ state = "" }) {
  const name = make("span", { className: state === "completed" ? "unseen" : "" }, ` ${state}`);
  return make("span", { className: `state ${state}` }, MARKS[state] ?? "●", name);
}

function headingElement(stop) {
  const { group, group: { run, tiles } } = stop, text = headingText(group), folded = isFolded(group), tabIndex = -1;
  const box = { type: "checkbox", tabIndex, group, ariaLabel: `Choose the image of ${text}`, onclick: () => choose(group) };
  const sweep = { tabIndex, title: "As a table ( t )", onclick: () => showSweep(run) };
  const fold = { className: "fold", tabIndex, stop, title: text, ariaExpanded: String(!folded), onclick: () => toggleFold(group) };
  stop.element = make("button", fold, folded ? "▸ " : "▾ ", run?.state && stateElement(run), " ", text);
  return make("h2", {}, tiles.some(shown) && make("input", box), stop.element, run?.swept && make("button", sweep, "table"),
    run?.left_out && make("small", {}, `${run.left_out} more not shown`));
}

function tileElement(stop) {
  if (stop.box) return stop.box; // of a line that was laid out before
  const { tile, width, picture } = stop, image = shown(tile), tabIndex = -1, max = tile.images.length - 1;
  const content = image ? pictureContent(tile, picture) : textContent(tile);
  stop.element = make("button", { className: "open", tabIndex, stop, onclick: () => openTile(tile) }, ...content);
  const box = { type: "checkbox", className: "choose", tabIndex, ariaLabel: `Choose ${image?.key}`, onclick: () => choose(tile) };
  const range = { type: "range", className: "step", tabIndex, max, ariaLabel: `Step of ${image?.labels.series}`,
    oninput: ({ target }) => setStep(tile, Number(target.value)) };
  const element = make("div", { className: image ? "tile" : "tile text", tile }, stop.element,
    image && make("input", box), max > 0 && make("input", { ...range, value: tile.at }));
  element.style.width = `${width}px`;
  return stop.box = element;
}

function pictureContent(tile, [width, height]) {
  const { key, fault, shown: size, labels, classes = "" } = shown(tile), large = height > 2 * (labels.height ?? height);
  const picture = make("img", { alt: "", width, height, className: large ? `${classes} pixels` : classes });
  if (size) load(picture, shown(tile), width);
  return [make("span", { className: "frame" }, size ? picture : make("small", {}, `no preview: ${fault}`)),
    make("span", { className: "key", title: key }, labels.series ?? key), make("span", { className: "detail" }, detail(tile))];
}

/** What stands under an image: what it is sorted by, else what is its own. */
function detail(tile) {
  const { run, run: { iteration, head } } = tile, { labels: { step, width, height, format }, type } = shown(tile);
  if (view.sort && value(tile, view.sort)) return title(view.sort, value(tile, view.sort));
  if (step) return `step ${step}`;
  const swept = pairs(run.parameters).filter(pair => !pairs(head.parameters).includes(pair));
  return (iteration ? [`#${iteration}`, ...swept] : [width && `${width} × ${height}`, format ?? type]).filter(Boolean).join(" ");
}

function textContent({ run }) {
  const span = className => line => make("span", { className }, line);
  const found = [...Object.entries(run.results), ...run.files.map(([key, , name]) => [key, name])];
  const number = run.iteration && ` #${run.iteration} ${pairs(run.parameters).join(" ")}`;
  return [make("span", {}, stateElement(run), number), ...run.faults.map(span("fault")),
    ...found.map(pair => pair.join(": ")).map(span("")), run.log && make("code", {}, run.log)];
}

/** Show another image of a series, or in all series the one of this step or the last before it. */
function setStep(tile, at) {
  tile.at = Math.max(0, Math.min(at, tile.images.length - 1));
  const step = shown(tile)?.labels.step, until = ({ images }) => images.findLastIndex(({ labels }) => labels.step - step <= 0);
  for (const other of view.together ? tiles : []) if (other.images.length > 1) other.at = Math.max(0, until(other));
  for (const element of grid.querySelectorAll(".tile:has(.step)")) {
    const picture = element.querySelector("img");
    if (picture) load(picture, shown(element.tile));
    element.querySelector(".detail").textContent = detail(element.tile);
    element.querySelector(".step").value = element.tile.at;
  }
  markChosen();
}

function setCurrent(stop) {
  if (current?.element) current.element.tabIndex = -1;
  current = stop;
  draw();
}

function moveTo(stop) {
  setCurrent(stop);
  stop.element.focus({ preventScroll: true });
  stop.element.scrollIntoView({ block: "nearest" });
}

/** The stop that a key leads to: left and right among its kind, up and down among rows. */
function neighbour(key) {
  const at = rows.findIndex(row => row.includes(current)), distance = ({ x }) => Math.abs(x - current.x);
  const row = rows[at + { ArrowUp: -1, ArrowDown: 1 }[key]];
  if (row) return row.reduce((best, stop) => distance(stop) < distance(best) ? stop : best);
  const same = rows.flat().filter(({ tile }) => Boolean(tile) === Boolean(current.tile)), place = same.indexOf(current);
  return same[{ Home: 0, End: same.length - 1, ArrowLeft: place - 1, ArrowRight: place + 1 }[key]] ?? current;
}

grid.addEventListener("focusin", ({ target: { stop } }) => stop && stop !== current && setCurrent(stop));
grid.addEventListener("keydown", event => {
  const { key, target: { stop }, ctrlKey, metaKey, altKey } = event, by = { "[": -1, "]": 1 }[key];
  if (!stop || ctrlKey || metaKey || altKey) return;
  if (/^(Arrow\w+|Home|End)$/.test(key)) moveTo(neighbour(key));
  else if (key === " ") choose(stop.tile ?? stop.group);
  else if (key === "t") showSweep((stop.tile?.run ?? stop.group.run)?.head);
  else if (by && stop.tile) setStep(stop.tile, stop.tile.at + by);
  else return;
  event.preventDefault();
});
addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
