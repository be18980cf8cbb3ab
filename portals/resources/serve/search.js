// The search of a static copy. It loads files of search/ as scripts and asks no server anything;
// portals/serve/search_files.py writes them.
"use strict";
(() => {
  const box = document.getElementById("static-search");
  const said = document.getElementById("said");
  const list = document.getElementById("results");
  const more = document.getElementById("more");
  const input = box.elements.q;
  const text = box.dataset;
  const SHOWN = 20, MOST_TERMS = 32, MOST_SIGNS = 2000, TITLE = 1, EXACT = 2;
  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const VALUES = new Map(Array.from(DIGITS, (sign, value) => [sign, value]));
  const INVISIBLE = /[\u00ad\u061c\u180e\ufeff\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufff9-\ufffb]/gu;
  const LIKE_D = /[\u00d0\u0189\u00f0\u0256]/gu;
  const OPEN_SYLLABLE = /(?<!q)[ou][^\x00-\x7f](?!\p{L})/gu;
  const BETWEEN_WORDS = /[^\p{L}\p{N}]+/u;
  const parts = new Map(), waiting = new Map();
  let about = null, turn = 0;

  // --- the files of the index -------------------------------------------------------------------

  globalThis.searchPart = (name, value) => waiting.get(name)(value);

  function part(name) {
    if (!parts.has(name)) {
      parts.set(name, new Promise((resolve, reject) => {
        waiting.set(name, resolve);
        const script = document.createElement("script");
        script.src = `${text.folder}/${name}.js?v=${text.version}`;
        script.onerror = () => { parts.delete(name); reject(new Error(name)); };
        document.head.append(script);
      }));
    }
    return parts.get(name);
  }

  function bucket(word) {
    let number = 0;
    for (let at = 0; at < word.length; at += 1) {
      number = (number * 31 + word.charCodeAt(at)) % 65521;
    }
    return number % about.buckets;
  }

  function decoded(signs) {
    const found = [];
    let last = 0, value = 0, unit = 1;
    for (const sign of signs) {
      const digit = VALUES.get(sign);
      value += (digit % 32) * unit;
      unit *= 32;
      if (digit < 32) {
        last += value;
        found.push(last);
        value = 0;
        unit = 1;
      }
    }
    return found;
  }

  // --- the two forms of a word, as portals/language/text.py makes them -------------------------

  function exact(word) {
    return word.replace(INVISIBLE, "").normalize("NFC").toLowerCase().normalize("NFC")
      .replace(OPEN_SYLLABLE, pair => about.places[pair] ?? pair).replace(LIKE_D, "đ");
  }

  function folded(word) {
    return word.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gu, "d");
  }

  function termsOf(query) {
    const wanted = [], excluded = [];
    let left = MOST_TERMS;
    const found = query.slice(0, MOST_SIGNS).matchAll(/(?:(?<!\S)(-))?(?:"([^"]*)"|([^"\s]+))/gu);
    for (const [, minus, phrase, word] of found) {
      const terms = exact(phrase || word || "").split(BETWEEN_WORDS).filter(Boolean).slice(0, left);
      left -= terms.length;
      if (minus && terms.length) { excluded.push(terms); } else { wanted.push(...terms); }
    }
    return { wanted, excluded };
  }

  // --- finding ----------------------------------------------------------------------------------

  // The articles with a word, by number; the newest is 0. Bits: in the title; with these marks.
  async function articlesWith(term) {
    const word = folded(term), words = await part(`w${bucket(word)}`);
    const entry = Object.hasOwn(words, word) ? words[word] : []; // "constructor" is a word too
    const found = new Map();
    for (let at = 0; at < entry.length; at += 2) {
      const bits = entry[at] === term ? EXACT : 0;
      for (const code of decoded(entry[at + 1])) {
        found.set(code >> 1, (found.get(code >> 1) ?? 0) | bits | (code & TITLE));
      }
    }
    return found;
  }

  async function inAll(terms) {
    const [first, ...rest] = await Promise.all(terms.map(articlesWith));
    const found = new Map();
    for (const [article, bits] of first) {
      if (rest.every(one => one.has(article))) {
        found.set(article, rest.reduce((all, one) => all & one.get(article), bits));
      }
    }
    return found;
  }

  async function find(query) {
    const { wanted, excluded } = termsOf(query);
    if (!wanted.length) { return null; }
    const hasMarks = [...wanted, ...excluded.flat()].some(term => folded(term) !== term);
    const found = await inAll(wanted);
    for (const terms of excluded) {
      for (const [article, bits] of await inAll(terms)) {
        if (bits & EXACT || !hasMarks || !(found.get(article) & EXACT)) { found.delete(article); }
      }
    }
    const rank = bits => (hasMarks ? bits : bits & TITLE);
    const order = [...found].sort(([a, x], [b, y]) => rank(y) - rank(x) || a - b);
    return { order, hasMarks, words: new Set(wanted.map(folded)) };
  }

  // --- showing ----------------------------------------------------------------------------------

  function made(tag, content, attributes = {}) {
    const element = Object.assign(document.createElement(tag), attributes);
    element.append(...content);
    return element;
  }

  function marked(shown, words) {
    const pieces = shown.split(/([\p{L}\p{N}\p{M}]+)/u);
    const isFound = piece => words.has(folded(exact(piece)));
    return made("bdi", pieces.map(piece => (isFound(piece) ? made("mark", [piece]) : piece)));
  }

  async function result([article, bits], { hasMarks, words }) {
    const cards = await part(`c${Math.floor(article / about.cards)}`);
    const [file, title, day, portal, snippet] = cards[article % about.cards];
    const kicker = [made("bdi", [about.portals[portal]]), ` · ${day}`];
    if (hasMarks && !(bits & EXACT)) { kicker.push(` · ${text.without}`); }
    const link = made("a", [marked(title, words)], { href: file });
    return made("li", [made("article", [
      made("p", kicker, { className: "kicker" }),
      made("h2", [link], { lang: "vi" }),
      made("p", [marked(snippet, words)], { className: "lead", lang: "vi" }),
    ])]);
  }

  function busy(isBusy) {
    list.setAttribute("aria-busy", String(isBusy));
  }

  async function show(found, from) {
    const mine = turn;
    busy(true);
    const shown = found.order.slice(from, from + SHOWN);
    const results = await Promise.all(shown.map(one => result(one, found)));
    if (mine !== turn) { return; }
    list.append(...results);
    busy(false);
    more.hidden = from + SHOWN >= found.order.length;
    more.onclick = () => {
      show(found, from + SHOWN).then(() => list.children[from + SHOWN].querySelector("a").focus())
        .catch(failed);
    };
  }

  function failed() {
    said.textContent = text.failed;
    busy(false);
  }

  async function search() {
    turn += 1;
    const mine = turn;
    const query = new URLSearchParams(location.hash.slice(1)).get("q") ?? "";
    input.value = query;
    busy(true);
    list.replaceChildren();
    more.hidden = true;
    said.textContent = "";
    try {
      about ??= await part("index");
      const found = await find(query);
      if (mine !== turn) { return; }
      if (!found) { busy(false); return; }
      const count = found.order.length;
      const shown = count.toLocaleString(document.documentElement.lang);
      said.textContent = count ? `${shown} ${text.hits}` : text.none;
      await show(found, 0);
    } catch {
      if (mine === turn) { failed(); }
    }
  }

  box.addEventListener("submit", event => {
    event.preventDefault();
    const wanted = `#${new URLSearchParams({ q: input.value })}`;
    if (location.hash === wanted) { search(); } else { busy(true); location.hash = wanted; }
  });
  addEventListener("hashchange", search);
  search();
})();
