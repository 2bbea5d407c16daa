// Starts the deck, and makes whatever is too tall or too wide for its slide smaller until it fits.
const WIDTH = 1280, HEIGHT = 720, ROOM = 40;

// How far down and to the right the contents of a slide reach.
function reach(section) {
  const box = section.getBoundingClientRect(), scale = Reveal.getScale();
  const parts = [...section.querySelectorAll("p, pre, img, table, li, mjx-container, h1, h2, h3")];
  const edges = parts.filter((part) => !part.closest("aside")).map((part) => part.getBoundingClientRect());
  return {
    tall: Math.max(0, ...edges.map((edge) => edge.bottom - box.top)) / scale / (HEIGHT - ROOM),
    wide: Math.max(0, ...edges.map((edge) => edge.right - box.left)) / scale / WIDTH,
  };
}

function fit(section) {
  if (section.querySelector("section")) return;
  Reveal.slide(...Object.values(Reveal.getIndices(section)).slice(0, 2));
  for (const table of section.querySelectorAll("table")) { // columns that are too wide
    const room = table.parentElement.clientWidth;
    for (let size = 22; table.scrollWidth > room && size > 14; size--) table.style.fontSize = `${size}px`;
  }
  let zoom = 1;
  for (let tries = 0; tries < 8; tries++) { // lines break anew at each size
    section.style.zoom = zoom;
    const { tall, wide } = reach(section);
    if (Math.max(tall, wide) <= 1) break;
    zoom /= Math.min(2, Math.max(tall, wide) * 1.02);
  }
}

async function start() {
  await MathJax.startup.promise;
  await MathJax.typesetPromise();
  await Reveal.initialize({
    width: WIDTH, height: HEIGHT, margin: 0, center: false, hash: true, transition: "none", controls: false,
    slideNumber: "c/t", plugins: [RevealNotes],
  });
  const { h, v } = Reveal.getIndices(); // where the address leads
  document.querySelectorAll(".slides section").forEach(fit);
  Reveal.slide(h, v);
  document.documentElement.dataset.ready = "yes";
}

window.addEventListener("load", start);
