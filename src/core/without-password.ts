/** An address as it may be shown: a database's without its password, anything else as it is. */
export const withoutPassword = (address: string): string => {
  const [, start, user, rest = ""] = /^(\w[\w+.-]*:\/\/)(?:([^?#]*)@)?(.*)$/s.exec(address) ?? [];
  if (start === undefined) return address;
  const shown = rest.replace(/([?&])(?:ssl)?password=[^&#]*&?/gi, "$1").replace(/[?&]$/, "");
  return `${start}${user === undefined ? "" : `${user.split(":")[0]}@`}${shown}`;
};
