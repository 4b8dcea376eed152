/* Draws the layers that gisplan.maps hands over; every text arrives as text and is set as text. */
(function () {
  "use strict";

  var FOCUSABLE_SHAPES = 60; // beyond this the table is the way in for a keyboard
  var RING_PX = 24;

  function element(tag, className, content) {
    var node = document.createElement(tag);
    if (className) node.className = className;
    if (content !== undefined) node.textContent = content;
    return node;
  }

  function popupContent(properties, labels) {
    var box = element("div", "map-popup");
    var title = element("strong", "map-popup-title");
    if (properties.href) {
      var link = element("a", "", properties.name);
      link.href = properties.href;
      title.appendChild(link);
    } else {
      title.textContent = properties.name;
    }
    box.appendChild(title);
    if (labels.length) {
      var list = element("dl");
      labels.forEach(function (label, i) {
        list.appendChild(element("dt", "", label));
        list.appendChild(element("dd", "", properties.values[i]));
      });
      box.appendChild(list);
    }
    return box;
  }

  /* Places the nth marker of one spot on hexagonal rings round it, so that none hides another. */
  function ringOffset(slot) {
    if (!slot) return [0, 0];
    var ring = 1;
    while (slot > 3 * ring * (ring + 1)) ring += 1;
    var turn = (slot - 3 * ring * (ring - 1) - 1) / (6 * ring) * 2 * Math.PI;
    return [Math.round(RING_PX * ring * Math.sin(turn)), Math.round(-RING_PX * ring * Math.cos(turn))];
  }

  function marker(feature, latlng, style) {
    var offset = ringOffset(feature.properties.slot);
    var half = style.size / 2;
    return L.marker(latlng, {
      keyboard: true,
      riseOnHover: true,
      icon: L.divIcon({
        className: "feature map-marker",
        html: style.svg,
        iconSize: [style.size, style.size],
        iconAnchor: [half - offset[0], half - offset[1]],
        popupAnchor: [offset[0], offset[1] - half],
        tooltipAnchor: [offset[0] + half, offset[1]]
      })
    });
  }

  function describe(layer, key, properties, focusable) {
    var node = layer.getElement && layer.getElement();
    if (!node) return;
    node.setAttribute("data-layer", key);
    node.setAttribute("data-feature", properties.id);
    node.setAttribute("aria-label", properties.name);
    if (layer instanceof L.Marker) return;
    node.setAttribute("role", focusable ? "button" : "img");
    if (!focusable || node.hasAttribute("tabindex")) return;
    node.setAttribute("tabindex", "0");
    node.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      layer.openPopup();
    });
  }

  function shapeStyle(style, pane, interactive) {
    return L.extend({}, style.path, { className: "feature", pane: pane, interactive: interactive });
  }

  function addLayer(map, options, data) {
    var pane = map.createPane("layer-" + options.key);
    pane.style.zIndex = 400 + Object.keys(map.planLayers).length;
    var focusable = options.popups && data.features.length <= FOCUSABLE_SHAPES;

    function prepare(feature, layer) {
      var properties = feature.properties;
      if (options.popups) {
        layer.bindPopup(function () { return popupContent(properties, options.labels); }, { minWidth: 200, maxWidth: 320 });
      }
      if (options.tooltips) {
        layer.bindTooltip(element("span", "", properties.name), { sticky: !layer.getLatLng });
      }
      (layer.eachLayer ? layer.getLayers() : [layer]).forEach(function (part) {
        part.on("add", function () { describe(part, options.key, properties, focusable); });
      });
    }

    var group = L.geoJSON(data, {
      style: function (feature) {
        return shapeStyle(options.styles[feature.properties.cls], "layer-" + options.key, options.tooltips);
      },
      pointToLayer: function (feature, latlng) {
        return marker(feature, latlng, options.styles[feature.properties.cls]);
      },
      onEachFeature: prepare
    });
    map.planLayers[options.key] = group;
    if (options.visible) group.addTo(map);
    return group;
  }

  function prepareMap(map, options) {
    map.planLayers = {};
    api.maps[options.name] = map;
    var box = map.getContainer();
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", options.label);
    box.setAttribute("lang", options.lang);
    L.control.zoom({ zoomInTitle: options.zoomIn, zoomOutTitle: options.zoomOut }).addTo(map);
    L.control.scale({ metric: true, imperial: false }).addTo(map);
    L.control.attribution({ prefix: false }).addAttribution(options.attribution).addTo(map);

    // A wheel turned over the page must not be caught by a map that nobody chose.
    map.scrollWheelZoom.disable();
    map.on("focus", function () { map.scrollWheelZoom.enable(); });
    map.on("blur", function () { map.scrollWheelZoom.disable(); });
    map.on("popupopen", function (event) {
      var button = event.popup.getElement().querySelector(".leaflet-popup-close-button");
      if (button) button.setAttribute("aria-label", options.close);
    });
    document.querySelectorAll('input[data-map="' + options.name + '"]').forEach(function (input) {
      input.addEventListener("change", function () {
        var group = map.planLayers[input.getAttribute("data-switch")];
        if (input.checked) group.addTo(map); else group.remove();
      });
    });
  }

  var api = { maps: {}, prepareMap: prepareMap, addLayer: addLayer };
  window.gisplanMap = api;
})();
