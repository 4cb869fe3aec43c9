// The grid: tiles in rows of even height, groups side by side where they are small. Rows lie in blocks whose
// height is known, so that a block's elements are made as it comes near the screen, and let go far from it.

const GAP = 8, HEADING = 32, CAPTION = 42, SLIDER = 24, BLOCK = 900; // pixels
const NARROW = 96, NARROW_GROUP = 190; // pixels, at least
const grid = document.getElementById("grid");
const waiting = new Map(); // pictures whose thumbnails the browser has not read yet
let blocks = new Map(); // by element: its stops, and what fills it
let rows = []; // of stops: headings and tiles where arrow keys stop, each with x and its block
let current; // the stop that TAB reaches

/** An element with properties; text among its children is text. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter(child => child !== undefined && child !== ""));
  return element;
}

function loadThumbnail(picture, image) {
  const source = document.getElementById(`thumbnail-${image.number}`);
  if (source) picture.src = source.textContent;
  else waiting.set(picture, image);
}

/** While the page is read: load what has arrived. */
function loadArrived() {
  for (const [picture, image] of [...waiting]) {
    waiting.delete(picture);
    loadThumbnail(picture, image);
  }
  if (document.readyState === "loading") requestAnimationFrame(loadArrived);
}

function measure(tile, room) {
  const image = shown(tile), { size } = view;
  if (!image) return { tile, width: Math.min(room, Math.max(240, size * 1.6)) };
  const [width, height] = image.shown ?? [size, size];
  const scale = Math.min(size / height, Math.min(room, 3 * size) / width);
  const picture = [width, height].map(side => Math.max(1, Math.round(side * scale)));
  return { tile, width: Math.max(NARROW, picture[0]), picture };
}

const widthOf = measured => measured.reduce((sum, { width }) => sum + width + GAP, -GAP);

/** Lines of parts. A part has a heading, tiles, or both; the parts of a line stand side by side. */
function linesOf(groups, room) {
  const lines = [];
  let line;
  function add(part, alone = false) {
    const free = line ? room - line.reduce((sum, { width }) => sum + width + 3 * GAP, 0) : -1;
    if (alone || part.width > free) lines.push(line = []);
    line.push(part);
    if (alone) line = undefined;
  }
  for (const group of groups) {
    const heading = view.group ? group : undefined;
    const measured = isFolded(group) ? [] : group.tiles.map(tile => measure(tile, room));
    const width = widthOf(measured);
    if (heading && width <= room) {
      add({ heading, measured, width: Math.min(room, Math.max(NARROW_GROUP, width)) });
      continue;
    }
    if (heading) add({ heading, measured: [], width: room }, true);
    for (let from = 0, to = 0, sum = 0; from < measured.length; from = to, sum = 0) {
      while (to < measured.length && (to === from || sum + measured[to].width <= room)) {
        sum += measured[to++].width + GAP;
      }
      add({ measured: measured.slice(from, to), width: room }, true);
    }
  }
  return lines;
}

const tileHeight = () => view.size + CAPTION + (hasSeries ? SLIDER : 0);
const heightOf = line => GAP + (line.some(part => part.heading) && HEADING)
  + (line.some(part => part.measured.length) && tileHeight());

function addStops(line, block) {
  const headings = [], pictures = [];
  let left = 0;
  for (const part of line) {
    if (part.heading) headings.push(part.stop = { group: part.heading, block, x: left });
    let x = left;
    for (const one of part.measured) {
      pictures.push(one.stop = { tile: one.tile, block, x });
      x += one.width + GAP;
    }
    left += part.width + 3 * GAP;
  }
  rows.push(...[headings, pictures].filter(row => row.length));
}

function flow(groups) {
  const lines = linesOf(groups, grid.clientWidth);
  for (let at = 0; at < lines.length;) {
    const block = { element: make("div", { className: "block" }) }, own = [];
    let height = 0;
    while (at < lines.length && height < BLOCK) {
      height += heightOf(lines[at]);
      addStops(lines[at], block);
      own.push(lines[at++]);
    }
    block.element.style.height = `${height}px`;
    block.fill = () => own.map(lineElement);
    blocks.set(block.element, block);
  }
  grid.replaceChildren(...blocks.keys());
}

/** A row for each group, a column for each value of another field. */
function table(groups) {
  const columns = [...new Set(groups.flatMap(({ tiles }) => tiles.map(tile => values(tile, view.columns)[0])))]
    .sort(compare);
  const body = make("tbody"), head = make("tr", {}, make("td"));
  head.append(...columns.map(name => make("th", { scope: "col" }, `${view.columns} = ${name ?? "–"}`)));
  for (const group of groups) {
    const block = { element: make("tr") };
    const cells = columns.map((name, number) => {
      const [tile, ...others] = group.tiles.filter(tile => values(tile, view.columns)[0] === name);
      if (!tile) return {};
      const one = measure(tile, 2 * view.size);
      one.stop = { tile, block, x: number };
      return { one, more: others.length && `and ${others.length} more` };
    });
    rows.push(cells.filter(({ one }) => one).map(({ one }) => one.stop));
    block.element.style.height = `${tileHeight() + 2 * GAP}px`;
    block.fill = () => [
      make("th", { scope: "row" }, headingText(group)),
      ...cells.map(({ one, more }) => make("td", {}, ...(one ? [tileElement(one), more || ""] : []))),
    ];
    blocks.set(block.element, block);
    body.append(block.element);
  }
  grid.replaceChildren(make("div", { className: "table" }, make("table", {}, make("thead", {}, head), body)));
}

const near = new IntersectionObserver(entries => entries.forEach(({ target, isIntersecting }) => {
  const block = blocks.get(target);
  if (isIntersecting) fill(block);
  else if (block && block !== current?.block) target.replaceChildren();
}), { rootMargin: "100% 0px" });

function fill(block) {
  if (!block || block.element.hasChildNodes()) return;
  block.element.append(...block.fill());
  if (current?.block === block) current.element.tabIndex = 0;
}

/** Lay groups out anew. What had the focus, or its neighbour in place, keeps TAB. */
function layOut(groups) {
  near.disconnect();
  const was = current, focused = grid.contains(document.activeElement);
  blocks = new Map();
  rows = [];
  (view.columns ? table : flow)(groups);
  const stops = rows.flat();
  current = stops.find(({ tile, group }) => was && (tile ? tile === was.tile : group.name === was.group?.name))
    ?? stops[0];
  fill(current?.block);
  for (const element of blocks.keys()) near.observe(element);
  if (focused && current) moveTo(current);
}

function lineElement(line) {
  const parts = line.map(({ heading, measured, stop, width }) => {
    const part = make("div", { className: "part" });
    part.style.width = `${width}px`;
    if (heading) part.append(headingElement(heading, stop));
    if (measured.length) part.append(make("div", { className: "tiles" }, ...measured.map(tileElement)));
    return part;
  });
  return make("div", { className: "line" }, ...parts);
}

function headingText({ name, run }) {
  if (!run) return `${view.group} = ${name ?? "–"}`;
  const inputs = run.inputs.map(([name, url]) => `${name} ← ${url}`);
  return [nameOf(run), run.start, ...pairs(run.parameters), ...inputs].filter(Boolean).join("  ");
}

function headingElement(group, stop) {
  const { run } = group, folded = isFolded(group), text = headingText(group);
  stop.element = make("button", {
    className: "fold", ariaExpanded: String(!folded), title: text, tabIndex: -1, stop,
    onclick: () => toggleFold(group),
  }, folded ? "▸ " : "▾ ", run?.state ? stateElement(run) : "", " ", text);
  const heading = make("h2", {}, stop.element);
  if (run?.swept) {
    heading.append(make("button", { tabIndex: -1, onclick: () => showSweep(run), title: "As a table ( t )" }, "table"));
  }
  if (run?.left_out) heading.append(make("small", {}, `${run.left_out} more not shown`));
  if (group.tiles.some(shown)) {
    const toggle = () => chooseOfGroup(group);
    const label = `Choose the image of ${run ? nameOf(run) : text}`;
    heading.prepend(make("input", { type: "checkbox", tabIndex: -1, ariaLabel: label, onclick: toggle, group }));
  }
  return heading;
}

function tileElement({ tile, width, picture, stop }) {
  const image = shown(tile);
  const content = image ? pictureContent(tile, picture) : textContent(tile);
  stop.element = make("button", {
    className: "open", tabIndex: -1, stop, onclick: () => openTile(tile),
  }, ...content);
  const element = make("div", { className: image ? "tile" : "tile text", tile }, stop.element);
  element.style.width = `${width}px`;
  if (image) {
    const choose = { type: "checkbox", className: "choose", tabIndex: -1, ariaLabel: `Choose ${image.key}` };
    element.append(make("input", { ...choose, checked: isChosen(image), onclick: () => toggleChoice(tile) }));
  }
  if (tile.images.length > 1) element.append(stepSlider(tile));
  return element;
}

function pictureContent(tile, [width, height]) {
  const image = shown(tile), frame = make("span", { className: "frame" });
  if (image.shown) {
    const classes = image.classes ?? "", large = height > 2 * (image.labels.height ?? height);
    const picture = make("img", { alt: "", width, height, className: large ? `${classes} pixels` : classes });
    loadThumbnail(picture, image);
    frame.append(picture);
  } else {
    frame.append(make("span", { className: "small" }, `no preview: ${image.fault}`));
  }
  const key = make("span", { className: "key", title: image.key }, image.labels.series ?? image.key);
  return [frame, key, make("span", { className: "quiet detail" }, detail(tile))];
}

/** What stands under an image: what it is sorted or grouped by, else what is its own. */
function detail(tile) {
  const { run } = tile, { labels, type } = shown(tile), head = run.head.parameters;
  const sorted = view.sort && values(tile, view.sort)[0];
  if (sorted !== undefined && sorted !== "") return `${view.sort.replace(/^\w+\./, "")} ${sorted}`;
  if (labels.step) return `step ${labels.step}`;
  const swept = Object.fromEntries(Object.entries(run.parameters).filter(([name, value]) => head[name] !== value));
  if (run.iteration) return [`#${run.iteration}`, ...pairs(swept)].join(" ");
  return [labels.width && `${labels.width} × ${labels.height}`, labels.format ?? type].filter(Boolean).join(" ");
}

/** A run's state: its mark, and but for `completed`, which is the rule, its name for the eye too. */
function stateElement({ state, iteration }) {
  const name = make("span", { className: state === "completed" && !iteration ? "unseen" : "" }, ` ${state}`);
  return make("span", { className: `state ${state}` }, MARKS[state] ?? "●", name);
}

function textContent({ run }) {
  const found = Object.entries(run.results).map(([name, value]) => `${name}: ${value}`);
  const files = run.files.map(([key, , name]) => `${key}: ${name}`);
  const title = run.iteration ? [`#${run.iteration}`, ...pairs(run.parameters)].join(" ") : "";
  return [
    make("span", {}, stateElement(run), ` ${title}`),
    ...run.faults.map(line => make("span", { className: "fault" }, line)),
    ...[...found, ...files].map(line => make("span", { className: "quiet" }, line)),
    run.log ? make("code", {}, run.log) : "",
  ];
}

function stepSlider(tile) {
  const slider = make("input", {
    type: "range", className: "step", min: 0, max: tile.images.length - 1, value: tile.at, tabIndex: -1,
    ariaLabel: `Step of ${shown(tile).labels.series}`, oninput: () => setStep(tile, Number(slider.value)),
  });
  return slider;
}

/** Show another image of a series, or in all series the one of this step or the last before it. */
function setStep(tile, at) {
  tile.at = Math.max(0, Math.min(at, tile.images.length - 1));
  const step = shown(tile).labels.step;
  for (const other of view.together ? tiles : [tile]) {
    if (other !== tile && other.images.length > 1) {
      other.at = Math.max(0, other.images.findLastIndex(({ labels }) => labels.step - step <= 0));
    }
  }
  for (const element of grid.querySelectorAll(".tile")) {
    const own = element.tile;
    if (own.images.length < 2 || (own !== tile && !view.together)) continue;
    const picture = element.querySelector("img");
    if (picture) loadThumbnail(picture, shown(own));
    element.querySelector(".detail").textContent = detail(own);
    element.querySelector(".step").value = own.at;
  }
  markChosen();
}

const hasSeries = tiles.some(tile => tile.images.length > 1);

function moveTo(stop) {
  if (current?.element) current.element.tabIndex = -1;
  current = stop;
  fill(stop.block);
  stop.element.tabIndex = 0;
  stop.element.focus({ preventScroll: true });
  stop.element.scrollIntoView({ block: "nearest" });
}

/** The stop that an arrow key leads to: headings and tiles are rows of their own. */
function neighbour(key) {
  const at = rows.findIndex(row => row.includes(current)), kind = current.tile ? "tile" : "group";
  if (key === "Home") return rows[0][0];
  if (key === "End") return rows.at(-1).at(-1);
  if (key === "ArrowUp" || key === "ArrowDown") {
    const row = rows[at + (key === "ArrowUp" ? -1 : 1)] ?? rows[at];
    return row.reduce((best, stop) => Math.abs(stop.x - current.x) < Math.abs(best.x - current.x) ? stop : best);
  }
  const same = rows.flat().filter(stop => stop[kind]);
  return same[same.indexOf(current) + (key === "ArrowLeft" ? -1 : 1)] ?? current;
}

grid.addEventListener("focusin", ({ target: { stop } }) => {
  if (!stop || stop === current) return;
  if (current?.element) current.element.tabIndex = -1;
  current = stop;
  stop.element.tabIndex = 0;
});

grid.addEventListener("keydown", event => {
  const { stop } = event.target;
  if (!stop || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^(Arrow\w+|Home|End)$/.test(event.key)) moveTo(neighbour(event.key));
  else if (event.key === " ") stop.tile ? toggleChoice(stop.tile) : chooseOfGroup(stop.group);
  else if (event.key === "t") showSweep((stop.tile?.run ?? stop.group.run)?.head);
  else if ((event.key === "[" || event.key === "]") && stop.tile) {
    setStep(stop.tile, stop.tile.at + (event.key === "]" ? 1 : -1));
  } else return;
  event.preventDefault();
});
