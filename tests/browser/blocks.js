// What axe looks at in a page, block by block, without its words: two blocks written alike here are alike for axe.
(owner) => {
  // Said to somebody: axe asks whether there is something to say, not what.
  const WORDS = new Set(["alt", "aria-description", "aria-label", "aria-valuetext", "label", "placeholder", "title", "value"]);
  // Names of other elements of the page: what matters is what they are, and whether they are there.
  const REFERENCES = new Set(["aria-controls", "aria-describedby", "aria-labelledby", "aria-owns", "for", "form", "headers", "list"]);
  // Where a link leads, what a form calls a field, the bounds of what may be typed, the curves of a drawing.
  const UNSEEN = new Set([
    ..."action enctype name id src datetime max min step maxlength minlength pattern accept".split(" "),
    ..."cols colspan rows rowspan size aria-valuemax aria-valuemin aria-valuenow".split(" "),
    ..."cx cy d height points r transform viewBox width x x1 x2 y y1 y2".split(" "),
  ]);
  // Walked through, unless a role asks something of what they hold: inside are blocks of their own.
  const LANDMARKS = new Set([null, "banner", "contentinfo", "main", "navigation", "search"]);
  const FRAMES = new Set("article aside body details div footer form header li main nav section ul".split(" "));

  const heard = (element) => `${element.localName}${element.textContent.trim() ? "" : " silent"}`;
  const named = (id) => { const one = owner.getElementById(id); return one ? heard(one) : "nothing"; };
  const attribute = ({ name, value }) => {
    if (UNSEEN.has(name) || (name.startsWith("data-") && !name.startsWith("data-fr-"))) return "";
    if (name === "class") return `class=${value.trim().split(/\s+/).sort().join(".")}`;
    if (name === "href") return value.startsWith("#") ? `href=#${named(value.slice(1))}` : "href";
    if (WORDS.has(name)) return value.trim() ? name : `${name}=nothing`;
    if (REFERENCES.has(name)) return `${name}=${value.trim().split(/\s+/).map(named).join("+")}`;
    return `${name}=${value}`;
  };
  const labels = (element) => [...(element.labels ?? [])].map((label) => `labelled by ${heard(label)}`);
  const tag = (element) => {
    const attributes = [...element.attributes].map(attribute).filter(Boolean).sort();
    return `<${[element.localName, ...attributes, ...labels(element)].join(" ")}>`;
  };
  // Lines of a list or of a table that are alike count once, and once more when there are several.
  const once = (parts) => [...new Set(parts)].map((part) => (parts.indexOf(part) === parts.lastIndexOf(part) ? part : `${part}*`));
  const whole = (element) => {
    const parts = [...element.childNodes].map((node) => {
      if (node.nodeType === Node.TEXT_NODE) return node.data.trim() ? "words" : "";
      return node.nodeType === Node.ELEMENT_NODE ? whole(node) : "";
    });
    return `${tag(element)}(${once(parts.filter(Boolean)).join("")})`;
  };
  const walkedThrough = (element) => FRAMES.has(element.localName) && LANDMARKS.has(element.getAttribute("role")) && !speaks(element);
  const speaks = (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const blocks = (element, above, place) => {
    if (!walkedThrough(element)) return [[above + whole(element), place]];
    const here = above + tag(element);
    const inside = [...element.children].flatMap((child, rank) => blocks(child, here, `${place} > ${child.localName}:nth-child(${rank + 1})`));
    return [[here, place], ...inside];
  };
  return blocks(owner.body, "", "body");
}
