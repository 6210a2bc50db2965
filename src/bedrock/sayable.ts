import type { Connection } from "../connection/connection.js";

/** What a message about a row may say beside a service's usual words. */
interface Sayable {
  /** Words of the settings, in lower case: ids, the keys and constants of the request format. */
  readonly own: ReadonlySet<string>;
  /** What was sent, as text. */
  readonly body: string;
}

/** The words of a connection's settings that stand in no row, and others that do not. */
export const ownWords = (connection: Connection, others: readonly string[] = []): ReadonlySet<string> => {
  const { modelId, candidateModelIds, region, requestFormat, outputSchema } = connection;
  const sample = `${requestFormat}\n${outputSchema ?? ""}`.replace(/\{\{.*?\}\}|\{%.*?%\}/gs, "{{}}");
  const constants = [...sample.matchAll(/"([\w.:-]{1,64})"|[:[,]\s*(\d+(?:\.\d+)?)/g)];
  const ids = [modelId, ...candidateModelIds, region].filter((id) => !id?.startsWith("arn:"));
  const known = constants.flatMap(([, text, number]) => text ?? number ?? []);
  return new Set([...ids, ...known, ...others].map(lower));
};

const lower = (text: string): string => String(text).toLowerCase();

/**
 * A service's message with nothing left of a row in it, whatever the service or a proxy made of the row: whole, cut,
 * escaped or encoded. What stays is not what looks harmless but what is known: the words that such messages are made
 * of, the settings' own, and numbers beside what they count. All else is "…".
 */
export const withoutRows = (message: string, sayable: Sayable): string => {
  const words = message.slice(0, longest).replace(/\barn:[^\s"']+/g, hidden);
  const parts = partsOf(words);
  const said = parts.map((part, at) => (isSayable(part, at, parts, sayable) ? part.text : hidden));
  const text =
    parts.map(({ before }, at) => before + said[at]).join("") + words.slice(parts.at(-1)?.end ?? 0);
  const unquoted = text.replace(quoted, (all, open, inner, close) =>
    /\s/.test(inner.trim()) || inner.includes(hidden) ? `${open}${hidden}${close}` : all,
  );
  return unquoted
    .replace(/[^\p{L}\p{N}\s.,:;!?#/()[\]{}<>"'`“”‘’=+*|_…-]/gu, hidden)
    .replace(/…(?:[^\p{L}\p{N}…]*…)+/gu, hidden)
    .trim();
};

const hidden = "…";
const longest = 1_000;

/** A run between blanks and punctuation, where in the message it ends, and what stands before it. */
interface Part {
  readonly text: string;
  readonly before: string;
  readonly end: number;
}

const partsOf = (message: string): Part[] => {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: text, index } of message.matchAll(partPattern)) {
    parts.push({ text, before: message.slice(end, index), end: index + text.length });
    end = index + text.length;
  }
  return parts;
};

/** An apostrophe stands inside of a word or is punctuation. */
const partPattern = /(?:[^\s.,:;!?#/()[\]{}<>"'`“”‘’=+*|]|(?<=\p{L})['’](?=\p{L})|(?<=\w)[.:](?=\w))+/gu;

const quoted = /(?<![\p{L}\p{N}])(["'`“‘])([^"'`”’]+)(["'`”’])/gu;

const isSayable = ({ text }: Part, at: number, parts: readonly Part[], sayable: Sayable): boolean => {
  if (text === hidden) return true;
  if (sayable.own.has(lower(text))) return true;
  return text
    .split(/[.:]/)
    .every((piece) =>
      /^\d+$/.test(piece) ? isCount(piece, text, at, parts, sayable) : isWord(piece, sayable),
    );
};

const isWord = (piece: string, { own }: Sayable): boolean =>
  own.has(lower(piece)) ||
  serviceWords.has(lower(piece).replace("’", "'").replace(/'s$/, "")) ||
  (/[_-]/.test(piece) && piece.split(/[_-]/).every((word) => serviceWords.has(lower(word))));

/** A place in a list, or a number beside what it counts. What the row holds is neither. */
const isCount = (
  digits: string,
  text: string,
  at: number,
  parts: readonly Part[],
  sayable: Sayable,
): boolean => {
  if (sayable.own.has(digits)) return true;
  // A place in a list, behind the list's name.
  if (digits.length === 1 && (/^[a-z]\w*\./i.test(text) || /[/[]$/.test(parts[at]?.before ?? "")))
    return true;
  if (text !== digits || digits.length > mostDigits || sayable.body.includes(digits)) return false;
  const [previous = "", next = ""] = [parts[at - 1]?.text, parts[at + 1]?.text].map((word) =>
    lower(word ?? ""),
  );
  const compared = / [<>+]=? /.test(`${parts[at]?.before}|${parts[at + 1]?.before ?? ""}`);
  // Numbers in a row may be the codes of letters.
  if (!compared && (/^\d/.test(previous) || /^\d/.test(next))) return false;
  return compared || counted.test(previous) || counted.test(next);
};

const mostDigits = 7;
const counted =
  /^(?:max\w*|min\w*|tokens?|characters?|bytes|mb|length|limit|count|requested|exceeds?|least|most|than|items?|messages?|images?|seconds)$/;

/** The words of the messages that Bedrock, its models' validators and gateways are known to write. */
const serviceWords = new Set(
  `a about above access account action active actual additional again agreement aliases all allow allowed allows also
  an and another any anthropic_version api are argument arguments arn array arrays as assistant at audio authentication
  authorized authorization available aws back bad based be because bedrock been before begin being below between block
  blocks body boolean both bucket but by bytes cache cache_control call calls can cannot capacity change character
  characters check chunk client close com combination complete completion concurrent conflict connection contact contain
  contained contains content contents context conversation could count counting create created credential credentials current
  currently custom data day days decrease default delete denied deprecated demand described did different disabled do
  document documents does doesn't don't due during each earlier effort either empty enable enabled encoding end endpoint
  ends enough enum error errors exactly exceed exceeded exceeds exception execution exist existing exists expected
  expired explicitly extra extraneous fail failed failure false features field fields file final find first following for
  forbidden form format found from function gateway general generation get given global greater group guardrail had
  has have header headers help higher hour hours however http https id identifier identity if image images implicit in include
  included includes incorrect increase inference input inputs inside instead integer internal into invalid invocation
  invocations invoke invokemodel is isn isn't isnt it item items its json key keys large larger last later least legacy
  length less level life limit limits list location long longer lookup lower made make malformed many map match matched
  matches max maximum maxitems maxlength maxtokens may media message messages method min minimum minitems minlength
  minute minutes missing model models modified more most multiple must name near need needed needs neither newer no non
  none nor not nothing now null number object of off offset older on once one only operation operations option optional
  options or order organization other out output outputs over overloaded owner page pairs parameter parameters parse
  parsed parsing part parts pass passed path pattern payload pending per perform performed period permission permissions
  permitted please policies policy position possible present prefill previous process processed processing profile
  profiles progress prompt prompts properties property provide provided provider providers provisioned quota quotas
  range rate raw reach reached read reading reason received reduce reference reformat region regions rejected remove
  removed replace request requested requests require required requires reset resource resources response responses
  result results retired retry return returned role roles rpm rule safe same schema schemas second seconds security see
  seen select send sent sequence sequences server service services session set short should signature since single size
  smaller some specified specify start started state status stop stopped stream streaming string strings structure
  submit submitted subscription such support supported supports system temperature temporarily text than that the their
  them then there these they thinking this those throttled throughput time timed timeout times to together token tokens
  too tool tool_choice tool_result tool_use tools top total tpm true try trying turn two type types unable unauthorized
  unavailable unexpected unique unknown unmarshal unrecognized unsupported until up upgrade upper usage use used user
  uses using valid validate validation value values verify version video violation violations wait was way we well were
  what when where whether which while will with within without work workload would wrong year years you your zero
  been`.split(/\s+/),
);
