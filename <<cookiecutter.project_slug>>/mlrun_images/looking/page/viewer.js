// The viewer: one image with what is known of it, or two to eight side by side, zoomed and moved as one.

const viewer = part("viewer"), stages = part("stages"), FITTED = { zoom: 0, x: 0.5, y: 0.5 };
let place = FITTED; // screen pixels an image pixel (0: to fit), and what is in the middle: 0 to 1 of the image
let opened; // a tile; or the images that are compared

/** Width and height of an image in pixels as it is drawn: its file may be turned by its EXIF. */
function sizeOf({ labels, shown = [1, 1] }) {
  const size = [Number(labels.width) || shown[0], Number(labels.height) || shown[1]];
  return (size[0] - size[1]) * (shown[0] - shown[1]) < 0 ? size.toReversed() : size;
}

/** The file itself, or a plot's page, once it is loaded; until then, or where the browser cannot, the thumbnail. */
function stageOf(image) {
  const [width, height] = sizeOf(image), common = { width, height, draggable: false }, { link, key } = image;
  const picture = make("img", { ...common, alt: key }), holder = make("div", { className: `holder ${image.classes ?? ""}` }, picture);
  const stage = make("div", { className: "stage", size: [width, height], holder }, holder);
  load(picture, image);
  if (/\.html$/i.test(link)) {
    const frame = make("iframe", { ...common, title: key, tabIndex: -1, src: `${link}#whole`, onload: () => picture.remove() });
    frame.setAttribute("sandbox", "");
    holder.append(frame);
  } else if (link) {
    const note = () => stage.append(make("p", { className: "note" }, "a thumbnail: the browser does not show this file"));
    const file = make("img", { ...common, alt: key, onload: () => picture.replaceWith(file), onerror: note, src: link });
  }
  return stage;
}

const scaleOf = ({ clientWidth, clientHeight, size: [width, height] }) => Math.min(clientWidth / width, clientHeight / height);
const zoom = () => place.zoom || scaleOf(stages.children[0]);

/** Put each image in its place. Where sizes differ, the same part is shown of each. */
function drawStages() {
  const [first] = stages.children;
  if (!first) return;
  for (const { clientWidth, clientHeight, size: [width, height], holder } of stages.children) {
    const own = zoom() * first.size[0] / width, frame = holder.querySelector("iframe");
    const left = clientWidth / 2 - place.x * width * own, top = clientHeight / 2 - place.y * height * own;
    holder.style.transform = `translate(${left}px, ${top}px) scale(${own})`;
    holder.classList.toggle("pixels", own > 2);
    const src = frame?.src.replace(/#.*/, own > 2 ? "#pixels" : "#whole");
    if (frame && frame.src !== src) frame.src = src;
  }
  part("zoom").textContent = `${Math.round(zoom() * 100)} %`;
  stages.style.setProperty("--wiped", `${part("wiper").value}%`);
}

/** Move by screen pixels. */
function move(x, y) {
  const [width, height] = stages.children[0].size.map(side => side * zoom()), within = at => Math.min(1, Math.max(0, at));
  place = { zoom: place.zoom, x: within(place.x + x / width), y: within(place.y + y / height) };
  drawStages();
}

/** Zoom about a point, in screen pixels from the middle. */
function zoomTo(wanted, x = 0, y = 0) {
  const was = zoom(), now = Math.min(64, Math.max(1 / 64, wanted));
  place = { ...place, zoom: now };
  move(x * (now / was - 1), y * (now / was - 1));
}

function show(images, title) {
  const compared = images.length > 1, alike = images.length === 2 && String(sizeOf(images[0])) === String(sizeOf(images[1]));
  part("way").value = view.way = alike ? view.way : "";
  part("title").textContent = title;
  viewer.className = compared ? `compared ${alike ? "alike" : ""} ${view.way}` : images.length ? "" : "textual";
  stages.replaceChildren(...images.map(stageOf));
  part("differing").replaceChildren(compared ? differing(images) : "");
  part("details").replaceChildren(compared ? "" : details(opened));
  if (!viewer.open) viewer.showModal();
  drawStages();
  writeAddress();
}

function openTile(tile) {
  const all = sequence(), image = shown(tile);
  Object.assign(view, { open: image?.id ?? `${tile.run.id}/`, compare: "" });
  opened = tile;
  show(image ? [image] : [], `${image?.key ?? nameOf(tile.run)} (${all.indexOf(tile) + 1} of ${all.length})`);
}

function openChosen() {
  const chosen = view.choose.map(id => byId.get(id)).filter(Boolean);
  if (chosen.length < 2) return;
  Object.assign(view, { open: "", compare: "1" });
  opened = chosen;
  show(opened, `${opened.length} images`);
}

function goOn(by) {
  const next = sequence()[sequence().indexOf(opened) + by];
  if (next) openTile(next);
}

/** The parameters in which the images' runs differ, as a table. */
function differing(images) {
  const names = [...new Set(images.flatMap(({ run }) => Object.keys(run.parameters)))];
  const rows = names.map(name => [name, ...images.map(image => value(tileOf.get(image), `param.${name}`) ?? "–")])
    .filter(([, ...found]) => new Set(found).size > 1);
  const head = ({ key, run, labels: { step } }) => `${key}${step ? ` step ${step}` : ""} · ${run.id}`;
  const cell = name => text => make(name, { scope: name === "th" ? "col" : null }, text);
  return make("table", {}, make("caption", { className: rows.length ? "unseen" : "" },
    rows.length ? "Parameters that differ" : "Their runs have the same parameters."),
  make("tr", {}, make("td"), ...images.map(head).map(cell("th"))),
  ...rows.map(([name, ...found]) => make("tr", {}, make("th", { scope: "row" }, name), ...found.map(cell("td")))));
}

/** What is known of a tile: its image and its run. */
function details({ run, images, at }) {
  const { head } = run, image = images[at], own = run === head, list = make("dl");
  const code = text => make("code", {}, text), texts = object => pairs(object).map(code);
  const add = (name, ...found) => found.some(Boolean) && list.append(make("dt", {}, name), make("dd", {}, ...found));
  const copy = (name, text) => text && add(name, code(text), make("button", { ariaLabel: `Copy ${name}`,
    onclick: ({ target }) => navigator.clipboard.writeText(text).then(() => { target.textContent = "copied"; }) }, "copy"));
  const link = (url, name, fault) => url ? make("a", { href: url, target: "_blank" }, name) : `${name} ${fault ? `(${fault})` : ""}`;
  const toRun = uid => make("button", { className: "link", onclick: () => openTile(tiles.find(({ run }) => run.head.uid === uid)) },
    nameOf(byUid.get(uid)));
  if (image) {
    const { width, height, mode, format = image.type, frames, ...others } = image.labels;
    add("image", [width && `${width} × ${height}`, mode, format, frames > 1 && `${frames} frames`,
      image.bytes && `${image.bytes.toLocaleString("en")} bytes`].filter(Boolean).join(", "));
    add("file", link(image.link, image.path ?? decoded(image.link.split("/").at(-1)), image.fault));
    for (const line of image.changes ?? []) add("changed", line);
    add("labels", ...texts(others));
    copy("UID/KEY", head.uid && `${head.uid}/${image.key}`);
    copy("URI", image.uri);
  }
  copy("UID", head.uid);
  add("function", nameOf(run), run.iteration && ` iteration #${run.iteration}`);
  add("state", stateElement(run), " ", run.start);
  for (const line of run.faults) add("why", make("span", { className: "fault" }, line));
  add("output", run.log && make("pre", {}, run.log));
  add("parameters", ...texts(run.parameters));
  for (const [name, url, maker] of head.inputs) add(`input ${name}`, url, maker && " of ", maker && toRun(maker));
  add("used by", ...runs.filter(other => other.inputs.some(([, , maker]) => maker && maker === head.uid)).map(({ uid }) => toRun(uid)));
  add("results", ...texts(run.results), ...texts(own ? {} : head.results));
  for (const [key, url, name, fault] of own ? run.files : [...run.files, ...head.files]) add(key, link(url, name, fault));
  add("workflow", head.workflow);
  return list;
}

const inSeries = by => () => opened.images && (setStep(opened, opened.at + by), openTile(opened));
const KEYS = {
  "+": () => zoomTo(zoom() * 1.25), "-": () => zoomTo(zoom() / 1.25), 0: () => { place = FITTED; drawStages(); },
  1: () => zoomTo(1), ArrowLeft: () => goOn(-1), ArrowRight: () => goOn(1), "[": inSeries(-1), "]": inSeries(1),
  ShiftArrowLeft: () => move(-40, 0), ShiftArrowRight: () => move(40, 0), ShiftArrowUp: () => move(0, -40),
  ShiftArrowDown: () => move(0, 40), Escape: () => viewer.close(),
};
KEYS["="] = KEYS["+"];
function press(key) {
  if (stages.children.length || /^(Arrow|Escape)/.test(key)) KEYS[key]?.();
  return key in KEYS && key !== "Escape"; // which closes a dialog by itself
}
viewer.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, input")) return;
  const key = event.key.startsWith("Arrow") && event.shiftKey ? `Shift${event.key}` : event.key;
  if (press(key)) event.preventDefault();
});
viewer.addEventListener("click", ({ target }) => press(target.dataset.key));
viewer.addEventListener("close", () => {
  const stop = rows.flat().find(({ tile }) => tile && tile === opened);
  Object.assign(view, { open: "", compare: "" });
  stages.replaceChildren();
  writeAddress();
  if (stop) moveTo(stop);
});
part("wiper").addEventListener("input", drawStages);
part("way").addEventListener("change", ({ target }) => { view.way = target.value; openChosen(); });
stages.addEventListener("wheel", event => {
  const box = event.target.closest(".stage")?.getBoundingClientRect();
  if (box) zoomTo(zoom() * 2 ** (-event.deltaY / 300), event.clientX - box.x - box.width / 2, event.clientY - box.y - box.height / 2);
  event.preventDefault();
}, { passive: false });
stages.addEventListener("pointermove", ({ buttons, movementX, movementY }) => { if (buttons & 1) move(-movementX, -movementY); });
new ResizeObserver(drawStages).observe(stages);
