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
    return Math.min.apply(null, maps.map(function (map) { return map.getZoom(); }));
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

  var zoom = widest();
  moving = true;
  maps.forEach(function (map) {
    map.setView((box.hasAttribute("data-same") ? maps[0] : map).getCenter(), zoom, { animate: false });
  });
  moving = false;
  home = maps.map(function (map) { return map.getCenter(); });
  maps.forEach(function (map) { map.on("move zoomend", function () { follow(map); }); });
  box.setAttribute("data-locked", "true");
})();
