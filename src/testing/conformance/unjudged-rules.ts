/** Rules for connectors of this kind that nobody can judge through the hooks, and why. */
export const unjudgedRules: readonly { readonly id: string; readonly what: string; readonly why: string }[] =
  [
    {
      id: "S12",
      what: "the config's type is generated from the specification",
      why: "types are no hook's answer",
    },
    {
      id: "W11",
      what: "memory stays bounded in a very large run",
      why: "one write holds all its records anyway",
    },
    { id: "L08", what: "calls keep to a quota over minutes", why: "it needs a clock that can be given" },
    { id: "T02", what: "users can test their templates", why: "hosts have no hook for it" },
    { id: "O02", what: "help and documents are current", why: "no hook answers with them" },
    { id: "O03", what: "the tests need no network", why: "they are the connector's own" },
    {
      id: "O04",
      what: "the public API has types, and the documents' examples run",
      why: "types are no hook's answer",
    },
  ];
