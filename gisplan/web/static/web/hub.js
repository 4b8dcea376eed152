/* The hub workbench: marks A and B that are dragged, placed or moved by key, their bands on the map, their figures. */
(function () {
  "use strict";

  var box = document.getElementById("hub-result");
  var form = document.getElementById("hub-form");
  var map = window.gisplanMap && window.gisplanMap.maps.map_main;
  if (!box || !form || !map) return;

  var STEP_M = 50, LONG_STEP_M = 250, METRES_A_DEGREE = 111320;
  var ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  var words = JSON.parse(document.getElementById("hub-words").textContent);
  var lang = document.documentElement.lang;
  var compare = document.getElementById("hub-compare");
  var remove = document.getElementById("hub-remove");
  var hubs = {
    A: { lon: "lon", lat: "lat", place: "luogo", colour: "#c0227a", line: "#17324d", dash: null, fills: ["#2b5f8a", "#6fa5cc", "#bcd7ea"] },
    B: { lon: "lon2", lat: "lat2", place: "luogo2", colour: "#8a4b00", line: "#7a3b00", dash: "7 4", fills: ["#b4641a", "#dfa25c", "#f3d7b3"] }
  };

  function field(name) { return form.elements[name]; }
  function active() { return field("attivo").value || "A"; }
  function number(text) { return parseFloat(text.replace(",", ".")); }

  function say(message) {
    var notice = document.getElementById("hub-error");
    notice.hidden = !message;
    notice.firstElementChild.textContent = message;
  }

  function written(value) {
    if (value === null) return box.dataset.unknown;
    if (typeof value === "number") return new Intl.NumberFormat(lang, { maximumFractionDigits: 0, useGrouping: "always" }).format(value);
    return words[value] || value;
  }

  function position(hub) { return { lon: number(field(hub.lon).value), lat: number(field(hub.lat).value) }; }

  function isPlaced(hub) {
    var at = position(hub);
    return isFinite(at.lon) && isFinite(at.lat) && Math.abs(at.lat) <= 90;
  }

  function question(hub) {
    var at = position(hub);
    return { lon: at.lon, lat: at.lat, mode: field("modo").value, minutes: field("minuti").value.split(",").map(Number) };
  }

  function cells(row, values, head) {
    while (row.children.length > 1) row.lastElementChild.remove();
    values.forEach(function (value) {
      var cell = document.createElement(head ? "th" : "td");
      if (head) cell.scope = "col";
      if (head || typeof value === "number") cell.className = "num";
      cell.textContent = head ? value : written(value);
      row.appendChild(cell);
    });
  }

  function fill(bands) {
    box.querySelectorAll("tr[data-field]").forEach(function (row) {
      var name = row.dataset.field;
      cells(row, bands.map(function (band) { return band[name]; }), name === "minutes");
    });
  }

  function fillCompared() {
    var a = hubs.A.bands, b = hubs.B.bands;
    var both = Boolean(a && b && a.length === b.length);
    compare.hidden = !both;
    if (!both) return;
    compare.querySelectorAll("tr[data-compare]").forEach(function (row) {
      var name = row.dataset.compare, values = [];
      a.forEach(function (band, k) {
        var one = band[name], other = b[k][name];
        if (name === "minutes") values.push(one + ": A", one + ": B", one + ": B − A");
        else values.push(one, other, one === null || other === null ? null : other - one);
      });
      cells(row, values, name === "minutes");
    });
    document.getElementById("hub-status-b").textContent = "A: " + hubs.A.municipality + "; B: " + hubs.B.municipality;
  }

  function tell(answer) {
    var run = answer.run;
    var facts = {
      engine_version: run.engine_version, territory: run.editions.territory,
      people_grid: run.editions.people_grid || box.dataset.unknown, input_digest: run.input_digest.slice(0, 12),
      speed_kmh: new Intl.NumberFormat(lang).format(run.parameters.speed_kmh)
    };
    box.querySelectorAll("[data-run]").forEach(function (node) { node.textContent = facts[node.dataset.run]; });
  }

  /* The address, the link and the forms that keep a hub say the same state. */
  function share() {
    var query = new URLSearchParams({ modo: field("modo").value, minuti: field("minuti").value });
    [hubs.A, hubs.B].forEach(function (hub) {
      if (!isPlaced(hub)) return;
      query.set(hub.lon, field(hub.lon).value);
      query.set(hub.lat, field(hub.lat).value);
    });
    var view = window.gisplanView;
    ["lon", "lat", "lon2", "lat2", "modo", "minuti"].forEach(function (name) { view.write(name, query.get(name)); });
    ["luogo", "luogo2"].forEach(function (name) { view.write(name, null); });
    ["strati", "vista"].forEach(function (name) { if (view.read(name) !== null) query.set(name, view.read(name)); });
    var address = location.pathname + "?" + query;
    document.getElementById("hub-link").href = address;
    var profile = document.getElementById("hub-profile");
    profile.href = profile.href.split("?")[0] + "?" + new URLSearchParams({ lon: field("lon").value, lat: field("lat").value });
    history.replaceState(null, "", address);
    document.querySelectorAll(".hub-save").forEach(function (save) {
      ["lon", "lat", "lon2", "lat2", "modo", "minuti"].forEach(function (name) { save.elements[name].value = query.get(name) || ""; });
    });
    var keep = document.getElementById("hub-keep");
    if (keep) keep.hidden = !isPlaced(hubs.A);
  }

  function draw(letter, answer) {
    var hub = hubs[letter];
    if (hub.drawn) hub.drawn.remove();
    hub.drawn = L.geoJSON({ type: "FeatureCollection", features: answer.features.filter(function (one) { return one.geometry; }) }, {
      pane: "hub-bands",
      interactive: false,
      className: "hub-band hub-band-" + letter,
      style: function (feature) {
        var order = hub.bands.indexOf(feature.properties);
        return { color: hub.line, weight: 2, dashArray: hub.dash, fillColor: hub.fills[Math.min(order, 2)], fillOpacity: 0.5 };
      }
    }).addTo(map);
  }

  function show(letter, answer) {
    var hub = hubs[letter];
    hub.bands = answer.features.map(function (feature) { return feature.properties; }).reverse();
    hub.municipality = answer.municipality;
    draw(letter, answer);
    if (letter === "A") { fill(hub.bands); tell(answer); box.hidden = false; }
    remove.hidden = !hubs.B.bands;
    fillCompared();
    document.getElementById("hub-status").textContent = answer.municipality;
    share();
    say("");
  }

  /* One question of a hub at a time; of those that come meanwhile, only the newest is asked. */
  function ask(letter) {
    var hub = hubs[letter];
    if (hub.busy) { hub.waiting = true; return; }
    hub.busy = true;
    fetch(box.dataset.address, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(question(hub))
    }).then(function (response) {
      return response.json().then(function (answer) {
        if (!response.ok) say(answer.error.message);
        else if (hub.mark) show(letter, answer);
      });
    }).catch(function () { say(box.dataset.failed); }).then(function () {
      hub.busy = false;
      if (hub.waiting) { hub.waiting = false; ask(letter); }
    });
  }

  function svg(letter) {
    return '<svg viewBox="0 0 24 24" width="34" height="34" aria-hidden="true" focusable="false">' +
      '<path fill="' + hubs[letter].colour + '" stroke="#fff" stroke-width="1.5" d="M12 1a8 8 0 0 1 8 8c0 5-8 14-8 14S4 14 4 9a8 8 0 0 1 8-8z"/>' +
      '<text x="12" y="12.6" text-anchor="middle" font-size="10" font-weight="700" fill="#fff">' + letter + "</text></svg>";
  }

  function makeMark(letter, point) {
    var hub = hubs[letter];
    hub.mark = L.marker(point, {
      draggable: true, autoPan: true, keyboard: true, title: letter + ": " + box.dataset.hub, alt: letter + ": " + box.dataset.hub,
      icon: L.divIcon({ className: "hub-mark hub-mark-" + letter, html: svg(letter), iconSize: [34, 34], iconAnchor: [17, 33] })
    }).addTo(map);
    hub.mark.on("drag", function () { moved(letter, hub.mark.getLatLng()); });
    var node = hub.mark.getElement();
    node.setAttribute("aria-label", letter + ": " + box.dataset.hub);
    node.addEventListener("keydown", function (event) { step(letter, event); });
  }

  /* The arrows move a mark by metres, not by what a pixel happens to be. */
  function step(letter, event) {
    var arrow = ARROWS[event.key], at = hubs[letter].mark.getLatLng();
    if (!arrow) return;
    event.preventDefault();
    event.stopPropagation();
    var metres = event.shiftKey ? LONG_STEP_M : STEP_M;
    var lat = at.lat + arrow[1] * metres / METRES_A_DEGREE;
    var lon = at.lng + arrow[0] * metres / (METRES_A_DEGREE * Math.cos(at.lat * Math.PI / 180));
    moved(letter, L.latLng(lat, lon));
    map.panInside([lat, lon], { padding: [60, 60] });
  }

  function place(letter, point, asked) {
    var hub = hubs[letter];
    field(hub.lon).value = point.lng.toFixed(6);
    field(hub.lat).value = point.lat.toFixed(6);
    if (!hub.mark) makeMark(letter, point);
    else if (!hub.mark.getLatLng().equals(point)) hub.mark.setLatLng(point);
    if (asked) ask(letter);
  }

  /* By hand: what was named before no longer says where the hub is. */
  function moved(letter, point) {
    field(hubs[letter].place).value = "";
    place(letter, point, true);
  }

  function fromFields(letter, moveMap) {
    var hub = hubs[letter], at = position(hub);
    if (!isPlaced(hub)) { if (field(hub.lon).value || field(hub.lat).value) ask(letter); return; }
    var point = L.latLng(at.lat, at.lon);
    place(letter, point, true);
    if (moveMap) map.setView(point, Math.max(map.getZoom(), 13), { animate: false });
  }

  function named(letter) {
    var hub = hubs[letter], asked = field(hub.place).value.trim().toLowerCase();
    if (!asked) return false;
    var options = Array.prototype.slice.call(document.querySelectorAll("#hub-places option"));
    var found = options.find(function (one) {
      var label = one.value.toLowerCase();
      return label === asked || label.replace(/ \([^)]*\)$/, "") === asked;
    });
    if (!found) return false;
    var parts = found.dataset.at.split(",");
    field(hub.lon).value = parts[0];
    field(hub.lat).value = parts[1];
    field("attivo").value = letter;
    return true;
  }

  function takeAwayB() {
    var hub = hubs.B;
    if (hub.mark) hub.mark.remove();
    if (hub.drawn) hub.drawn.remove();
    hub.mark = hub.drawn = hub.bands = null;
    ["lon2", "lat2", "luogo2"].forEach(function (name) { field(name).value = ""; });
    field("attivo").value = "A";
    remove.hidden = true;
    fillCompared();
    share();
  }

  map.createPane("hub-bands").style.zIndex = 450;
  map.on("click", function (event) { moved(active(), event.latlng); });
  form.addEventListener("submit", function (event) {
    var unknown = ["A", "B"].some(function (letter) { return field(hubs[letter].place).value.trim() && !named(letter); });
    if (unknown) return;  /* the server says which name it does not know */
    event.preventDefault();
    fromFields("A", active() === "A");
    fromFields("B", active() === "B");
  });
  ["modo", "minuti"].forEach(function (name) {
    field(name).addEventListener("change", function () {
      ["A", "B"].forEach(function (letter) { if (hubs[letter].mark) ask(letter); });
    });
  });
  ["A", "B"].forEach(function (letter) {
    field(hubs[letter].place).addEventListener("change", function () { if (named(letter)) fromFields(letter, true); });
    if (isPlaced(hubs[letter])) fromFields(letter, false);
  });
  remove.addEventListener("click", takeAwayB);
})();
