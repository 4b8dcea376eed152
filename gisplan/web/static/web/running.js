/* Asks once a second how far the import is; its end loads the report. */
(function () {
  "use strict";
  var EVERY_MS = 1000;
  var box = document.getElementById("running");
  var now = document.getElementById("now");
  var lang = document.documentElement.lang;

  function written(value) { return Math.round(value).toLocaleString(lang); }

  function showPhase(phase) {
    var line = box.querySelector('[data-phase="' + phase.name + '"]');
    line.classList.toggle("now", phase.now);
    line.querySelector("progress").max = phase.total || Math.max(phase.rows, 1);
    line.querySelector("progress").value = phase.rows;
    line.querySelector(".count").textContent = written(phase.rows) + (phase.total ? " / " + written(phase.total) : "");
  }

  function show(told) {
    if (now.textContent !== told.now) now.textContent = told.now; // said aloud only where it changes
    told.phases.forEach(showPhase);
    var parts = [];
    if (told.rows_per_s) parts.push(written(told.rows_per_s) + " " + box.dataset.rate);
    if (told.seconds_left) parts.push(written(told.seconds_left) + " " + box.dataset.left);
    document.getElementById("rate").textContent = parts.join(", ");
  }

  function ask() {
    fetch(box.dataset.url, { headers: { Accept: "application/json" } }).then(function (answer) {
      return answer.json();
    }).then(function (told) {
      if (!told.going) { window.location.reload(); return; }
      show(told);
      window.setTimeout(ask, EVERY_MS);
    }).catch(function () { window.setTimeout(ask, 5 * EVERY_MS); });
  }

  window.setTimeout(ask, EVERY_MS);
})();
