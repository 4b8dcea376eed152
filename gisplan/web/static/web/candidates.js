/* A candidate chosen on the map is the one chosen in the list, and the other way round. */
(function () {
  "use strict";
  var PREFIX = "crs-";

  function candidateOf(target) {
    var node = target.closest && target.closest('[data-layer^="' + PREFIX + '"]');
    return node && document.getElementById("candidate-" + node.getAttribute("data-layer").slice(PREFIX.length));
  }

  function mark() {
    document.querySelectorAll('[data-layer^="' + PREFIX + '"]').forEach(function (node) {
      var radio = candidateOf(node);
      node.classList.toggle("chosen-candidate", Boolean(radio && radio.checked));
    });
  }

  function choose(event) {
    var radio = candidateOf(event.target);
    if (!radio) return;
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    radio.checked = true;
    mark();
  }

  document.addEventListener("click", choose);
  document.addEventListener("keydown", choose);
  document.querySelectorAll('input[name="candidate"]').forEach(function (radio) { radio.addEventListener("change", mark); });
  var srid = document.getElementById("id_srid");
  var other = document.getElementById("candidate-other");
  if (srid && other) srid.addEventListener("input", function () { other.checked = true; mark(); });
  mark();
})();
