/* Sends the chosen or dropped files with a progress bar; without it the form is sent as it is. */
(function () {
  "use strict";
  var form = document.getElementById("upload-form");
  var input = document.getElementById("files");
  var drop = document.getElementById("drop");
  var chosen = document.getElementById("chosen");
  var box = document.getElementById("upload-error");
  var button = form.querySelector("button[type=submit]");

  function total() {
    return Array.prototype.reduce.call(input.files, function (sum, file) { return sum + file.size; }, 0);
  }

  function refuse(words, sentence) {
    var lines = box.querySelectorAll("p");
    lines[0].textContent = words;
    lines[1].textContent = sentence || "";
    box.hidden = false;
    document.getElementById("upload-bar").hidden = true;
    button.disabled = false;
  }

  function list() {
    chosen.textContent = "";
    Array.prototype.forEach.call(input.files, function (file) {
      var item = document.createElement("li");
      item.textContent = file.name + " (" + Math.ceil(file.size / 1000).toLocaleString(document.documentElement.lang) + " kB)";
      chosen.appendChild(item);
    });
    box.hidden = true;
  }

  function show(percent) {
    document.getElementById("upload-bar").hidden = false;
    document.getElementById("upload-progress").value = percent;
    document.getElementById("upload-percent").textContent = percent + " %";
  }

  function answer(request) {
    var told = {};
    try { told = JSON.parse(request.responseText); } catch (error) { told = {}; }
    if (told.url) window.location.assign(told.url);
    else refuse(told.error || form.dataset.failed, told.sentence);
  }

  input.addEventListener("change", list);
  if (input.files.length) list(); // chosen before this script came, or kept by the browser on the way back
  ["dragenter", "dragover"].forEach(function (name) {
    drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.add("over"); });
  });
  ["dragleave", "drop"].forEach(function (name) {
    drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.remove("over"); });
  });
  drop.addEventListener("drop", function (event) {
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    list();
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (total() > Number(form.dataset.limit)) { refuse(form.dataset.tooLarge); return; }
    var request = new XMLHttpRequest();
    request.open("POST", window.location.pathname);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.upload.addEventListener("progress", function (done) {
      if (done.lengthComputable) show(Math.floor(100 * done.loaded / done.total));
    });
    request.addEventListener("load", function () { answer(request); });
    request.addEventListener("error", function () { refuse(form.dataset.failed); });
    button.disabled = true;
    show(0);
    request.send(new FormData(form));
  });
})();
