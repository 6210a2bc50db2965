/** A moment as it is printed: the same on every machine, whatever its zone and language are. */
export interface PrintedTime {
  /** The time on the wall, in the fields of UTC. */
  readonly wall: Date;
  /** Minutes of the wall's zone ahead of UTC. */
  readonly offset: number;
  /** The zone's name, where it was asked for by one. */
  readonly zone: string | null;
}

/**
 * A time in the format of Ruby's strftime, flags and widths included; a directive that is none stays as it stands.
 * `use` is told how many characters a width asks for.
 */
export const strftime = (time: PrintedTime, format: string, use: (characters: number) => void): string =>
  format.replace(directive, (all, flags: string, width: string, letter: string) => {
    const whole = composed[letter];
    if (whole !== undefined) return strftime(time, whole, use);
    const field = fields[letter];
    if (!field) return all;
    use(Number(width));
    const text = withCase(String(field(time, flags, Number(width))), flags);
    const { pad = "0", size = 0 } = padded[letter] ?? { pad: " " };
    const filler = flags.includes("_") ? " " : flags.includes("0") ? "0" : pad;
    return text.padStart(flags.includes("-") ? 0 : Number(width) || size, filler);
  });

const directive = /%([-_0^#:]*)(\d*)[EO]?([A-Za-z%])/g;

const composed: Readonly<Record<string, string>> = {
  c: "%a %b %e %H:%M:%S %Y",
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  r: "%I:%M:%S %p",
  R: "%H:%M",
  T: "%H:%M:%S",
  x: "%m/%d/%y",
  X: "%H:%M:%S",
};

type Field = (time: PrintedTime, flags: string, width: number) => string | number;

const hour12 = (wall: Date): number => wall.getUTCHours() % 12 || 12;
const yearDay = (wall: Date): number =>
  Math.floor(
    (Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()) -
      Date.UTC(wall.getUTCFullYear(), 0)) /
      86_400_000,
  ) + 1;
/** The days before the first Sunday, or Monday, of a year are of week 0. */
const week = (wall: Date, firstDay: number): number =>
  Math.floor((yearDay(wall) + 6 - ((wall.getUTCDay() - firstDay + 7) % 7)) / 7);

const months = "January February March April May June July August September October November December".split(
  " ",
);
const days = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const month = ({ wall }: PrintedTime): string => months[wall.getUTCMonth()] ?? "";
const day = ({ wall }: PrintedTime): string => days[wall.getUTCDay()] ?? "";

const ordinal = (date: number): string => {
  if (date >= 11 && date <= 13) return "th";
  return ["th", "st", "nd", "rd"][date % 10] ?? "th";
};

const offset: Field = ({ offset: minutes }, flags) => {
  const size = Math.abs(minutes);
  const two = (number: number): string => String(Math.floor(number)).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(size / 60)}${flags.includes(":") ? ":" : ""}${two(size % 60)}`;
};

const fields: Readonly<Record<string, Field>> = {
  a: (time) => day(time).slice(0, 3),
  A: day,
  b: (time) => month(time).slice(0, 3),
  B: month,
  C: ({ wall }) => Math.floor(wall.getUTCFullYear() / 100),
  d: ({ wall }) => wall.getUTCDate(),
  e: ({ wall }) => wall.getUTCDate(),
  h: (time) => month(time).slice(0, 3),
  H: ({ wall }) => wall.getUTCHours(),
  I: ({ wall }) => hour12(wall),
  j: ({ wall }) => yearDay(wall),
  k: ({ wall }) => wall.getUTCHours(),
  l: ({ wall }) => hour12(wall),
  L: ({ wall }) => wall.getUTCMilliseconds(),
  m: ({ wall }) => wall.getUTCMonth() + 1,
  M: ({ wall }) => wall.getUTCMinutes(),
  n: () => "\n",
  N: ({ wall }, _, width) =>
    String(wall.getUTCMilliseconds())
      .padStart(3, "0")
      .slice(0, width || 9)
      .padEnd(width || 9, "0"),
  p: ({ wall }) => (wall.getUTCHours() < 12 ? "AM" : "PM"),
  P: ({ wall }) => (wall.getUTCHours() < 12 ? "am" : "pm"),
  q: ({ wall }) => ordinal(wall.getUTCDate()),
  s: ({ wall, offset: minutes }) => Math.floor(wall.getTime() / 1000) - minutes * 60,
  S: ({ wall }) => wall.getUTCSeconds(),
  t: () => "\t",
  u: ({ wall }) => wall.getUTCDay() || 7,
  U: ({ wall }) => week(wall, 0),
  w: ({ wall }) => wall.getUTCDay(),
  W: ({ wall }) => week(wall, 1),
  y: ({ wall }) => ((wall.getUTCFullYear() % 100) + 100) % 100,
  Y: ({ wall }) => wall.getUTCFullYear(),
  z: offset,
  Z: (time, flags, width) => time.zone ?? offset(time, flags, width),
  "%": () => "%",
};

/** What fills a field up, and to how many characters; blanks, up to a width alone, where nothing stands here. */
const padded: Readonly<Record<string, { readonly pad: string; readonly size: number }>> = {
  ...Object.fromEntries([..."CdHImMSUWy"].map((letter) => [letter, { pad: "0", size: 2 }])),
  ...Object.fromEntries([..."ekl"].map((letter) => [letter, { pad: " ", size: 2 }])),
  j: { pad: "0", size: 3 },
  L: { pad: "0", size: 3 },
  Y: { pad: "0", size: 4 },
  ...Object.fromEntries([..."NsuwzZ"].map((letter) => [letter, { pad: "0", size: 0 }])),
};

const withCase = (text: string, flags: string): string => {
  if (flags.includes("^")) return text.toUpperCase();
  if (!flags.includes("#")) return text;
  return text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
};
