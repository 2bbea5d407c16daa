// A control of the stage: a square to draw on with mouse, pen, finger and keys. It stands in the same
// module as stage.js; its value is a list of darknesses from 0 to 1, row by row.

function pad(spec, change, refuse, parts) {
  const n = spec.side;
  let pixels = spec.value, at = 0, ink = null, last = null;
  const canvas = make("canvas", { width: 30 * n, height: 30 * n });
  const place = make("span", { class: "unseen", role: "status" });
  const element = make("div", { class: "pad", tabindex: 0, role: "application", "aria-label": spec.label, title: spec.hint }, canvas, place);
  function draw() {
    const pen = canvas.getContext("2d");
    pixels.forEach((dark, k) => {
      const [x, y] = [30 * (k % n), 30 * Math.floor(k / n)];
      pen.fillStyle = `hsl(0 0% ${100 * (1 - dark)}%)`;
      pen.fillRect(x, y, 30, 30);
      const here = k === at && element.matches(":focus-visible");
      [pen.lineWidth, pen.strokeStyle] = here ? [4, "#d55e00"] : [1, "#8a8a8a"];
      pen.strokeRect(x + 2, y + 2, 27, 27);
    });
  }
  function put(cells, dark) {
    const fresh = cells.filter((k) => pixels[k] !== dark);
    if (!fresh.length) return;
    pixels = pixels.map((old, k) => fresh.includes(k) ? dark : old);
    draw();
    change(pixels);
  }
  function pointOf(event) {
    const box = canvas.getBoundingClientRect();
    const along = (share) => n * Math.min(Math.max(share, 0), 0.999);
    return [along((event.clientX - box.left) / box.width), along((event.clientY - box.top) / box.height)];
  }
  const cellAt = ([x, y]) => n * Math.floor(y) + Math.floor(x);
  function stroke(event) { // every cell on the way from the last point: no gaps however fast
    for (const each of event.getCoalescedEvents?.().concat(event) ?? [event]) {
      const [x, y] = pointOf(each), [fromX, fromY] = last ?? [x, y];
      const shares = Array.from({ length: 4 * n + 1 }, (_, i) => i / (4 * n));
      put(shares.map((share) => cellAt([fromX + (x - fromX) * share, fromY + (y - fromY) * share])), ink);
      last = [x, y];
    }
  }
  let off = false;
  canvas.addEventListener("pointerdown", (event) => {
    if (off || event.button > 2) return;
    element.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    ink = parts[spec.eraser]?.value || event.button === 2 || event.button === 5 ? 0 : 1;
    [at, last] = [cellAt(pointOf(event)), null];
    stroke(event);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => { if (ink !== null) stroke(event); });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { ink = null; });
  const keepHere = (event) => { event.preventDefault(); event.stopPropagation(); };
  for (const name of ["contextmenu", "dblclick"]) canvas.addEventListener(name, keepHere);
  element.addEventListener("keydown", (event) => {
    const [row, column] = [Math.floor(at / n), at % n];
    const to = { ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1], Home: [row, 0], End: [row, n - 1] }[event.key];
    if (to) at = n * Math.min(Math.max(to[0], 0), n - 1) + Math.min(Math.max(to[1], 0), n - 1);
    else if (event.key === " " || event.key === "Enter") put([at], pixels[at] < 0.5 ? 1 : 0);
    else return;
    place.textContent = `row ${Math.floor(at / n) + 1}, column ${at % n + 1}: ${Math.round(100 * pixels[at])} % ink`;
    draw();
    event.preventDefault();
  });
  for (const name of ["focus", "blur"]) element.addEventListener(name, draw);
  const set = (value) => { pixels = value; draw(); };
  const enable = (yes) => { off = !yes; element.setAttribute("aria-disabled", off); };
  return { ...basics(spec, [], element), set, enable };
}
