/**
 * The text without what a model could take for a marker of a fence, in any case and in letters that only look alike,
 * or for a turn of a chat template. Every such place becomes `[marker removed]`: something has to stand there, or
 * what is left on both sides could join to a marker.
 */
export const removeMarkers = (text: string, label: string): string => {
  // The marks begin with one of these two, or with a character beyond ASCII that looks like it.
  if (!/[<[\u0080-\uffff]/.test(text)) return text;
  const { folded, starts } = fold(text);
  let kept = "";
  let end = 0;
  for (const { index, 0: found } of folded.matchAll(markers(label.toLowerCase()))) {
    kept += `${text.slice(end, starts[index])}[marker removed]`;
    end = starts[index + found.length] ?? text.length;
  }
  return end === 0 ? text : kept + text.slice(end);
};

/** Every repetition is bounded, so that no text takes long. */
const markers = (label: string): RegExp =>
  new RegExp(
    [
      // A tag of the fence's own label, with or without a nonce.
      `<(?:\\s{0,3}/\\s{0,3})?${label}(?:[\\s/_:#=-][^<>]{0,80})?>`,
      // With a blank in front of it no further word may follow, or it is a comparison in prose.
      `<\\s{1,3}${label}(?:[/_:#=-][^<>\\s]{0,80})?\\s{0,3}>`,
      // A marker of any other fence.
      "<\\s{0,3}/?\\s{0,3}[a-z][a-z0-9_-]{0,40}-[0-9a-f]{16}(?:\\s{0,3}>)?",
      // Turns of the chat templates of raw prompts.
      "<\\|[^|<>]{1,40}\\|>|<</?sys>>|\\[/?inst\\]",
    ].join("|"),
    "g",
  );

/** The text in plain lower-case letters, and for each of them where it starts in the text. */
const fold = (text: string): { folded: string; starts: number[] } => {
  let folded = "";
  let start = 0;
  const starts: number[] = [];
  const known = new Map<string, string>();
  for (const character of text) {
    const plain = known.get(character) ?? foldCharacter(character);
    known.set(character, plain);
    for (let unit = 0; unit < plain.length; unit++) starts.push(start);
    folded += plain;
    start += character.length;
  }
  return { folded, starts };
};

const foldCharacter = (character: string): string =>
  [...character.normalize("NFKD").toLowerCase()]
    .map((part) => lookalikes.get(part) ?? part)
    .join("")
    .replace(/[\p{Cf}\p{M}]/gu, "")
    .replace(/\p{Pd}/gu, "-");

/** Characters that Unicode's compatibility forms keep apart although nobody can tell them from ASCII. */
const lookalikes: ReadonlyMap<string, string> = new Map(
  [
    ["<", "‹〈⟨❬❮˂ᐸ≺"],
    [">", "›〉⟩❭❯˃ᐳ≻"],
    ["/", "⁄∕⧸╱"],
    ["-", "−➖"],
    ["|", "∣ǀ│"],
    ["a", "аα"],
    ["b", "ь"],
    ["c", "сϲ"],
    ["d", "ԁ"],
    ["e", "еєε"],
    ["h", "һ"],
    ["i", "іıι"],
    ["j", "ј"],
    ["k", "кκ"],
    ["l", "ӏ"],
    ["m", "м"],
    ["n", "п"],
    ["o", "оο"],
    ["p", "рρ"],
    ["q", "ԛ"],
    ["s", "ѕ"],
    ["t", "тτ"],
    ["u", "υ"],
    ["v", "ѵν"],
    ["w", "ԝ"],
    ["x", "хχ"],
    ["y", "уγ"],
  ].flatMap(([plain = "", alike = ""]) => [...alike].map((character) => [character, plain] as const)),
);
