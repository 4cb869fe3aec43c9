// The viewer: one image with what is known of it, or two to eight side by side with one zoom.

const viewer = part("viewer"), stages = part("stages"), FITTED = { zoom: 0, x: 0.5, y: 0.5 };
let place = FITTED; // screen pixels an image pixel (0: to fit), and what is in the middle, 0 to 1
let opened; // a tile

/** Width and height of an image as it is drawn: its file may be turned by its EXIF. */
function sizeOf({ labels, shown = [1, 1] }) {
  const size = [labels.width ?? shown[0], labels.height ?? shown[1]].map(Number);
  return (size[0] - size[1]) * (shown[0] - shown[1]) < 0 ? size.reverse() : size;
}

/** An image's thumbnail, and once it is loaded its file, or a plot's page. */
function stageOf(image) {
  const [width, height] = sizeOf(image), { key, link, classes = "" } = image;
  const note = make("p", { className: "note" }), picture = make("img", { width, height, alt: key });
  const holder = make("div", { className: `holder ${classes}` }, picture);
  const text = "a thumbnail: the browser does not show this file";
  load(picture, image, true).onerror = () => { note.textContent = text; };
  if (isPage(image)) {
    const frame = make("iframe", { width, height, title: key, tabIndex: -1, src: `${link}#whole` });
    frame.sandbox = "";
    frame.onload = () => picture.remove();
    holder.append(frame);
  }
  return make("div", { className: "stage", size: [width, height], holder }, holder, note);
}

/** Screen pixels that a pixel of the first image takes. */
function zoom() {
  const { clientWidth, clientHeight, size: [width, height] } = stages.firstElementChild;
  return place.zoom || Math.min(clientWidth / width, clientHeight / height);
}

/** Put each image in its place. Where sizes differ, the same part is shown of each. */
function drawStages() {
  for (const { size, holder } of stages.children) {
    const scale = zoom() * stages.children[0].size[0] / size[0];
    const [x, y] = [`${100 * place.x}%`, `${100 * place.y}%`];
    holder.style.transformOrigin = `${x} ${y}`;
    holder.style.transform = `translate(-${x}, -${y}) scale(${scale})`;
    holder.classList.toggle("pixels", scale > 2);
    const frame = holder.querySelector("iframe"), hash = scale > 2 ? "#pixels" : "#whole";
    if (frame && !frame.src.endsWith(hash)) frame.src = frame.src.replace(/#.*/, hash);
  }
  part("zoom").textContent = stages.children.length ? `${Math.round(zoom() * 100)} %` : "";
  stages.style.setProperty("--wiped", `${part("wiper").value}%`);
}

/** Move by screen pixels. */
function move(x, y) {
  const [width, height] = stages.children[0].size.map(side => side * zoom());
  const within = at => Math.min(1, Math.max(0, at));
  place = { ...place, x: within(place.x + x / width), y: within(place.y + y / height) };
  drawStages();
}

/** Zoom about a point, in screen pixels from the middle. */
function zoomTo(wanted, x = 0, y = 0) {
  const was = zoom(), now = Math.min(64, Math.max(1 / 64, wanted));
  place = { ...place, zoom: now };
  move(x * (now / was - 1), y * (now / was - 1));
}

const inOrder = () => groups.flatMap(({ tiles }) => tiles);
const idOf = tile => shown(tile)?.id ?? `${tile.run.id}/`;

/** Show what the view names: a tile with what is known of it, or the images that are chosen. */
function show() {
  const image = byId.get(view.open), chosen = view.choose.map(id => byId.get(id)).filter(Boolean);
  const isCompared = view.compare && chosen.length > 1, all = inOrder();
  if (image) showStep(image.tile, image.tile.images.indexOf(image));
  opened = isCompared ? undefined : image?.tile ?? tiles.find(tile => idOf(tile) === view.open);
  const found = isCompared ? chosen : opened?.images.slice(opened.at, opened.at + 1) ?? [];
  const [one, two, third] = found.map(image => String(sizeOf(image)));
  const isAlike = one === two && !third;
  stages.replaceChildren(...found.map(stageOf));
  if (!opened && !isCompared) return viewer.close();
  part("way").value = view.way = isAlike ? view.way : "";
  viewer.className = isAlike ? `alike ${view.way}` : "";
  part("title").textContent = isCompared ? `${found.length} images`
    : `${image?.key ?? nameOf(opened.run)} (${all.indexOf(opened) + 1} of ${all.length})`;
  part("differing").replaceChildren(isCompared ? differing(found) : "");
  part("details").replaceChildren(opened ? details(opened) : "");
  if (!viewer.open) viewer.showModal();
  drawStages();
}

/** Open a tile by its name, or what is chosen, or nothing. */
function open(name, compare = "") {
  Object.assign(view, { open: name, compare });
  show();
  writeAddress();
}

const openTile = tile => open(idOf(tile));
const openChosen = () => view.choose.length > 1 && open("", "1");

function goOn(by) {
  const next = opened && inOrder()[inOrder().indexOf(opened) + by];
  if (next) openTile(next);
}

/** The parameters in which the images' runs differ, as a table. */
function differing(images) {
  const names = new Set(images.flatMap(({ run }) => Object.keys(run.parameters)));
  const valuesOf = name => images.map(({ run }) => run.parameters[name] ?? "–");
  const differ = [...names].filter(name => new Set(valuesOf(name)).size > 1);
  const nameOf = ({ key, run, labels: { step } }) =>
    `${key} ${step ? `step ${step} ` : ""}· ${run.id}`;
  const row = (scope, [name, ...texts]) => make("tr", {}, make("th", { scope: "row" }, name),
    ...texts.map(text => make(scope === "col" ? "th" : "td", { scope }, text)));
  const caption = differ.length ? "Parameters that differ" : "Their runs have the same parameters.";
  return make("table", {}, make("caption", {}, caption), row("col", ["", ...images.map(nameOf)]),
    ...differ.map(name => row("", [name, ...valuesOf(name)])));
}

/** What is known of a tile: its image and its run. */
function details({ run, images, at }) {
  const { head } = run, image = images[at], list = make("dl");
  const add = (name, ...found) => found.some(Boolean) &&
    list.append(make("dt", {}, name), make("dd", {}, ...found));
  const codes = values => pairs(values).map(text => make("code", {}, text));
  const copy = (what, text) => text && add(what, make("code", {}, text),
    make("button", { className: "copy", ariaLabel: `Copy ${what}`, text }, "copy"));
  const link = (href, name, fault) => href ? make("a", { href, target: "_blank" }, name)
    : `${name} ${fault ? `(${fault})` : ""}`;
  const toRun = run => make("button", { className: "link", run }, nameOf(run));
  if (image) {
    const { width, height, mode, format = image.type, frames, ...labels } = image.labels;
    const { bytes, changes = [], path = image.link?.split("/").at(-1) ?? "" } = image;
    add("image", [width && `${width} × ${height}`, mode, format, frames > 1 && `${frames} frames`,
      bytes && `${bytes.toLocaleString("en")} bytes`].filter(Boolean).join(", "));
    add("caption", image.caption);
    add("file", link(image.link, decoded(path), image.fault));
    for (const line of changes) add("changed", line);
    add("labels", ...codes(labels));
    copy("UID/KEY", head.uid && `${head.uid}/${image.key}`);
    copy("URI", image.uri);
  }
  copy("UID", head.uid);
  add("function", nameOf(run), run.iteration && ` iteration #${run.iteration}`);
  add("state", stateElement(run), " ", run.start);
  for (const line of run.faults) add("why", make("span", { className: "fault" }, line));
  add("output", run.log && make("pre", {}, run.log));
  add("parameters", ...codes(run.parameters));
  for (const [name, url, uid] of head.inputs) {
    const maker = uid && runs.find(run => run.uid === uid);
    add(`input ${name}`, url, maker && " of ", maker && toRun(maker));
  }
  const uses = ({ inputs }) => inputs.some(([, , uid]) => uid && uid === head.uid);
  add("used by", ...runs.filter(uses).map(toRun));
  add("results", ...codes({ ...head.results, ...run.results }));
  for (const [key, ...file] of new Set([...run.files, ...head.files])) add(key, link(...file));
  add("workflow", head.workflow);
  return list;
}

viewer.addEventListener("click", ({ target }) => {
  if (target.run) openTile(tiles.find(({ run }) => run.head === target.run));
  if (target.className === "copy") {
    navigator.clipboard.writeText(target.text).then(() => { target.textContent = "copied"; });
  }
});
viewer.addEventListener("close", () => {
  const was = opened;
  open("");
  if (was) moveTo(was);
});
part("wiper").addEventListener("input", drawStages);
part("way").addEventListener("change", ({ target }) => { view.way = target.value; openChosen(); });
stages.addEventListener("wheel", event => {
  const { target, clientX, clientY, deltaY } = event, stage = target.closest(".stage");
  event.preventDefault();
  if (!stage) return;
  const { x, y, width, height } = stage.getBoundingClientRect();
  zoomTo(zoom() * 2 ** (-deltaY / 300), clientX - x - width / 2, clientY - y - height / 2);
}, { passive: false });
stages.addEventListener("pointermove", ({ buttons, movementX, movementY }) => {
  if (buttons & 1) move(-movementX, -movementY);
});
new ResizeObserver(drawStages).observe(stages);
