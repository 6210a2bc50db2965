// Generated from src/models/facts. Do not edit: change the facts and run `npm run generate`.

/**
 * What is known of one model.
 */
export interface KnownModel {
  /**
   * `null` where its body on InvokeModel is not known.
   */
  family: string | null;
  provider: string;
  name: string;
  /**
   * What stands in front of its id in its inference profiles.
   */
  profiles?: string[];
  /**
   * Bedrock refuses the bare id.
   */
  profile_required?: true;
  /**
   * As of the autumn of 2026; Bedrock's own answer is newer.
   */
  lifecycle: "active" | "preview" | "legacy" | "gone";
  /**
   * The first day, in any region, on which it no longer answers.
   */
  end_of_life?: string;
  /**
   * What it answers with, where its family does not tell.
   */
  answers?: "text" | "vector" | "other";
  /**
   * Why it has no family: its body on InvokeModel is not known.
   */
  unproven?: string;
  /**
   * In tokens, from the parameter pages and model cards of the Bedrock user guide; where those say nothing, from models.dev as of November 2026. Where sources differ the larger stands: a limit that is too low would cry wolf.
   */
  limits?: {
    /**
     * Input and output together.
     */
    context?: number;
    output?: number;
  };
  /**
   * How many tokens of the quota one output token burns at the end of a call; 1 where nothing is said.
   */
  burndown?: number;
  /**
   * The fewest tokens that a prompt cache of the model keeps; absent where it is not known to have one.
   */
  cache_from?: number;
  /**
   * The length of a vector where the body asks for none and it is not its family's.
   */
  vector_length?: number;
  /**
   * The service counts its tokens without a call.
   */
  counts_tokens?: true;
  /**
   * What sets it apart from others of its family: words that the rules and ways of its family name.
   *
   * @minItems 1
   */
  traits?: string[];
  /**
   * It answers records of batch inference jobs, by the Bedrock user guide, batch-inference-supported, of 2026-10. Another may do so since.
   */
  batch?: true;
  /**
   * It has the flex service tier, by the Bedrock user guide, service-tiers-inference, of 2026-10.
   */
  flex?: true;
  /**
   * Models that may take its place, what its vendor or AWS recommends first, then the nearest by vendor, price and size.
   *
   * @minItems 1
   */
  successors?: {
    /**
     * A base id.
     */
    model: string;
    /**
     * Who recommends it; nobody but this package where it is absent.
     */
    by?: string;
  }[];
}

/**
 * What is taken of the models of one line that are not listed themselves.
 */
export interface ModelLine {
  /**
   * A regular expression over base ids.
   */
  models: string;
  /**
   * How many tokens of the quota one output token burns at the end of a call; 1 where nothing is said.
   */
  burndown?: number;
  /**
   * The length of a vector where the body asks for none and it is not its family's.
   */
  vector_length?: number;
  /**
   * What sets it apart from others of its family: words that the rules and ways of its family name.
   *
   * @minItems 1
   */
  traits?: string[];
}

/** By base id. */
export const knownModels: Readonly<Record<string, KnownModel>> = {
  "anthropic.claude-3-5-haiku-20241022-v1:0": {"family":"claude","provider":"Anthropic","name":"Claude 3.5 Haiku","profiles":["us"],"lifecycle":"gone","end_of_life":"2026-06-19","limits":{"context":200000,"output":8192},"counts_tokens":true,"traits":["no_thinking","forced_tool"],"successors":[{"model":"anthropic.claude-haiku-4-5-20251001-v1:0","by":"Anthropic"},{"model":"anthropic.claude-haiku-5-5"}],"batch":true},
  "anthropic.claude-3-5-sonnet-20240620-v1:0": {"family":"claude","provider":"Anthropic","name":"Claude 3.5 Sonnet","profiles":["us","eu","apac"],"lifecycle":"gone","end_of_life":"2026-03-01","limits":{"context":200000,"output":8192},"counts_tokens":true,"traits":["no_thinking","forced_tool"],"successors":[{"model":"anthropic.claude-sonnet-5","by":"Anthropic"},{"model":"anthropic.claude-sonnet-4-6"},{"model":"anthropic.claude-sonnet-5-5"}],"batch":true},
  "anthropic.claude-3-5-sonnet-20241022-v2:0": {"family":"claude","provider":"Anthropic","name":"Claude 3.5 Sonnet v2","profiles":["us","apac"],"lifecycle":"gone","end_of_life":"2026-03-01","limits":{"context":200000,"output":8192},"counts_tokens":true,"traits":["no_thinking","forced_tool"],"successors":[{"model":"anthropic.claude-sonnet-5","by":"Anthropic"},{"model":"anthropic.claude-sonnet-4-6"},{"model":"anthropic.claude-sonnet-5-5"}],"cache_from":1024,"batch":true},
  "anthropic.claude-3-7-sonnet-20250219-v1:0": {"family":"claude","provider":"Anthropic","name":"Claude 3.7 Sonnet","profiles":["us","eu","apac"],"profile_required":true,"lifecycle":"gone","end_of_life":"2026-04-28","limits":{"context":200000},"burndown":5,"counts_tokens":true,"traits":["thinks_by_budget","forced_tool"],"successors":[{"model":"anthropic.claude-sonnet-5","by":"Anthropic"},{"model":"anthropic.claude-sonnet-4-6"}],"cache_from":1024,"batch":true},
  "anthropic.claude-3-haiku-20240307-v1:0": {"family":"claude","provider":"Anthropic","name":"Claude 3 Haiku","profiles":["us","eu","apac"],"lifecycle":"gone","end_of_life":"2026-09-10","limits":{"context":200000,"output":4096},"traits":["no_thinking","forced_tool"],"successors":[{"model":"anthropic.claude-haiku-4-5-20251001-v1:0","by":"Anthropic"},{"model":"anthropic.claude-haiku-5-5"},{"model":"amazon.nova-lite-v1:0"}],"batch":true},
  "anthropic.claude-3-opus-20240229-v1:0": {"family":"claude","provider":"Anthropic","name":"Claude 3 Opus","profiles":["us"],"lifecycle":"gone","end_of_life":"2026-01-15","limits":{"context":200000,"output":4096},"traits":["no_thinking","forced_tool"],"successors":[{"model":"anthropic.claude-opus-4-8","by":"Anthropic"},{"model":"anthropic.claude-opus-4-6-v1"},{"model":"anthropic.claude-sonnet-4-6"}],"batch":true},
  "anthropic.claude-haiku-4-5-20251001-v1:0": {"family":"claude","provider":"Anthropic","name":"Claude Haiku 4.5","profiles":["au","eu","global","in","jp","us"],"profile_required":true,"lifecycle":"active","limits":{"context":200000,"output":64000},"burndown":5,"traits":["one_sampler","thinks_by_budget","native_schema","forced_tool"],"cache_from":4096,"batch":true},
  "anthropic.claude-opus-4-1-20250805-v1:0": {"family":"claude","provider":"Anthropic","name":"Claude Opus 4.1","profiles":["us"],"profile_required":true,"lifecycle":"legacy","end_of_life":"2027-01-08","limits":{"context":200000,"output":32000},"burndown":5,"traits":["thinks_by_budget","forced_tool"],"successors":[{"model":"anthropic.claude-opus-4-8","by":"AWS startups team"},{"model":"anthropic.claude-opus-4-6-v1"}]},
  "anthropic.claude-opus-4-5-20251101-v1:0": {"family":"claude","provider":"Anthropic","name":"Claude Opus 4.5","profiles":["eu","global","us"],"profile_required":true,"lifecycle":"active","limits":{"context":200000,"output":64000},"burndown":5,"traits":["thinks_by_budget","native_schema","forced_tool"],"cache_from":4096,"batch":true},
  "anthropic.claude-opus-4-6-v1": {"family":"claude","provider":"Anthropic","name":"Claude Opus 4.6","profiles":["au","eu","global","us"],"profile_required":true,"lifecycle":"active","limits":{"context":1000000,"output":128000},"burndown":5,"traits":["no_prefill","native_schema","forced_tool"],"cache_from":4096,"batch":true},
  "anthropic.claude-sonnet-4-5-20250929-v1:0": {"family":"claude","provider":"Anthropic","name":"Claude Sonnet 4.5","profiles":["au","eu","global","jp","us"],"profile_required":true,"lifecycle":"legacy","end_of_life":"2027-04-08","limits":{"context":200000,"output":64000},"burndown":5,"traits":["one_sampler","thinks_by_budget","native_schema","forced_tool"],"successors":[{"model":"anthropic.claude-sonnet-5","by":"Anthropic"},{"model":"anthropic.claude-sonnet-4-6"}],"cache_from":1024,"batch":true},
  "anthropic.claude-sonnet-4-6": {"family":"claude","provider":"Anthropic","name":"Claude Sonnet 4.6","profiles":["au","eu","global","jp","us"],"profile_required":true,"lifecycle":"active","limits":{"context":1000000,"output":128000},"burndown":5,"traits":["one_sampler","no_prefill","native_schema","forced_tool"],"cache_from":1024,"batch":true},
  "anthropic.claude-sonnet-4-20250514-v1:0": {"family":"claude","provider":"Anthropic","name":"Claude Sonnet 4","profiles":["apac","eu","global","us"],"profile_required":true,"lifecycle":"gone","end_of_life":"2026-10-14","limits":{"context":200000},"burndown":5,"counts_tokens":true,"traits":["thinks_by_budget","forced_tool"],"successors":[{"model":"anthropic.claude-sonnet-5","by":"Anthropic"},{"model":"anthropic.claude-sonnet-4-6"}],"batch":true},
  "anthropic.claude-3-sonnet-20240229-v1:0": {"family":"claude","provider":"Anthropic","name":"Claude 3 Sonnet","profiles":["us"],"lifecycle":"gone","end_of_life":"2026-07-30","limits":{"context":200000,"output":4096},"traits":["no_thinking","forced_tool"],"successors":[{"model":"anthropic.claude-sonnet-5","by":"Anthropic"},{"model":"anthropic.claude-sonnet-4-6"}]},
  "anthropic.claude-opus-4-20250514-v1:0": {"family":"claude","provider":"Anthropic","name":"Claude Opus 4","profiles":["us"],"profile_required":true,"lifecycle":"gone","end_of_life":"2026-05-31","burndown":5,"counts_tokens":true,"traits":["thinks_by_budget","forced_tool"],"successors":[{"model":"anthropic.claude-opus-4-8","by":"Anthropic"},{"model":"anthropic.claude-opus-4-6-v1"}]},
  "anthropic.claude-fable-5": {"family":"claude","provider":"Anthropic","name":"Claude Fable 5","profiles":["eu","global","us"],"profile_required":true,"lifecycle":"active","limits":{"context":1000000,"output":128000},"burndown":10,"traits":["no_sampling","no_prefill","no_thinking_budget","always_thinks"],"cache_from":512},
  "anthropic.claude-fable-5-1": {"family":"claude","provider":"Anthropic","name":"Claude Fable 5.1","profiles":["global","us"],"profile_required":true,"lifecycle":"active","limits":{"context":1000000,"output":128000},"burndown":10,"traits":["no_sampling","no_prefill","no_thinking_budget","always_thinks","no_forced_tool"],"cache_from":512},
  "anthropic.claude-fable-5-2": {"family":"claude","provider":"Anthropic","name":"Claude Fable 5.2","profiles":["global","us"],"profile_required":true,"lifecycle":"active","limits":{"context":1000000,"output":128000},"burndown":10,"traits":["no_sampling","no_prefill","forced_tool_doubtful","thinking_budget_doubtful","thinking_off_doubtful"]},
  "anthropic.claude-haiku-5-5": {"family":"claude","provider":"Anthropic","name":"Claude Haiku 5.5","profiles":["au","eu","global","jp","us"],"profile_required":true,"lifecycle":"active","limits":{"context":1000000,"output":128000},"burndown":10,"traits":["no_sampling","no_prefill","thinking_budget_doubtful","thinks_by_default","thinking_off_below_xhigh"]},
  "anthropic.claude-opus-4-7": {"family":"claude","provider":"Anthropic","name":"Claude Opus 4.7","profiles":["au","eu","global","jp","us"],"profile_required":true,"lifecycle":"active","limits":{"context":1000000,"output":128000},"burndown":5,"traits":["no_sampling","no_prefill","no_thinking_budget","forced_tool"],"cache_from":4096},
  "anthropic.claude-opus-4-8": {"family":"claude","provider":"Anthropic","name":"Claude Opus 4.8","profiles":["au","eu","global","jp","us"],"profile_required":true,"lifecycle":"active","limits":{"context":1000000,"output":128000},"burndown":15,"traits":["no_sampling","no_prefill","thinking_budget_doubtful","forced_tool"],"cache_from":1024},
  "anthropic.claude-opus-5-5": {"family":"claude","provider":"Anthropic","name":"Claude Opus 5.5","profiles":["au","eu","global","jp","us"],"profile_required":true,"lifecycle":"active","limits":{"context":1000000,"output":128000},"burndown":10,"traits":["no_sampling","no_prefill","thinking_budget_doubtful","always_thinks","no_forced_tool"],"cache_from":512},
  "anthropic.claude-sonnet-5": {"family":"claude","provider":"Anthropic","name":"Claude Sonnet 5","profiles":["au","eu","global","in","jp","us"],"profile_required":true,"lifecycle":"active","limits":{"context":1000000,"output":128000},"burndown":10,"traits":["no_sampling","no_prefill","no_thinking_budget","thinks_by_default"],"cache_from":1024},
  "anthropic.claude-sonnet-5-5": {"family":"claude","provider":"Anthropic","name":"Claude Sonnet 5.5","profiles":["au","eu","global","us"],"profile_required":true,"lifecycle":"active","limits":{"context":1000000,"output":128000},"burndown":10,"traits":["no_sampling","no_prefill","thinking_budget_doubtful","thinks_between_tools","no_forced_tool"],"cache_from":512},
  "anthropic.claude-opus-5": {"family":"claude","provider":"Anthropic","name":"Claude Opus 5","profiles":["au","eu","global","in","jp","us"],"profile_required":true,"lifecycle":"active","limits":{"context":1000000},"burndown":10,"traits":["no_sampling","no_prefill","thinking_budget_doubtful","thinking_off_below_xhigh","thinks_by_default"],"cache_from":512,"batch":true},
  "anthropic.claude-mythos-5-1": {"family":"claude","provider":"Anthropic","name":"Claude Mythos 5.1","lifecycle":"active","burndown":10,"traits":["no_sampling","no_prefill","no_thinking_budget","always_thinks"],"cache_from":512},
  "cohere.command-light-text-v14": {"family":"cohere-command","provider":"Cohere","name":"Command Light","lifecycle":"gone","end_of_life":"2025-08-12","limits":{"output":4096},"traits":["no_system"],"successors":[{"model":"amazon.nova-micro-v1:0"},{"model":"mistral.ministral-3-8b-instruct"}]},
  "cohere.command-text-v14": {"family":"cohere-command","provider":"Cohere","name":"Command","lifecycle":"gone","end_of_life":"2025-08-12","limits":{"output":4096},"traits":["no_system"],"successors":[{"model":"mistral.mistral-large-3-675b-instruct"}]},
  "cohere.command-r-plus-v1:0": {"family":"cohere-command-r","provider":"Cohere","name":"Command R+","lifecycle":"gone","end_of_life":"2026-08-19","successors":[{"model":"anthropic.claude-sonnet-4-6"},{"model":"mistral.mistral-large-3-675b-instruct"},{"model":"qwen.qwen3-235b-a22b-2507-v1:0"}]},
  "cohere.command-r-v1:0": {"family":"cohere-command-r","provider":"Cohere","name":"Command R","lifecycle":"gone","end_of_life":"2026-08-19","successors":[{"model":"mistral.mistral-large-3-675b-instruct"},{"model":"amazon.nova-pro-v1:0"},{"model":"anthropic.claude-haiku-4-5-20251001-v1:0"}]},
  "cohere.embed-english-v3": {"family":"cohere-embed","provider":"Cohere","name":"Cohere Embed English v3","lifecycle":"active","vector_length":1024,"traits":["embed_v3"]},
  "cohere.embed-multilingual-v3": {"family":"cohere-embed","provider":"Cohere","name":"Cohere Embed Multilingual v3","lifecycle":"active","vector_length":1024,"traits":["embed_v3"]},
  "cohere.embed-v4:0": {"family":"cohere-embed","provider":"Cohere","name":"Cohere Embed v4","lifecycle":"active","limits":{"context":128000},"traits":["embed_v4"]},
  "deepseek.r1-v1:0": {"family":"deepseek-r1","provider":"DeepSeek","name":"DeepSeek-R1","profiles":["us"],"profile_required":true,"lifecycle":"active","limits":{"output":32768},"successors":[{"model":"deepseek.v3.2"}]},
  "ai21.jamba-1-5-large-v1:0": {"family":"jamba","provider":"Jamba","name":"Jamba 1.5 Large","lifecycle":"gone","end_of_life":"2026-11-26","limits":{"context":256000,"output":4096},"successors":[{"model":"mistral.mistral-large-3-675b-instruct"},{"model":"qwen.qwen3-235b-a22b-2507-v1:0"},{"model":"anthropic.claude-sonnet-4-6"}]},
  "ai21.jamba-1-5-mini-v1:0": {"family":"jamba","provider":"Jamba","name":"Jamba 1.5 Mini","lifecycle":"gone","end_of_life":"2026-11-26","limits":{"context":256000,"output":4096},"successors":[{"model":"mistral.ministral-3-14b-instruct"},{"model":"mistral.ministral-3-3b-instruct"},{"model":"amazon.nova-micro-v1:0"}]},
  "meta.llama4-maverick-17b-instruct-v1:0": {"family":"llama","provider":"Meta","name":"Llama 4 Maverick 17B Instruct","profiles":["us"],"profile_required":true,"lifecycle":"active","limits":{"context":1000000,"output":8192},"traits":["other_chat_marks"]},
  "meta.llama4-scout-17b-instruct-v1:0": {"family":"llama","provider":"Meta","name":"Llama 4 Scout 17B Instruct","profiles":["us"],"profile_required":true,"lifecycle":"active","limits":{"context":10000000,"output":8192},"traits":["other_chat_marks"]},
  "meta.llama3-1-405b-instruct-v1:0": {"family":"llama","provider":"Meta","name":"Llama 3.1 405B Instruct","profiles":["us"],"lifecycle":"gone","end_of_life":"2026-07-07","successors":[{"model":"meta.llama4-maverick-17b-instruct-v1:0"},{"model":"mistral.mistral-large-3-675b-instruct"}]},
  "meta.llama3-1-70b-instruct-v1:0": {"family":"llama","provider":"Meta","name":"Llama 3.1 70B Instruct","profiles":["us"],"lifecycle":"active","limits":{"context":128000,"output":4096},"successors":[{"model":"meta.llama3-3-70b-instruct-v1:0"},{"model":"meta.llama4-maverick-17b-instruct-v1:0"}],"batch":true},
  "meta.llama3-1-8b-instruct-v1:0": {"family":"llama","provider":"Meta","name":"Llama 3.1 8B Instruct","profiles":["us"],"lifecycle":"active","limits":{"context":128000,"output":4096},"successors":[{"model":"mistral.ministral-3-8b-instruct"},{"model":"amazon.nova-micro-v1:0"}],"batch":true},
  "meta.llama3-2-11b-instruct-v1:0": {"family":"llama","provider":"Meta","name":"Llama 3.2 11B Instruct","profiles":["us"],"profile_required":true,"lifecycle":"gone","end_of_life":"2026-07-07","successors":[{"model":"meta.llama4-scout-17b-instruct-v1:0"},{"model":"amazon.nova-lite-v1:0"}],"batch":true},
  "meta.llama3-2-1b-instruct-v1:0": {"family":"llama","provider":"Meta","name":"Llama 3.2 1B Instruct","profiles":["us","eu"],"profile_required":true,"lifecycle":"gone","end_of_life":"2026-07-07","successors":[{"model":"amazon.nova-micro-v1:0"},{"model":"meta.llama3-1-8b-instruct-v1:0"}],"batch":true},
  "meta.llama3-2-3b-instruct-v1:0": {"family":"llama","provider":"Meta","name":"Llama 3.2 3B Instruct","profiles":["us","eu"],"profile_required":true,"lifecycle":"gone","end_of_life":"2026-07-07","successors":[{"model":"meta.llama3-1-8b-instruct-v1:0"},{"model":"mistral.ministral-3-3b-instruct"},{"model":"amazon.nova-micro-v1:0"}],"batch":true},
  "meta.llama3-2-90b-instruct-v1:0": {"family":"llama","provider":"Meta","name":"Llama 3.2 90B Instruct","profiles":["us"],"profile_required":true,"lifecycle":"gone","end_of_life":"2026-07-07","successors":[{"model":"meta.llama4-maverick-17b-instruct-v1:0"},{"model":"amazon.nova-pro-v1:0"}],"batch":true},
  "meta.llama3-3-70b-instruct-v1:0": {"family":"llama","provider":"Meta","name":"Llama 3.3 70B Instruct","profiles":["us"],"lifecycle":"active","limits":{"context":128000,"output":4096},"successors":[{"model":"meta.llama4-maverick-17b-instruct-v1:0"}],"batch":true},
  "meta.llama3-70b-instruct-v1:0": {"family":"llama","provider":"Meta","name":"Llama 3 70B Instruct","lifecycle":"active","limits":{"context":8192},"successors":[{"model":"meta.llama3-3-70b-instruct-v1:0"},{"model":"meta.llama4-maverick-17b-instruct-v1:0"}]},
  "meta.llama3-8b-instruct-v1:0": {"family":"llama","provider":"Meta","name":"Llama 3 8B Instruct","lifecycle":"active","limits":{"context":8192},"successors":[{"model":"meta.llama3-1-8b-instruct-v1:0"},{"model":"mistral.ministral-3-8b-instruct"}]},
  "mistral.mistral-7b-instruct-v0:2": {"family":"mistral-text","provider":"Mistral AI","name":"Mistral 7B Instruct","lifecycle":"active","limits":{"output":8192},"traits":["no_system"],"successors":[{"model":"mistral.ministral-3-8b-instruct"}]},
  "mistral.mistral-large-2402-v1:0": {"family":"mistral-text","provider":"Mistral AI","name":"Mistral Large (24.02)","lifecycle":"active","limits":{"output":8192},"successors":[{"model":"mistral.mistral-large-3-675b-instruct"}]},
  "mistral.mistral-small-2402-v1:0": {"family":"mistral-text","provider":"Mistral AI","name":"Mistral Small (24.02)","lifecycle":"active","limits":{"output":8192},"successors":[{"model":"mistral.mistral-large-3-675b-instruct"}],"batch":true},
  "mistral.mixtral-8x7b-instruct-v0:1": {"family":"mistral-text","provider":"Mistral AI","name":"Mixtral 8x7B Instruct","lifecycle":"active","limits":{"output":4096},"traits":["no_system"],"successors":[{"model":"mistral.ministral-3-14b-instruct"}]},
  "amazon.nova-2-lite-v1:0": {"family":"nova","provider":"Amazon","name":"Nova 2 Lite","profiles":["eu","global","jp","us"],"profile_required":true,"lifecycle":"active","limits":{"context":1000000,"output":65535},"batch":true,"flex":true},
  "amazon.nova-premier-v1:0": {"family":"nova","provider":"Amazon","name":"Nova Premier","profiles":["us"],"profile_required":true,"lifecycle":"gone","end_of_life":"2026-09-14","limits":{"context":1000000},"traits":["no_reasoning"],"successors":[{"model":"amazon.nova-2-pro-preview-20251202-v1:0","by":"AWS startups team"},{"model":"amazon.nova-2-lite-v1:0"},{"model":"amazon.nova-pro-v1:0"}],"cache_from":1024,"flex":true},
  "amazon.nova-2-pro-preview-20251202-v1:0": {"family":"nova","provider":"Amazon","name":"Nova 2 Pro (preview)","profiles":["apac"],"profile_required":true,"lifecycle":"preview"},
  "amazon.nova-lite-v1:0": {"family":"nova","provider":"Amazon","name":"Nova Lite","profiles":["us","eu","apac","ca"],"lifecycle":"active","limits":{"context":300000,"output":10000},"traits":["no_reasoning"],"successors":[{"model":"amazon.nova-2-lite-v1:0"}],"cache_from":1024,"batch":true},
  "amazon.nova-micro-v1:0": {"family":"nova","provider":"Amazon","name":"Nova Micro","profiles":["us","eu","apac"],"lifecycle":"active","limits":{"context":128000,"output":10000},"traits":["no_reasoning"],"successors":[{"model":"amazon.nova-lite-v1:0"}],"cache_from":1024,"batch":true},
  "amazon.nova-pro-v1:0": {"family":"nova","provider":"Amazon","name":"Nova Pro","profiles":["us","eu","apac"],"lifecycle":"active","limits":{"context":300000,"output":10000},"traits":["no_reasoning"],"successors":[{"model":"amazon.nova-2-lite-v1:0"}],"cache_from":1024,"batch":true,"flex":true},
  "amazon.nova-2-multimodal-embeddings-v1:0": {"family":"nova-embed","provider":"Amazon","name":"Nova Multimodal Embeddings","lifecycle":"active","batch":true},
  "openai.gpt-oss-120b-1:0": {"family":"openai-chat","provider":"OpenAI","name":"gpt-oss-120b","profiles":["us-gov"],"lifecycle":"active","limits":{"context":131072,"output":128000},"traits":["native_schema","no_stream","max_completion_tokens"],"batch":true,"flex":true},
  "openai.gpt-oss-20b-1:0": {"family":"openai-chat","provider":"OpenAI","name":"gpt-oss-20b","profiles":["us-gov"],"lifecycle":"active","limits":{"context":131072,"output":128000},"traits":["native_schema","no_stream","max_completion_tokens"],"batch":true,"flex":true},
  "openai.gpt-oss-safeguard-120b": {"family":"openai-chat","provider":"OpenAI","name":"GPT OSS Safeguard 120B","lifecycle":"active","limits":{"context":128000,"output":16384},"traits":["native_schema","no_stream","max_completion_tokens"]},
  "openai.gpt-oss-safeguard-20b": {"family":"openai-chat","provider":"OpenAI","name":"GPT OSS Safeguard 20B","lifecycle":"active","limits":{"context":128000,"output":16384},"traits":["native_schema","no_stream","max_completion_tokens"]},
  "mistral.devstral-2-123b": {"family":"openai-chat","provider":"Mistral AI","name":"Devstral 2 123B","lifecycle":"active","limits":{"context":262144,"output":8192},"traits":["max_tokens_alone"],"batch":true},
  "mistral.magistral-small-2509": {"family":"openai-chat","provider":"Mistral AI","name":"Magistral Small 1.2","lifecycle":"active","limits":{"context":128000,"output":40000},"traits":["max_tokens_alone"],"batch":true,"flex":true},
  "mistral.ministral-3-14b-instruct": {"family":"openai-chat","provider":"Mistral AI","name":"Ministral 14B 3.0","lifecycle":"active","limits":{"context":128000,"output":4096},"traits":["max_tokens_alone"],"batch":true,"flex":true},
  "mistral.ministral-3-3b-instruct": {"family":"openai-chat","provider":"Mistral AI","name":"Ministral 3 3B","lifecycle":"active","limits":{"context":256000,"output":8192},"traits":["max_tokens_alone"],"batch":true,"flex":true},
  "mistral.ministral-3-8b-instruct": {"family":"openai-chat","provider":"Mistral AI","name":"Ministral 3 8B","lifecycle":"active","limits":{"context":128000,"output":4096},"traits":["max_tokens_alone"],"batch":true,"flex":true},
  "mistral.mistral-large-3-675b-instruct": {"family":"openai-chat","provider":"Mistral AI","name":"Mistral Large 3","lifecycle":"active","limits":{"context":262144,"output":8192},"traits":["max_tokens_alone"],"batch":true,"flex":true},
  "mistral.voxtral-mini-3b-2507": {"family":"openai-chat","provider":"Mistral AI","name":"Voxtral Mini 3B 2507","lifecycle":"active","limits":{"context":32768,"output":4096},"traits":["max_tokens_alone"],"batch":true,"flex":true},
  "mistral.voxtral-small-24b-2507": {"family":"openai-chat","provider":"Mistral AI","name":"Voxtral Small 24B 2507","lifecycle":"active","limits":{"context":32768,"output":8192},"traits":["max_tokens_alone"],"batch":true,"flex":true},
  "deepseek.v3-v1:0": {"family":"openai-chat","provider":"DeepSeek","name":"DeepSeek-V3.1","lifecycle":"active","limits":{"context":163840,"output":81920},"traits":["native_schema"],"batch":true,"flex":true},
  "deepseek.v3.2": {"family":"openai-chat","provider":"DeepSeek","name":"DeepSeek V3.2","lifecycle":"active","limits":{"context":163840,"output":81920},"traits":["native_schema"],"batch":true,"flex":true},
  "minimax.minimax-m2": {"family":"openai-chat","provider":"MiniMax","name":"MiniMax-M2","lifecycle":"active","limits":{"context":204608,"output":128000},"traits":["opens_thinking","native_schema"],"batch":true,"flex":true},
  "minimax.minimax-m2.1": {"family":"openai-chat","provider":"MiniMax","name":"MiniMax-M2.1","lifecycle":"active","limits":{"context":196608,"output":131072},"traits":["opens_thinking","native_schema"],"batch":true,"flex":true},
  "minimax.minimax-m2.5": {"family":"openai-chat","provider":"MiniMax","name":"MiniMax-M2.5","lifecycle":"active","limits":{"context":196608,"output":98304},"traits":["opens_thinking","native_schema"],"batch":true,"flex":true},
  "moonshot.kimi-k2-thinking": {"family":"openai-chat","provider":"Moonshot AI","name":"Kimi K2 Thinking","lifecycle":"active","limits":{"context":262144,"output":16000},"traits":["opens_thinking","native_schema"],"batch":true,"flex":true},
  "moonshotai.kimi-k2.5": {"family":"openai-chat","provider":"Moonshot AI","name":"Kimi K2.5","lifecycle":"active","limits":{"context":262144,"output":16384},"traits":["native_schema"],"batch":true,"flex":true},
  "nvidia.nemotron-nano-12b-v2": {"family":"openai-chat","provider":"NVIDIA","name":"NVIDIA Nemotron Nano 12B v2 VL BF16","lifecycle":"active","limits":{"context":131072,"output":8192},"traits":["native_schema"],"batch":true,"flex":true},
  "nvidia.nemotron-nano-3-30b": {"family":"openai-chat","provider":"NVIDIA","name":"NVIDIA Nemotron Nano 3 30B","lifecycle":"active","limits":{"context":262144,"output":8192},"traits":["native_schema"],"batch":true,"flex":true},
  "nvidia.nemotron-nano-9b-v2": {"family":"openai-chat","provider":"NVIDIA","name":"NVIDIA Nemotron Nano 9B v2","lifecycle":"active","limits":{"context":131072,"output":8192},"traits":["native_schema"],"batch":true,"flex":true},
  "nvidia.nemotron-super-3-120b": {"family":"openai-chat","provider":"NVIDIA","name":"NVIDIA Nemotron 3 Super 120B A12B","lifecycle":"active","limits":{"context":262144,"output":131072},"traits":["native_schema"],"batch":true,"flex":true},
  "zai.glm-4.7": {"family":"openai-chat","provider":"Z.AI","name":"GLM-4.7","lifecycle":"active","limits":{"context":202752,"output":131072}},
  "zai.glm-4.7-flash": {"family":"openai-chat","provider":"Z.AI","name":"GLM-4.7-Flash","lifecycle":"active","limits":{"context":202752,"output":131072}},
  "zai.glm-5": {"family":"openai-chat","provider":"Z.AI","name":"GLM-5","lifecycle":"active","limits":{"context":202752,"output":131072}},
  "google.gemma-3-4b-it": {"family":"openai-chat","provider":"Google","name":"Gemma 3 4B IT","lifecycle":"active","traits":["native_schema"],"batch":true,"flex":true},
  "google.gemma-3-12b-it": {"family":"openai-chat","provider":"Google","name":"Gemma 3 12B IT","lifecycle":"active","traits":["native_schema"],"batch":true,"flex":true},
  "google.gemma-3-27b-it": {"family":"openai-chat","provider":"Google","name":"Gemma 3 27B","lifecycle":"active","traits":["native_schema"],"batch":true,"flex":true},
  "mistral.pixtral-large-2502-v1:0": {"family":"openai-chat","provider":"Mistral AI","name":"Pixtral Large (25.02)","profiles":["us","eu"],"profile_required":true,"lifecycle":"active","limits":{"context":128000},"traits":["forced_tool","max_tokens_alone"],"successors":[{"model":"mistral.mistral-large-3-675b-instruct"}]},
  "qwen.qwen3-235b-a22b-2507-v1:0": {"family":"openai-chat","provider":"Qwen","name":"Qwen3 235B-A22B Instruct 2507","lifecycle":"active","limits":{"context":262144,"output":131072},"traits":["native_schema"],"batch":true,"flex":true},
  "qwen.qwen3-32b-v1:0": {"family":"openai-chat","provider":"Qwen","name":"Qwen3 32B","lifecycle":"active","limits":{"context":32768,"output":16384},"traits":["native_schema"],"batch":true,"flex":true},
  "qwen.qwen3-coder-30b-a3b-v1:0": {"family":"openai-chat","provider":"Qwen","name":"Qwen3-Coder 30B-A3B Instruct","lifecycle":"active","limits":{"context":262144,"output":131072},"traits":["native_schema"],"batch":true,"flex":true},
  "qwen.qwen3-coder-480b-a35b-v1:0": {"family":"openai-chat","provider":"Qwen","name":"Qwen3-Coder 480B-A35B Instruct","lifecycle":"active","limits":{"context":131072,"output":65536},"traits":["native_schema"],"batch":true,"flex":true},
  "qwen.qwen3-coder-next": {"family":"openai-chat","provider":"Qwen","name":"Qwen3 Coder Next","lifecycle":"active","limits":{"context":262144,"output":65536},"traits":["native_schema"],"batch":true,"flex":true},
  "qwen.qwen3-next-80b-a3b": {"family":"openai-chat","provider":"Qwen","name":"Qwen3-Next 80B-A3B Instruct","lifecycle":"active","limits":{"context":262144,"output":262000},"traits":["native_schema"],"batch":true,"flex":true},
  "qwen.qwen3-vl-235b-a22b": {"family":"openai-chat","provider":"Qwen","name":"Qwen3 VL 235B A22B Instruct","lifecycle":"active","limits":{"context":262144,"output":262000},"traits":["native_schema"],"batch":true,"flex":true},
  "amazon.titan-embed-text-v1": {"family":"titan-embed","provider":"Amazon","name":"Titan Embeddings G1 - Text","lifecycle":"active","limits":{"context":8192},"vector_length":1536,"traits":["text_alone"]},
  "amazon.titan-embed-text-v2:0": {"family":"titan-embed","provider":"Amazon","name":"Titan Text Embeddings V2","lifecycle":"active","limits":{"context":8192},"batch":true},
  "amazon.titan-embed-image-v1": {"family":"titan-embed-image","provider":"Amazon","name":"Titan Multimodal Embeddings G1","lifecycle":"active","batch":true},
  "amazon.titan-text-express-v1": {"family":"titan-text","provider":"Amazon","name":"Titan Text G1 - Express","lifecycle":"gone","end_of_life":"2025-08-15","limits":{"output":8192},"traits":["no_system"],"successors":[{"model":"amazon.nova-micro-v1:0","by":"AWS"},{"model":"amazon.nova-lite-v1:0"}]},
  "amazon.titan-text-lite-v1": {"family":"titan-text","provider":"Amazon","name":"Titan Text G1 - Lite","lifecycle":"gone","end_of_life":"2025-08-15","limits":{"output":4096},"traits":["no_system"],"successors":[{"model":"amazon.nova-lite-v1:0","by":"AWS"},{"model":"amazon.nova-micro-v1:0"}]},
  "amazon.titan-text-premier-v1:0": {"family":"titan-text","provider":"Amazon","name":"Titan Text G1 - Premier","lifecycle":"gone","end_of_life":"2025-08-15","limits":{"output":3072},"traits":["no_output_over_3072","no_system"],"successors":[{"model":"amazon.nova-pro-v1:0","by":"AWS"},{"model":"amazon.nova-2-lite-v1:0"}]},
  "moonshotai.kimi-k3": {"family":null,"provider":"Moonshot AI","name":"Kimi K3","profiles":["global","us"],"profile_required":true,"lifecycle":"active","unproven":"Its body is presumably a chat completion; no document says so.","limits":{"context":1048576}},
  "moonshotai.kimi-k3.1": {"family":null,"provider":"Moonshot AI","name":"Kimi K3.1 Pro Highspeed","profiles":["global","us"],"profile_required":true,"lifecycle":"active","unproven":"Its body is presumably a chat completion; no document says so.","limits":{"context":1048576}},
  "openai.gpt-5.6-luna": {"family":null,"provider":"OpenAI","name":"GPT-5.6 Luna","profiles":["global","in","us"],"profile_required":true,"lifecycle":"active","unproven":"Not on InvokeModel; on Converse.","limits":{"context":1050000,"output":128000},"burndown":10},
  "openai.gpt-5.6-sol": {"family":null,"provider":"OpenAI","name":"GPT-5.6 Sol","profiles":["global","us"],"profile_required":true,"lifecycle":"active","unproven":"Not on InvokeModel; on Converse.","limits":{"context":1050000,"output":128000},"burndown":10},
  "openai.gpt-5.6-terra": {"family":null,"provider":"OpenAI","name":"GPT-5.6 Terra","profiles":["global","in","us"],"profile_required":true,"lifecycle":"active","unproven":"Not on InvokeModel; on Converse.","limits":{"context":1050000,"output":128000},"burndown":10},
  "openai.gpt-6-astra": {"family":null,"provider":"OpenAI","name":"GPT-6 Astra","profiles":["global","us"],"profile_required":true,"lifecycle":"active","unproven":"Not on InvokeModel; on Converse.","limits":{"context":1050000,"output":128000},"burndown":10},
  "openai.gpt-6-luna": {"family":null,"provider":"OpenAI","name":"GPT-6 Luna","profiles":["global","us"],"profile_required":true,"lifecycle":"active","unproven":"Its body on InvokeModel is not documented.","limits":{"context":1050000,"output":128000},"burndown":10},
  "openai.gpt-6-sol": {"family":null,"provider":"OpenAI","name":"GPT-6 Sol","profiles":["global","us"],"profile_required":true,"lifecycle":"active","unproven":"Its body on InvokeModel is not documented.","limits":{"context":1050000,"output":128000},"burndown":10},
  "openai.gpt-6.1-sol": {"family":null,"provider":"OpenAI","name":"GPT-6.1 Sol","profiles":["global","us"],"profile_required":true,"lifecycle":"active","unproven":"Its body on InvokeModel is not documented.","limits":{"context":1050000,"output":128000},"burndown":10,"traits":["strict_schema"]},
  "openai.gpt-6.1-terra": {"family":null,"provider":"OpenAI","name":"GPT-6.1 Terra","profiles":["global","us"],"profile_required":true,"lifecycle":"active","unproven":"Its body on InvokeModel is not documented.","limits":{"context":1050000,"output":128000},"burndown":10,"traits":["strict_schema"]},
  "xai.grok-4.6": {"family":null,"provider":"xAI","name":"Grok 4.6","profiles":["global","us"],"lifecycle":"active","unproven":"Its body is presumably a chat completion; no document says so.","limits":{"context":500000,"output":500000}},
  "xai.grok-4.7": {"family":null,"provider":"xAI","name":"Grok 4.7","profiles":["global","us"],"profile_required":true,"lifecycle":"active","unproven":"Its body is presumably a chat completion; no document says so.","limits":{"context":500000}},
  "zai.glm-5.3": {"family":null,"provider":"Z.AI","name":"GLM-5.3","profiles":["global","us"],"profile_required":true,"lifecycle":"active","unproven":"Its body is presumably a chat completion; no document says so.","limits":{"context":1000000}},
  "google.gemma-4-26b-a4b": {"family":null,"provider":"Google","name":"Gemma 4 26B A4B IT","lifecycle":"active","unproven":"Perhaps on the bedrock-mantle endpoint only.","limits":{"context":262144,"output":32768}},
  "google.gemma-4-31b": {"family":null,"provider":"Google","name":"Gemma 4 31B IT","lifecycle":"active","unproven":"Perhaps on the bedrock-mantle endpoint only.","limits":{"context":262144,"output":32768}},
  "google.gemma-4-e2b": {"family":null,"provider":"Google","name":"Gemma 4 E2B IT","lifecycle":"active","unproven":"Perhaps on the bedrock-mantle endpoint only.","limits":{"context":131072,"output":8192}},
  "openai.gpt-5.4": {"family":null,"provider":"OpenAI","name":"GPT-5.4","lifecycle":"active","unproven":"Not on InvokeModel, nor on Converse as far as is known.","limits":{"context":1000000,"output":128000}},
  "openai.gpt-5.5": {"family":null,"provider":"OpenAI","name":"GPT-5.5","lifecycle":"active","unproven":"Not on InvokeModel, nor on Converse as far as is known.","limits":{"context":1000000,"output":128000}},
  "openai.gpt-oss-120b": {"family":null,"provider":"OpenAI","name":"gpt-oss-120b","lifecycle":"active","unproven":"An id of the bedrock-mantle endpoint; InvokeModel takes openai.gpt-oss-120b-1:0.","traits":["native_schema"]},
  "openai.gpt-oss-20b": {"family":null,"provider":"OpenAI","name":"gpt-oss-20b","lifecycle":"active","unproven":"An id of the bedrock-mantle endpoint; InvokeModel takes openai.gpt-oss-20b-1:0.","traits":["native_schema"]},
  "writer.palmyra-x4-v1:0": {"family":null,"provider":"Writer","name":"Palmyra X4","profiles":["us"],"profile_required":true,"lifecycle":"active","unproven":"Its body is presumably messages and max_tokens; only a model card's sample says so.","limits":{"context":122880,"output":8192}},
  "writer.palmyra-x5-v1:0": {"family":null,"provider":"Writer","name":"Palmyra X5","profiles":["us"],"profile_required":true,"lifecycle":"active","unproven":"Its body is presumably messages and max_tokens; only a model card's sample says so.","limits":{"context":1040000,"output":8192}},
  "xai.grok-4.3": {"family":null,"provider":"xAI","name":"Grok 4.3","lifecycle":"active","unproven":"Not on InvokeModel, nor on Converse as far as is known.","limits":{"context":1000000,"output":131072}},
  "cohere.rerank-v3-5:0": {"family":null,"provider":"Cohere","name":"Cohere Rerank 3.5","lifecycle":"active","answers":"other","unproven":"Documented for the Rerank operation of Bedrock Agent Runtime only."},
  "amazon.rerank-v1:0": {"family":null,"provider":"Amazon","name":"Amazon Rerank 1.0","lifecycle":"active","answers":"other","unproven":"Documented for the Rerank operation of Bedrock Agent Runtime only."},
  "twelvelabs.marengo-embed-3-0-v1:0": {"family":null,"provider":"TwelveLabs","name":"TwelveLabs Marengo Embed 3.0","lifecycle":"active","answers":"vector","unproven":"The shape of its answer on InvokeModel is not clear from its documents."},
  "twelvelabs.marengo-embed-2-7-v1:0": {"family":null,"provider":"TwelveLabs","name":"TwelveLabs Marengo Embed 2.7","lifecycle":"legacy","end_of_life":"2026-11-30","answers":"vector","unproven":"The shape of its answer on InvokeModel is not clear from its documents."},
  "twelvelabs.pegasus-1-2-v1:0": {"family":null,"provider":"TwelveLabs","name":"TwelveLabs Pegasus v1.2","lifecycle":"active","unproven":"Neither its id nor its body is verified."},
  "writer.palmyra-vision-7b": {"family":null,"provider":"Writer","name":"Writer Palmyra Vision 7B","lifecycle":"active","unproven":"Neither its id nor its body is documented."},
};

/** The first that matches counts. */
export const modelLines: readonly ModelLine[] = [
  {"models":"^anthropic\\.claude-3-7","burndown":5,"traits":["thinks_by_budget","forced_tool"]},
  {"models":"^anthropic\\.claude-3","traits":["no_thinking","forced_tool"]},
  {"models":"^anthropic\\.claude-(opus|sonnet|haiku)-4","burndown":5,"traits":["forced_tool"]},
  {"models":"^anthropic\\.claude-opus-5","burndown":10,"traits":["no_sampling","prefill_doubtful","forced_tool_doubtful","thinking_budget_doubtful","thinks_by_default"]},
  {"models":"^anthropic\\.claude-sonnet-5","burndown":10,"traits":["no_sampling","prefill_doubtful","forced_tool_doubtful","thinks_by_default"]},
  {"models":"^anthropic\\.claude-haiku-5","burndown":10,"traits":["no_sampling","prefill_doubtful","thinking_budget_doubtful"]},
  {"models":"^anthropic\\.claude-mythos-5(-1)?(?!-\\d)","burndown":10,"traits":["no_sampling","prefill_doubtful","no_thinking_budget","always_thinks"]},
  {"models":"^anthropic\\.claude-(fable|mythos)-5","burndown":10,"traits":["no_sampling","prefill_doubtful","forced_tool_doubtful"]},
  {"models":"^cohere\\.embed-.*-v3","vector_length":1024,"traits":["embed_v3"]},
  {"models":"^cohere\\.embed-v4","traits":["embed_v4"]},
  {"models":"^amazon\\.nova-(lite|micro|pro|premier)","traits":["no_reasoning"]},
  {"models":"^openai\\.gpt-oss","traits":["native_schema","no_stream","max_completion_tokens"]},
  {"models":"^mistral\\.pixtral","traits":["forced_tool","max_tokens_alone"]},
  {"models":"^mistral\\.","traits":["max_tokens_alone"]},
  {"models":"^(qwen\\.qwen3|deepseek\\.v3|google\\.gemma-3|minimax\\.minimax-m2|moonshot(ai)?\\.kimi-k2|nvidia\\.nemotron)","traits":["native_schema"]},
  {"models":"^amazon\\.titan-embed-text-v1","vector_length":1536,"traits":["text_alone"]},
  {"models":"^amazon\\.titan-text-premier","traits":["no_output_over_3072","no_system"]},
  {"models":"^openai\\.gpt-6\\.1","burndown":10,"traits":["strict_schema"]},
  {"models":"^openai\\.gpt-(5\\.6|6)","burndown":10},
];
