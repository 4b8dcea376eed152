/* Maps that move together: each keeps its distance from the others and their scale. */
(function () {
  "use strict";
  var box = document.querySelector("[data-lock]");
  if (!box || !window.gisplanMap) return;
  var maps = box.getAttribute("data-lock").split(" ").map(function (name) { return gisplanMap.maps[name]; });
  if (maps.some(function (map) { return !map; })) return;
  var moving = false;
  var home = [];

  function widest() {
    return maps.reduce(function (one, other) { return other.getZoom() < one.getZoom() ? other : one; });
  }

  function follow(leader) {
    if (moving) return;
    moving = true;
    var at = maps.indexOf(leader);
    var centre = leader.getCenter();
    maps.forEach(function (map, k) {
      if (map === leader) return;
      var place = [centre.lat + home[k].lat - home[at].lat, centre.lng + home[k].lng - home[at].lng];
      map.setView(place, leader.getZoom(), { animate: false });
    });
    moving = false;
  }

  var first = widest();
  var view = { centre: first.getCenter(), zoom: first.getZoom() };
  moving = true;
  maps.forEach(function (map) {
    map.setView(box.hasAttribute("data-same") ? view.centre : map.getCenter(), view.zoom, { animate: false });
  });
  moving = false;
  home = maps.map(function (map) { return map.getCenter(); });
  maps.forEach(function (map) { map.on("move zoomend", function () { follow(map); }); });
  box.setAttribute("data-locked", "true");
})();
