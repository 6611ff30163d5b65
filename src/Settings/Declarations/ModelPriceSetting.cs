namespace Orchestrator.Settings;

/// <summary>Prices of a model (<c>prices</c>), in US dollars per million tokens.</summary>
/// <param name="Model">Name of the model, as reported by the agent's program.</param>
/// <param name="Input">Price of uncached input tokens.</param>
/// <param name="Output">Price of output tokens.</param>
/// <param name="CacheRead">Price of input tokens read from the prompt cache.</param>
/// <param name="CacheWrite">Price of input tokens written to the prompt cache.</param>
public sealed record ModelPriceSetting(string Model, decimal Input, decimal Output, decimal CacheRead, decimal CacheWrite);
