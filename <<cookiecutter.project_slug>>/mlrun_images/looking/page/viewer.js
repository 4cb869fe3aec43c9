// The viewer: one image with what is known of it, or two to eight side by side, all zoomed and moved as one.

const viewer = document.getElementById("viewer"), stages = document.getElementById("stages");
const part = name => document.getElementById(name);
let opened; // a tile, or the images that are compared
let place = { zoom: 0, x: 0.5, y: 0.5 }; // screen pixels an image pixel (0: to fit); the centre, 0 to 1

/** Width and height of an image in pixels, as it is drawn: its file may be turned by its EXIF. */
function sizeOf({ labels, shown = [1, 1] }) {
  const size = [Number(labels.width) || shown[0], Number(labels.height) || shown[1]];
  return (size[0] > size[1]) === (shown[0] > shown[1]) || shown[0] === shown[1] ? size : size.toReversed();
}

/** The file itself where the browser can show it, the thumbnail until then. A plot is a page of its own. */
function stageOf(image) {
  const [width, height] = sizeOf(image), isPage = /\.html?$/i.test(image.link ?? "");
  const holder = make("div", { className: `holder ${image.classes ?? ""}` });
  const picture = make("img", { alt: image.key, width, height, draggable: false });
  if (image.shown) loadThumbnail(picture, image);
  holder.append(picture);
  if (isPage) {
    const frame = make("iframe", { title: image.key, tabIndex: -1, width, height, src: `${image.link}#whole` });
    frame.setAttribute("sandbox", "");
    frame.onload = () => picture.remove();
    holder.append(frame);
  } else if (image.link) {
    const file = make("img", { alt: image.key, width, height, draggable: false });
    file.onload = () => picture.replaceWith(file);
    file.onerror = () => stage.append(make("p", { className: "note" }, "The browser does not show this file: a thumbnail."));
    file.src = image.link;
  }
  const stage = make("div", { className: "stage", size: [width, height], holder, image }, holder);
  return stage;
}

const scaleOf = ({ clientWidth, clientHeight, size }) => Math.min(clientWidth / size[0], clientHeight / size[1]);

/** Draw all stages at the same place. Where sizes differ, the same part is shown of each. */
function draw() {
  const [first] = stages.children;
  if (!first?.size) return;
  const zoom = place.zoom || scaleOf(first);
  for (const { clientWidth, clientHeight, size: [width, height], holder } of stages.children) {
    const own = zoom * first.size[0] / width;
    const left = clientWidth / 2 - place.x * width * own, top = clientHeight / 2 - place.y * height * own;
    holder.style.transform = `translate(${left}px, ${top}px) scale(${own})`;
    holder.classList.toggle("pixels", own > 2);
    const frame = holder.querySelector("iframe");
    const name = own > 2 ? "pixels" : "whole";
    if (frame && !frame.src.endsWith(name)) frame.src = frame.src.replace(/#.*/, `#${name}`);
  }
  part("zoom").textContent = `${Math.round(zoom * 100)} %`;
  stages.style.setProperty("--wiped", `${part("wiper").value}%`);
}

/** Move the centre by screen pixels. */
function move(x, y) {
  const [first] = stages.children, zoom = place.zoom || scaleOf(first);
  place.x = Math.min(1, Math.max(0, place.x + x / first.size[0] / zoom));
  place.y = Math.min(1, Math.max(0, place.y + y / first.size[1] / zoom));
  draw();
}

/** Zoom about a point, in screen pixels from the centre. */
function zoomBy(factor, x = 0, y = 0) {
  const was = place.zoom || scaleOf(stages.children[0]);
  place.zoom = Math.min(64, Math.max(1 / 64, was * factor));
  move(x * (place.zoom / was - 1), y * (place.zoom / was - 1));
}

function fit() {
  place = { zoom: 0, x: 0.5, y: 0.5 };
  draw();
}

function show(images, title) {
  if (!viewer.open) viewer.showModal();
  const compared = images.length > 1, [one, two] = images;
  const alike = images.length === 2 && String(sizeOf(one)) === String(sizeOf(two));
  for (const name of ["previous", "next"]) part(name).hidden = compared;
  part("ways").hidden = !alike;
  part("way").value = view.way = alike ? view.way : "";
  part("wiping").hidden = view.way !== "wiper";
  part("title").textContent = title;
  viewer.className = compared ? `compared ${view.way}` : "";
  stages.hidden = !images.length;
  stages.replaceChildren(...images.map(stageOf));
  part("differing").replaceChildren(compared ? differing(images) : "");
  part("details").replaceChildren(...(compared ? [] : details(opened)));
  draw();
}

function openTile(tile) {
  opened = tile;
  view.open = shown(tile)?.id ?? `${tile.run.id}/`;
  const position = sequence().indexOf(tile) + 1;
  show(tile.images.slice(tile.at, tile.at + 1), `${shown(tile)?.key ?? nameOf(tile.run)} (${position} of ${sequence().length})`);
  writeAddress();
}

function goOn(by) {
  const all = sequence(), next = all[all.indexOf(opened) + by];
  if (next) openTile(next);
}

function openChosen() {
  if (view.chosen.length < 2) return;
  opened = view.chosen.map(id => byId.get(id));
  view.compare = true;
  show(opened, `${opened.length} images`);
  writeAddress();
}

/** The parameters in which the images' runs differ, as a table. */
function differing(images) {
  const names = new Set(images.flatMap(({ run }) => Object.keys({ ...run.head.parameters, ...run.parameters })));
  const valueOf = (image, name) => values(tileOf.get(image), `param.${name}`)[0] ?? "–";
  const rows = [...names].map(name => [name, ...images.map(image => valueOf(image, name))])
    .filter(([, ...found]) => new Set(found).size > 1);
  const row = (cell, [name, ...cells], scope) => make("tr", {}, make("th", { scope: "row" }, name),
    ...cells.map(text => make(cell, scope ? { scope } : {}, text)));
  const head = ["", ...images.map(({ key, run, labels }) => [key, labels.step && `step ${labels.step}`, run.id].filter(Boolean).join(" · "))];
  const same = rows.length ? "" : make("p", { className: "quiet" }, "Their runs have the same parameters.");
  return make("div", {}, make("table", {}, row("th", head, "col"), ...rows.map(cells => row("td", cells))), same);
}

function copyButton(text, what) {
  const button = make("button", { className: "copy", ariaLabel: `Copy ${what}`, onclick: async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = "copied";
  } }, "copy");
  return button;
}

/** What is known of a tile: its image and its run. */
function details(tile) {
  const { run } = tile, { head } = run, image = shown(tile), { labels = {} } = image ?? {};
  const list = make("dl");
  const add = (name, ...content) => content.some(Boolean) && list.append(make("dt", {}, name), make("dd", {}, ...content));
  const link = (url, name, path, fault) => url ? make("a", { href: url, target: "_blank" }, name) : `${path ?? name} ${fault ? `(${fault})` : ""}`;
  const texts = object => Object.entries(object ?? {}).map(([name, value]) => make("code", {}, `${name}=${value}`));
  const toRun = uid => make("button", { className: "link", onclick: () => openRun(uid) }, byUid.get(uid) ? nameOf(byUid.get(uid)) : uid);
  if (image) {
    const { width, height, mode, format, frames, ...others } = labels;
    add("image", [width && `${width} × ${height}`, mode, format ?? image.type, frames > 1 && `${frames} frames`, image.bytes && `${image.bytes.toLocaleString("en")} bytes`].filter(Boolean).join(", "));
    add("file", link(image.link, decodeURIComponent(image.link ?? "").split("/").at(-1), image.path, image.fault));
    add("changes", ...(image.changes ?? []).map(line => make("p", {}, line)));
    add("labels", ...texts(others));
    add("UID/KEY", make("code", {}, `${head.uid}/${image.key}`), copyButton(`${head.uid}/${image.key}`, "UID/KEY"));
    if (image.uri) add("URI", make("code", {}, image.uri), copyButton(image.uri, "URI"));
  }
  if (head.uid) add("run", make("code", {}, head.uid), copyButton(head.uid, "UID"));
  add("function", nameOf(run), run.iteration ? ` iteration #${run.iteration}` : "");
  add("state", make("span", { className: `state ${run.state}` }, run.state ?? ""), " ", run.start ?? "");
  add("why", ...run.faults.map(line => make("p", { className: "fault" }, line)));
  if (run.log) add("output", make("pre", { tabIndex: 0 }, run.log));
  add("parameters", ...texts(run.parameters));
  for (const [name, url, maker] of head.inputs) add(name, url, maker ? " of " : "", maker ? toRun(maker) : "");
  const users = runs.filter(other => other.inputs.some(([, , maker]) => maker && maker === head.uid));
  add("used by", ...users.map(({ uid }) => toRun(uid)));
  add("results", ...texts(run.results), ...(run === head ? [] : texts(head.results)));
  for (const [key, url, name, fault] of [...run.files, ...(run === head ? [] : head.files)]) add(key, link(url, name, name, fault));
  add("workflow", head.workflow);
  return [list];
}

function openRun(uid) {
  const tile = tiles.find(({ run, images }) => run.head.uid === uid && images.length) ?? tiles.find(({ run }) => run.head.uid === uid);
  if (tile) openTile(tile);
}

const keys = {
  "+": () => zoomBy(1.25), "=": () => zoomBy(1.25), "-": () => zoomBy(0.8), 0: fit, 1: () => zoomBy(1 / (place.zoom || scaleOf(stages.children[0]))),
  ArrowLeft: shift => shift ? move(-40, 0) : goOn(-1), ArrowRight: shift => shift ? move(40, 0) : goOn(1),
  ArrowUp: shift => shift && move(0, -40), ArrowDown: shift => shift && move(0, 40),
  "[": () => { setStep(opened, opened.at - 1); openTile(opened); }, "]": () => { setStep(opened, opened.at + 1); openTile(opened); },
};
viewer.addEventListener("keydown", event => {
  const act = keys[event.key], { target } = event;
  if (!act || event.ctrlKey || event.metaKey || event.altKey || /^(SELECT|INPUT)$/.test(target.tagName)) return;
  if (!stages.children.length && !/^Arrow/.test(event.key)) return;
  if (event.key.startsWith("Arrow") && !event.shiftKey && (Array.isArray(opened) || /^Arrow(Up|Down)$/.test(event.key))) return;
  event.preventDefault();
  event.stopPropagation();
  act(event.shiftKey);
});
viewer.addEventListener("close", () => {
  const tile = Array.isArray(opened) ? undefined : opened;
  Object.assign(view, { open: "", compare: false });
  stages.replaceChildren();
  writeAddress();
  const stop = tile && rows.flat().find(stop => stop.tile === tile);
  if (stop) moveTo(stop);
});
stages.addEventListener("wheel", event => {
  event.preventDefault();
  const box = event.target.closest(".stage")?.getBoundingClientRect();
  if (box) zoomBy(2 ** (-event.deltaY / 300), event.clientX - box.x - box.width / 2, event.clientY - box.y - box.height / 2);
}, { passive: false });
stages.addEventListener("pointerdown", () => { stages.dataset.held = ""; });
addEventListener("pointerup", () => { delete stages.dataset.held; });
stages.addEventListener("pointermove", event => { if ("held" in stages.dataset) move(-event.movementX, -event.movementY); });
new ResizeObserver(draw).observe(stages);
const clicks = { previous: () => goOn(-1), next: () => goOn(1), in: keys["+"], out: keys["-"], fit, pixels: keys[1], close: () => viewer.close() };
for (const [name, act] of Object.entries(clicks)) part(name).addEventListener("click", act);
part("wiper").addEventListener("input", draw);
part("way").addEventListener("change", () => {
  view.way = part("way").value;
  openChosen();
});
