/** Loaded before every spec: no AWS settings, proxies or authorities of the machine take part, and the SDK's advice on Node is quiet. */
for (const name of Object.keys(process.env))
  if (/^AWS_|^NODE_EXTRA_CA_CERTS$|_proxy$/i.test(name)) delete process.env[name];
process.env.AWS_EC2_METADATA_DISABLED = "true";
process.env.AWS_CONFIG_FILE = "/nonexistent";
process.env.AWS_SHARED_CREDENTIALS_FILE = "/nonexistent";
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
