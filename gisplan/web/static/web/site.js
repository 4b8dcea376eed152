/* The menu of a narrow window, which without this script is always open, and tables that scroll by keyboard.
   Runs before the page is drawn. */
(function () {
  "use strict";
  document.documentElement.classList.add("with-menu");

  /* A table wider than its box can be scrolled; then it is a named region that the keyboard reaches. */
  function reachable(box) {
    var fits = box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight;
    if (fits || box.hasAttribute("tabindex")) return;
    var caption = box.querySelector("caption");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", caption ? caption.textContent.trim() : document.title);
  }

  function watchTables() {
    var observer = new ResizeObserver(function (entries) {
      entries.forEach(function (entry) { reachable(entry.target); });
    });
    document.querySelectorAll(".table-wrap").forEach(function (box) { observer.observe(box); });
  }

  document.addEventListener("DOMContentLoaded", function () {
    watchTables();
    var button = document.querySelector(".menu-button");
    var menu = document.getElementById("site-menu");
    if (!button || !menu) return;
    function show(open) {
      button.setAttribute("aria-expanded", String(open));
      menu.classList.toggle("open", open);
    }
    button.addEventListener("click", function () {
      show(button.getAttribute("aria-expanded") !== "true");
    });
    document.addEventListener("keydown", function (event) {
      if (event.key !== "Escape" || button.getAttribute("aria-expanded") !== "true") return;
      show(false);
      button.focus();
    });
  });
})();
