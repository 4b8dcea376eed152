/* Large layers: vector tiles (MVT) drawn on canvases inside Leaflet, with their popups. */
(function () {
  "use strict";

  var TILE_PX = 512;
  var NEAR_PX = 6; // how far from a line or a dot a click still means it
  var BATCH = 300; // shapes in one path: longer paths are slower to fill
  var decoder = new TextDecoder();

  /* Protocol buffers: numbers of seven bits a byte, and fields with a length. */
  function Reader(bytes) { this.bytes = bytes; this.pos = 0; this.end = bytes.length; }
  Reader.prototype.varint = function () {
    var value = 0, factor = 1, byte;
    do {
      byte = this.bytes[this.pos++];
      value += (byte & 127) * factor;
      factor *= 128;
    } while (byte & 128);
    return value;
  };
  Reader.prototype.part = function () {
    var length = this.varint();
    this.pos += length;
    return this.bytes.subarray(this.pos - length, this.pos);
  };
  Reader.prototype.skip = function (kind) {
    if (kind === 0) this.varint();
    else if (kind === 2) this.part();
    else this.pos += kind === 1 ? 8 : 4;
  };
  function fields(bytes, visit) {
    var reader = new Reader(bytes);
    while (reader.pos < reader.end) {
      var tag = reader.varint(), before = reader.pos;
      visit(tag >> 3, reader);
      if (reader.pos === before) reader.skip(tag & 7);
    }
  }
  function packed(bytes) {
    var reader = new Reader(bytes), found = [];
    while (reader.pos < reader.end) found.push(reader.varint());
    return found;
  }

  function number(bytes) {
    var found = null;
    fields(bytes, function (field, reader) {
      if (field === 4 || field === 5) found = reader.varint();
      else if (field === 6) { var raw = reader.varint(); found = raw % 2 ? -(raw + 1) / 2 : raw / 2; }
    });
    return found;
  }

  function readFeature(bytes) {
    var feature = { id: 0, kind: 0, tags: [], parts: [] };
    fields(bytes, function (field, reader) {
      if (field === 1) feature.id = reader.varint();
      else if (field === 2) feature.tags = packed(reader.part());
      else if (field === 3) feature.kind = reader.varint();
      else if (field === 4) feature.parts = readParts(reader.part());
    });
    return feature;
  }

  /* Rings and lines as [x, y, x, y, …] in units of the tile, and the box round all of them. */
  function readParts(bytes) {
    var reader = new Reader(bytes), parts = [], part = null, x = 0, y = 0, todo = 0, command = 0;
    while (reader.pos < reader.end) {
      if (!todo) {
        var word = reader.varint();
        command = word & 7;
        todo = word >> 3;
        if (command === 7) { todo = 0; continue; }
      }
      todo -= 1;
      var dx = reader.varint(), dy = reader.varint();
      x += (dx >> 1) ^ -(dx & 1);
      y += (dy >> 1) ^ -(dy & 1);
      if (command === 1) parts.push(part = []);
      part.push(x, y);
    }
    return parts;
  }

  function readTile(buffer) {
    var tile = {};
    fields(new Uint8Array(buffer), function (field, reader) {
      if (field !== 3) return;
      var name = "", keys = [], values = [], features = [], extent = 4096;
      fields(reader.part(), function (inner, layer) {
        if (inner === 1) name = decoder.decode(layer.part());
        else if (inner === 2) features.push(readFeature(layer.part()));
        else if (inner === 3) keys.push(decoder.decode(layer.part()));
        else if (inner === 4) values.push(number(layer.part()));
        else if (inner === 5) extent = layer.varint();
      });
      features.forEach(function (feature) {
        for (var i = 0; i < feature.tags.length; i += 2) feature[keys[feature.tags[i]]] = values[feature.tags[i + 1]];
        scale(feature, TILE_PX / extent);
      });
      tile[name] = features;
    });
    return tile;
  }

  function scale(feature, factor) {
    var box = [Infinity, Infinity, -Infinity, -Infinity];
    feature.parts.forEach(function (part) {
      for (var i = 0; i < part.length; i += 2) {
        var x = part[i] *= factor, y = part[i + 1] *= factor;
        if (x < box[0]) box[0] = x;
        if (y < box[1]) box[1] = y;
        if (x > box[2]) box[2] = x;
        if (y > box[3]) box[3] = y;
      }
    });
    feature.box = box;
  }

  function styleOf(options, feature) {
    var style = options.styles[feature.c === undefined || feature.c === null ? "" : String(feature.c)];
    return (style || options.styles[""]).path;
  }

  function byStyle(features, options) {
    var groups = new Map();
    features.forEach(function (feature) {
      var style = styleOf(options, feature);
      if (!groups.has(style)) groups.set(style, []);
      groups.get(style).push(feature);
    });
    return groups;
  }

  function trace(pen, part, closed) {
    pen.moveTo(part[0], part[1]);
    for (var i = 2; i < part.length; i += 2) pen.lineTo(part[i], part[i + 1]);
    if (closed) pen.closePath();
  }

  function drawShapes(pen, features, style, hatch) {
    pen.strokeStyle = style.color;
    pen.lineWidth = style.weight;
    pen.lineJoin = "round";
    pen.setLineDash(style.dashArray ? style.dashArray.split(/[ ,]+/).map(Number) : []);
    for (var start = 0; start < features.length; start += BATCH) {
      var batch = features.slice(start, start + BATCH);
      pen.beginPath();
      batch.forEach(function (feature) {
        feature.parts.forEach(function (part) { trace(pen, part, feature.kind === 3); });
      });
      if (batch[0].kind === 3) {
        pen.globalAlpha = style.fillOpacity;
        pen.fillStyle = hatch || style.fillColor;
        pen.fill();
      }
      pen.globalAlpha = 1;
      pen.stroke();
    }
  }

  /* A dot for what is smaller than four pixels is four pixels; one that stands for a point is larger, with a rim. */
  function drawDots(pen, features, style, isPoint) {
    var radius = isPoint ? 4 : 2;
    pen.setLineDash([]);
    pen.globalAlpha = isPoint ? 0.9 : Math.max(0.75, style.fillOpacity);
    pen.fillStyle = style.fillColor.charAt(0) === "#" ? style.fillColor : style.color;
    pen.strokeStyle = style.color;
    pen.lineWidth = 0.75;
    for (var start = 0; start < features.length; start += BATCH) {
      pen.beginPath();
      features.slice(start, start + BATCH).forEach(function (feature) {
        var x = feature.parts[0][0], y = feature.parts[0][1];
        if (!isPoint) { pen.rect(x - radius, y - radius, 2 * radius, 2 * radius); return; }
        pen.moveTo(x + radius, y);
        pen.arc(x, y, radius, 0, 2 * Math.PI);
      });
      pen.fill();
      if (isPoint) pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  function hatchOf(pen, style) {
    if (style.fillColor.charAt(0) === "#") return null;
    var piece = document.createElement("canvas");
    piece.width = piece.height = 6;
    var ink = piece.getContext("2d");
    ink.fillStyle = "#ffffff";
    ink.fillRect(0, 0, 6, 6);
    ink.strokeStyle = "#5d6b78";
    ink.beginPath();
    ink.moveTo(-1, 7); ink.lineTo(7, -1); ink.moveTo(-1, 1); ink.lineTo(1, -1); ink.moveTo(5, 7); ink.lineTo(7, 5);
    ink.stroke();
    return pen.createPattern(piece, "repeat");
  }

  function draw(canvas, tile, options) {
    var ratio = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = canvas.height = TILE_PX * ratio;
    var pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    byStyle(tile.shapes || [], options).forEach(function (features, style) {
      drawShapes(pen, features, style, hatchOf(pen, style));
    });
    byStyle(tile.dots || [], options).forEach(function (features, style) {
      drawDots(pen, features, style, options.geometry === "point");
    });
  }

  function inside(feature, x, y) {
    var odd = false;
    feature.parts.forEach(function (ring) {
      for (var i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
        if ((ring[i + 1] > y) !== (ring[j + 1] > y) &&
            x < (ring[j] - ring[i]) * (y - ring[i + 1]) / (ring[j + 1] - ring[i + 1]) + ring[i]) odd = !odd;
      }
    });
    return odd;
  }

  function alongside(feature, x, y) {
    var here = L.point(x, y);
    return feature.parts.some(function (line) {
      for (var i = 2; i < line.length; i += 2) {
        var from = L.point(line[i - 2], line[i - 1]), to = L.point(line[i], line[i + 1]);
        if (L.LineUtil.pointToSegmentDistance(here, from, to) <= NEAR_PX) return true;
      }
      return false;
    });
  }

  function hit(feature, x, y) {
    var box = feature.box;
    if (x < box[0] - NEAR_PX || x > box[2] + NEAR_PX || y < box[1] - NEAR_PX || y > box[3] + NEAR_PX) return false;
    if (feature.kind === 1) return true;
    return feature.kind === 3 ? inside(feature, x, y) : alongside(feature, x, y);
  }

  /* The last drawn lies on top. */
  function found(tile, x, y) {
    return ["dots", "shapes"].reduce(function (known, name) {
      if (known || !tile[name]) return known;
      for (var i = tile[name].length - 1; i >= 0; i -= 1) if (hit(tile[name][i], x, y)) return tile[name][i];
      return known;
    }, null);
  }

  var Canvas = L.GridLayer.extend({
    createTile: function (coords, done) {
      var canvas = document.createElement("canvas"), options = this.options;
      fetch(L.Util.template(options.url, { x: coords.x, y: coords.y, z: coords.z + options.zoomOffset }), { credentials: "same-origin" }) // never cut off: the browser keeps what it gets
        .then(function (answer) {
          if (!answer.ok) throw new Error(String(answer.status));
          return answer.arrayBuffer();
        })
        .then(function (buffer) {
          canvas.read = readTile(buffer);
          draw(canvas, canvas.read, options);
          done(null, canvas);
        })
        .catch(function (error) { done(error, canvas); });
      return canvas;
    },
    leftOut: function () {
      return Object.values(this._tiles).reduce(function (sum, tile) {
        var told = tile.current && tile.el.read && tile.el.read.left_out;
        return sum + (told ? told[0].n : 0);
      }, 0);
    },
    featureAt: function (latlng) {
      if (this._tileZoom === undefined || !this._map) return null;
      var point = this._map.project(latlng, this._tileZoom);
      var coords = point.divideBy(TILE_PX).floor();
      var tile = this._tiles[coords.x + ":" + coords.y + ":" + this._tileZoom];
      if (!tile || !tile.el.read) return null;
      return found(tile.el.read, point.x - coords.x * TILE_PX, point.y - coords.y * TILE_PX);
    }
  });

  function say(map, latlng, content) {
    return L.popup({ minWidth: 180, maxWidth: Math.min(320, map.getSize().x - 120), autoPanPaddingTopLeft: [60, 8] })
      .setLatLng(latlng).setContent(content).openOn(map);
  }

  function message(text, action, act) {
    var box = document.createElement("div");
    box.className = "map-popup";
    var line = document.createElement("p");
    line.textContent = text;
    box.appendChild(line);
    if (action) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "map-popup-button";
      button.textContent = action;
      button.addEventListener("click", act);
      box.appendChild(button);
    }
    return box;
  }

  function showFeature(map, options, id, latlng) {
    return fetch(options.featureUrl.replace("{id}", id), { credentials: "same-origin" })
      .then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      })
      .then(function (feature) {
        var properties = { members: [feature.properties] };
        var outline = L.geoJSON(feature.geometry, {
          pane: "chosen", interactive: false,
          style: { color: "#b34700", weight: 4, fill: false, interactive: false },
          pointToLayer: function (_, place) {
            return L.circleMarker(place, { radius: 9, color: "#b34700", weight: 4, fill: false, pane: "chosen", interactive: false });
          }
        }).addTo(map);
        var popup = say(map, latlng || outline.getBounds().getCenter(), window.gisplanMap.popupContent(properties, options.labels));
        popup.on("remove", function () { outline.remove(); });
      })
      .catch(function () { say(map, latlng || map.getCenter(), message(options.notAnswered)); });
  }

  function choose(map, layer, options, event) {
    var feature = layer.featureAt(event.latlng);
    if (!feature) return false;
    if (feature.n > 1) {
      var text = options.manyHere.replace("{count}", feature.n.toLocaleString(options.lang));
      say(map, event.latlng, message(text, options.zoomHere, function () {
        map.closePopup();
        map.setView(event.latlng, Math.min(map.getMaxZoom(), map.getZoom() + 2));
        map.getContainer().focus({ preventScroll: true });
      }));
    } else {
      showFeature(map, options, feature.id, event.latlng);
    }
    return true;
  }

  function prepare(map) {
    if (map.tileLayers) return;
    map.tileLayers = [];
    map.createPane("chosen").style.zIndex = 580;
    map.getPane("chosen").style.pointerEvents = "none";
    map.getContainer().setAttribute("data-tiles", "ready");
    map.tileNote = document.createElement("p");
    map.tileNote.className = "map-note";
    map.tileNote.hidden = true;
    map.tileNote.setAttribute("role", "status");
    map.getContainer().appendChild(map.tileNote);
    function visible() { return map.tileLayers.filter(function (one) { return one.options.tooltips && map.hasLayer(one.layer); }).reverse(); }
    // A click on a shape below reaches the map, too: what lies on top answers last, and so is the one that stays.
    map.on("click", function (event) {
      window.setTimeout(function () {
        visible().some(function (one) { return choose(map, one.layer, one.options, event); });
      }, 0);
    });
    map.on("mousemove", function (event) {
      var over = visible().some(function (one) { return one.layer.featureAt(event.latlng); });
      map.getContainer().classList.toggle("over-feature", over);
    });
  }

  /* The page says when every tile is drawn, which print and tests wait for, and what is not drawn. */
  function tellState(map) {
    var shown = map.tileLayers.filter(function (one) { return map.hasLayer(one.layer); });
    var loading = shown.some(function (one) { return one.layer.isLoading(); });
    map.getContainer().setAttribute("data-tiles", loading ? "loading" : "ready");
    if (loading) return;
    var words = shown.map(function (one) {
      var count = one.layer.leftOut();
      return count ? one.options.leftOut.replace("{count}", count.toLocaleString(one.options.lang)) : "";
    }).join(" ").trim();
    map.tileNote.textContent = words;
    map.tileNote.hidden = !words;
  }

  function addTiles(map, options) {
    prepare(map);
    var pane = map.createPane("layer-" + options.key);
    pane.style.zIndex = 400 + Object.keys(map.planLayers).length;
    pane.style.pointerEvents = "none";
    pane.setAttribute("aria-hidden", "true");
    var west = options.box[0], south = options.box[1], east = options.box[2], north = options.box[3];
    var layer = new Canvas(L.extend({}, options, {
      pane: pane, tileSize: TILE_PX, zoomOffset: -1, minZoom: options.firstZoom + 1, maxZoom: 23, updateWhenIdle: false, keepBuffer: 1,
      bounds: L.latLngBounds([[south, west], [north, east]]).pad(0.02)
    }));
    map.tileLayers.push({ layer: layer, options: options });
    layer.on("loading load add remove", function () { tellState(map); });
    map.planLayers[options.key] = layer;
    if (options.visible) layer.addTo(map);
    if (options.chosen !== null) showFeature(map, options, options.chosen);
    return layer;
  }

  window.gisplanMap.addTiles = addTiles;
  window.gisplanMap.readTile = readTile;
})();
