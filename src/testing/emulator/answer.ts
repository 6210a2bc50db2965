import { type Analysis, analyse } from "./analyse.js";
import { chooseLabel, neutralBand } from "./label.js";
import { readPrompt } from "./read-prompt.js";

/**
 * The emulator's answer to a prompt. This is a demo backend and no language model: word lists and
 * patterns find mood, central sentence and mentions, and a label is chosen by simple hints where the prompt asks
 * for `one of: a, b, c`. It does real work on the real text and gives the same prompt the same answer.
 */
export const answer = (prompt: string): string => {
  const { data, options } = readPrompt(prompt);
  if (!data.trim()) return "There is no text to work on in this prompt.";
  const analysis = analyse(data);
  const label = options.length > 0 ? `Label: ${chooseLabel(options, analysis)}\n` : "";
  return label + describe(analysis);
};

const maxGistCharacters = 240;
const maxMentions = 8;

const describe = ({ sentiment, gist, mentions }: Analysis): string => {
  const line = gist.replace(/\s+/g, " ").trim();
  const quote = line.length > maxGistCharacters ? `${cutAtWord(line)}…` : line;
  const sentences = [
    `Sentiment: ${moodName(sentiment)} (${(Math.round(sentiment * 10) / 10 + 0).toFixed(1)}).`,
  ];
  if (quote) sentences.push(`Gist: "${quote}"`);
  if (mentions.length > 0)
    sentences.push(
      `Mentions: ${mentions
        .slice(0, maxMentions)
        .map(({ value, type }) => `${value} (${type})`)
        .join(", ")}.`,
    );
  return sentences.join(" ");
};

const cutAtWord = (line: string): string =>
  line.slice(0, maxGistCharacters).replace(/\s+\S*$|[\ud800-\udbff]$/, "");

const moodName = (sentiment: number): string => {
  if (Math.abs(sentiment) <= neutralBand) return "neutral";
  return sentiment > 0 ? "positive" : "negative";
};
