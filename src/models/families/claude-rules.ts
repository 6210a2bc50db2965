import type { ModelRule } from "./family.js";

/** Opus 4.7, and every model after it. */
const unsampled = /claude-(opus-4-[78]|(opus|sonnet|haiku|fable|mythos)-5)/;
/** Those that think by a budget, and not adaptively. */
const budgeted = /claude-(3-7|(opus|sonnet|haiku)-4-(\d{8}|1-|5-))/;
/** Those that cannot be kept from thinking: 5 and 5.1, not what comes after them. */
const alwaysThinking = /claude-(fable|mythos)-5(-1)?(?!-\d)/;

/**
 * Sources: Bedrock user guide, "Adaptive thinking", "Extended thinking" and "Request and Response"; Anthropic's
 * migration guide for what became of sampling. What they say of some models only is doubtful for their sisters.
 * Written for the body of InvokeModel, to be read through `rulesAt`.
 */
export const claudeRules: readonly ModelRule[] = [
  {
    models: unsampled,
    when: "temperature && temperature != `1`",
    says: "{temperature} is refused by this model: remove it",
    level: "refused",
  },
  {
    models: unsampled,
    when: "top_p && top_p < `0.99`",
    says: "{top_p} is refused by this model: remove it",
    level: "refused",
  },
  {
    models: unsampled,
    when: "top_k",
    says: "{top_k} is refused by this model: remove it",
    level: "refused",
  },
  {
    models: unsampled,
    when: "temperature == `1` || top_p >= `0.99`",
    says: "{temperature} and {top_p} are taken by this model at their defaults at most: remove them",
    level: "doubtful",
  },
  {
    models: /claude-(sonnet|haiku)-4-5/,
    when: "temperature && top_p",
    says: "{temperature} and {top_p} are not taken together by this model: remove one of them",
    level: "refused",
  },
  {
    models: unsampled,
    when: "messages[-1].role == 'assistant'",
    says: "messages ends with a turn of the assistant, which this model may refuse: end with the user's",
    level: "doubtful",
  },
  {
    models: /claude-(opus-4-7|sonnet-5(?!-\d)|(fable|mythos)-5(-1)?(?!-\d))/,
    when: "thinking.type == 'enabled'",
    says: '{thinking}.type enabled is refused by this model: use {"type": "adaptive"} and {output_config}.effort',
    level: "refused",
  },
  {
    models: /claude-(opus-4-8|opus-5|sonnet-5-5|haiku-5|fable-5-2)/,
    when: "thinking.type == 'enabled'",
    says: '{thinking}.type enabled is refused by the models of its time: use {"type": "adaptive"}',
    level: "doubtful",
  },
  {
    models: alwaysThinking,
    when: "thinking.type == 'disabled'",
    says: "{thinking}.type disabled is refused by this model: remove {thinking}",
    level: "refused",
  },
  {
    models: /claude-fable-5-2/,
    when: "thinking.type == 'disabled'",
    says: "{thinking}.type disabled is refused by the other Fable models: remove {thinking}",
    level: "doubtful",
  },
  {
    models: /claude-3-(?!7)/,
    when: "thinking",
    says: "{thinking} is newer than this model: remove it",
    level: "doubtful",
  },
  {
    models: budgeted,
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
    models: /claude-opus-5(?!-\d)/,
    when: "thinking.type == 'disabled' && (output_config.effort == 'xhigh' || output_config.effort == 'max')",
    says: "{output_config}.effort above high is refused while thinking is disabled: lower it, or let it think",
    level: "refused",
  },
  {
    models: budgeted,
    when: "thinking.type == 'enabled' && (temperature && temperature != `1` || top_k)",
    says: "{temperature} and {top_k} do not go together with {thinking}: remove them",
    level: "doubtful",
  },
  {
    models: budgeted,
    when: "thinking.budget_tokens < `1024` || thinking.budget_tokens >= max_tokens",
    says: "{thinking}.budget_tokens must be 1024 or more and below {max_tokens}",
    level: "doubtful",
  },
  {
    models: /claude-(opus|sonnet)-5/,
    when: "!thinking",
    says: 'this model thinks before it answers unless {thinking} is {"type": "disabled"}; its thinking is billed as output and counts against {max_tokens}',
    level: "note",
  },
  {
    models: alwaysThinking,
    when: "@",
    says: "this model cannot be told not to think; its thinking is billed as output and counts against {max_tokens}",
    level: "note",
  },
];
