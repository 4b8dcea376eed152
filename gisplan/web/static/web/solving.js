/* Asks once a second how far the solver is; its end loads the result. */
(function () {
  "use strict";
  var EVERY_MS = 1000;
  var box = document.getElementById("solving");
  var now = document.getElementById("now");

  function ask() {
    fetch(box.dataset.url, { headers: { Accept: "application/json" } }).then(function (answer) {
      return answer.json();
    }).then(function (told) {
      if (!told.going) { window.location.reload(); return; }
      if (now.textContent !== told.now) now.textContent = told.now; // said aloud only where it changes
      window.setTimeout(ask, EVERY_MS);
    }).catch(function () { window.setTimeout(ask, 5 * EVERY_MS); });
  }

  window.setTimeout(ask, EVERY_MS);
})();
