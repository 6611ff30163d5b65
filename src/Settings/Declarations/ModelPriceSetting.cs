namespace Orchestrator.Settings;

/// <summary>Prices of a model (<c>prices</c>), in US dollars per million tokens.</summary>
/// <param name="Model">Name of the model as the agent program reports it.</param>
/// <param name="Input">Price of uncached input.</param>
/// <param name="Output">Price of output.</param>
/// <param name="CacheRead">Price of input read from the prompt cache.</param>
/// <param name="CacheWrite">Price of input written to the prompt cache.</param>
public sealed record ModelPriceSetting(string Model, decimal Input, decimal Output, decimal CacheRead, decimal CacheWrite);
