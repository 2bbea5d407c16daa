// Six small things that a page of the book does by itself.

// A link to a section works in Jupyter's form too: "#3.2-How-surprised".
function openTarget() {
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (!wanted) {
    return;
  }
  let target = document.getElementById(wanted);
  for (const heading of document.querySelectorAll("article h1, article h2, article h3, article h4")) {
    const words = heading.firstChild ? heading.cloneNode(true) : heading;
    words.querySelectorAll(".headerlink").forEach((link) => link.remove());
    if (!target && words.textContent.trim().replaceAll(" ", "-") === wanted) {
      target = heading;
    }
  }
  target?.closest("details")?.setAttribute("open", "");
  target?.scrollIntoView();
}

// A formula that is too wide becomes smaller, down to a size that can still be read.
function fitFormulas(smallest) {
  for (const formula of document.querySelectorAll("article mjx-container[display=true]")) {
    formula.style.zoom = "";
    const room = formula.parentElement.clientWidth / formula.firstElementChild.offsetWidth;
    formula.style.zoom = Math.min(1, Math.max(smallest, room));
  }
}

// What is too wide all the same scrolls in its place, also by keyboard.
function fit() {
  fitFormulas(0.75);
  const places = "article div.math, article mjx-container[display=true]";
  for (const place of document.querySelectorAll(places)) {
    if (place.scrollWidth > place.clientWidth) {
      place.tabIndex = 0;
    }
  }
}

// The recorded form of a widget comes when it is asked for: the widest that is not made smaller, so
// that its letters stay large. It takes the height that it needs.
function formFor(room) {
  // As in the widgets' own stage: from 640 pixels on, the controls stand beside the picture.
  const picture = room < 640 ? room : 0.73 * room - 14;
  return picture >= 607 ? "" : picture >= 466 ? "-middle" : "-narrow";
}
function play(button) {
  const frame = document.createElement("iframe");
  frame.title = "The widget, recorded for some of its values";
  const form = formFor(button.parentElement.clientWidth - 24); // the margins inside
  frame.src = button.dataset.recorded.replace(".html", `${form}.html`);
  frame.addEventListener("load", () => {
    const fit = () => (frame.style.height = `${frame.contentDocument.body.scrollHeight + 16}px`);
    new ResizeObserver(fit).observe(frame.contentDocument.body);
    frame.focus();
  });
  button.closest(".cell")?.querySelector("figure")?.setAttribute("hidden", "");
  button.replaceWith(frame);
}
document.querySelectorAll("button.play").forEach((button) =>
  button.addEventListener("click", () => play(button)));

// On paper every guess is answered and all code is seen, hints and solutions stay out, and a wide
// formula is made to fit.
const folds = () => document.querySelectorAll("article .cell details:not([open])");
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...folds()];
  opened.forEach((fold) => fold.setAttribute("open", ""));
  fitFormulas(0);
});
addEventListener("afterprint", () => {
  opened.forEach((fold) => fold.removeAttribute("open"));
  fit();
});

// The list of all pages is a landmark, so that its title belongs to one.
const sidebar = document.getElementById("pst-primary-sidebar");
sidebar?.setAttribute("role", "complementary");
sidebar?.setAttribute("aria-label", "All pages");

addEventListener("hashchange", openTarget);
addEventListener("load", () => {
  openTarget();
  fit();
  window.MathJax?.startup?.promise?.then(fit);
});
addEventListener("resize", fit);
