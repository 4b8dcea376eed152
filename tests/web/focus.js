() => {
  /* The stops of the keyboard: each must look different with the focus on it, have a name, and stand in its order. */
  const LOOK = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "borderTopColor", "borderTopWidth", "stroke",
                "strokeWidth"];
  const shown = node => node.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true});
  const stops = [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")].filter(
    node => node.tabIndex >= 0 && !node.disabled && shown(node));
  const look = node => [node, ...(node.labels || [])].flatMap(one => ["", "::before", "::after"].map(part => {
    const style = getComputedStyle(one, part || null);
    return LOOK.map(name => style[name]).join("|");
  })).join("/");
  const textOf = id => document.getElementById(id)?.textContent || "";
  const nameOf = node => [
    ...(node.getAttribute("aria-labelledby") || "").split(" ").map(textOf),
    ...[...(node.labels || [])].map(label => label.textContent),
    ...[...node.querySelectorAll("img[alt], svg[aria-label]")].map(one => one.alt || one.getAttribute("aria-label")),
    node.getAttribute("aria-label"), node.title, node.textContent, node.type === "submit" ? node.value : "",
  ].join(" ").trim();
  const found = {stops: stops.length, unseen: [], nameless: [], unreached: [], ahead: []};
  for (const node of stops) {
    document.activeElement.blur();
    const before = look(node), told = node.outerHTML.slice(0, 140);
    node.focus();
    if (document.activeElement !== node) found.unreached.push(told);
    else if (look(node) === before) found.unseen.push(told);
    if (!nameOf(node)) found.nameless.push(told);
    if (node.tabIndex > 0) found.ahead.push(told);
  }
  return found;
}
