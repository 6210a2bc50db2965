/** Whether a URL leads to this very machine. */
export const isLoopback = (url: string): boolean =>
  URL.canParse(url) && /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
