import type { ModelRule } from "./family.js";

/** As InvokeModel and as Converse write it. */
const forcedTool =
  "tool_choice.type == 'any' || tool_choice.type == 'tool' || type(tool_choice.any) == 'object' || type(tool_choice.tool) == 'object'";

/**
 * Written for the body of InvokeModel, to be read through `rulesAt`. Which model has which trait stands in its
 * facts.
 */
export const claudeRules: readonly ModelRule[] = [
  {
    trait: "no_sampling",
    when: "temperature && temperature != `1`",
    says: "{temperature} is refused by this model: remove it",
    level: "refused",
  },
  {
    trait: "no_sampling",
    when: "top_p && top_p < `0.99`",
    says: "{top_p} is refused by this model: remove it",
    level: "refused",
  },
  {
    trait: "no_sampling",
    when: "top_k",
    says: "{top_k} is refused by this model: remove it",
    level: "refused",
  },
  {
    trait: "no_sampling",
    when: "temperature == `1` || top_p >= `0.99`",
    says: "{temperature} and {top_p} are taken by this model at their defaults at most: remove them",
    level: "doubtful",
  },
  {
    trait: "one_sampler",
    when: "temperature && top_p",
    says: "{temperature} and {top_p} are not taken together by this model: remove one of them",
    level: "refused",
  },
  {
    trait: "prefill_doubtful",
    when: "messages[-1].role == 'assistant'",
    says: "messages ends with a turn of the assistant, which this model may refuse: end with the user's",
    level: "doubtful",
  },
  {
    trait: "no_prefill",
    when: "messages[-1].role == 'assistant'",
    says: "messages ends with a turn of the assistant, which this model refuses: end with the user's",
    level: "refused",
  },
  {
    trait: "no_forced_tool",
    when: forcedTool,
    says: "{tool_choice} that forces a tool is refused by this model: leave it at auto",
    level: "refused",
  },
  {
    trait: "forced_tool_doubtful",
    when: forcedTool,
    says: "{tool_choice} that forces a tool is refused by the models of its time: leave it at auto",
    level: "doubtful",
  },
  {
    trait: "no_thinking_budget",
    when: "thinking.type == 'enabled'",
    says: '{thinking}.type enabled is refused by this model: use {"type": "adaptive"} and {output_config}.effort',
    level: "refused",
  },
  {
    trait: "thinking_budget_doubtful",
    when: "thinking.type == 'enabled'",
    says: '{thinking}.type enabled is refused by the models of its time: use {"type": "adaptive"}',
    level: "doubtful",
  },
  {
    trait: "always_thinks",
    when: "thinking.type == 'disabled'",
    says: "{thinking}.type disabled is refused by this model: remove {thinking}",
    level: "refused",
  },
  {
    trait: "thinks_between_tools",
    when: "thinking.type == 'disabled'",
    says: '{thinking}.type disabled is refused by this model: {"type": "between_tools"} is what takes its place, says Anthropic',
    level: "refused",
  },
  {
    trait: "thinks_between_tools",
    when: "thinking.type == 'between_tools' && (output_config.effort == 'xhigh' || output_config.effort == 'max')",
    says: "{output_config}.effort above high goes ill with {thinking}.type between_tools: lower it",
    level: "doubtful",
  },
  {
    trait: "thinking_off_doubtful",
    when: "thinking.type == 'disabled'",
    says: "{thinking}.type disabled is refused by the other Fable models: remove {thinking}",
    level: "doubtful",
  },
  {
    trait: "no_thinking",
    when: "thinking",
    says: "{thinking} is newer than this model: remove it",
    level: "doubtful",
  },
  {
    trait: "thinks_by_budget",
    when: "thinking.type == 'adaptive'",
    says: '{thinking}.type adaptive is newer than this model: use {"type": "enabled", "budget_tokens": …}',
    level: "doubtful",
  },
  {
    models: /claude/,
    when: "thinking.effort",
    says: "{thinking}.effort is refused: effort belongs into {output_config}",
    level: "refused",
  },
  {
    trait: "thinks_by_budget",
    when: "output_config.effort && !(anthropic_beta && contains(anthropic_beta, 'effort-2025-11-24'))",
    says: "{output_config}.effort is newer than this model: remove it",
    level: "doubtful",
  },
  {
    trait: "no_thinking",
    when: "output_config.effort",
    says: "{output_config}.effort is newer than this model: remove it",
    level: "doubtful",
  },
  {
    models: /claude/,
    lacks: "native_schema",
    when: "output_config.format || output_config.textFormat",
    says: "{output_config}.format is not known to be taken by this model: the setting output_schema asks for JSON in a way that it knows",
    level: "doubtful",
  },
  {
    trait: "thinking_off_below_xhigh",
    when: "thinking.type == 'disabled' && (output_config.effort == 'xhigh' || output_config.effort == 'max')",
    says: "{output_config}.effort above high is refused while thinking is disabled: lower it, or let it think",
    level: "refused",
  },
  {
    trait: "thinks_by_budget",
    when: "thinking.type == 'enabled' && (temperature && temperature != `1` || top_k)",
    says: "{temperature} and {top_k} do not go together with {thinking}: remove them",
    level: "doubtful",
  },
  {
    trait: "thinks_by_budget",
    when: "thinking.budget_tokens < `1024` || thinking.budget_tokens >= max_tokens",
    says: "{thinking}.budget_tokens must be 1024 or more and below {max_tokens}",
    level: "doubtful",
  },
  {
    trait: "thinks_by_default",
    when: "!thinking",
    says: 'this model thinks before it answers unless {thinking} is {"type": "disabled"}; its thinking is billed as output and counts against {max_tokens}',
    level: "note",
  },
  {
    trait: "thinks_between_tools",
    when: "!thinking",
    says: "this model thinks before it answers, and takes no thinking of the type disabled; its thinking is billed as output and counts against {max_tokens}",
    level: "note",
  },
  {
    trait: "always_thinks",
    when: "@",
    says: "this model cannot be told not to think; its thinking is billed as output and counts against {max_tokens}",
    level: "note",
  },
];
