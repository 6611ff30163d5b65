namespace Orchestrator.Settings;

/// <summary>A price of a model (<c>prices</c>), in US dollars per million tokens.</summary>
/// <param name="Model">The model's name, as the agent program says it.</param>
/// <param name="Input">Input that is not cached.</param>
/// <param name="Output">Output.</param>
/// <param name="CacheRead">Input read from the prompt cache.</param>
/// <param name="CacheWrite">Input written to the prompt cache.</param>
public sealed record ModelPriceSetting(string Model, decimal Input, decimal Output, decimal CacheRead, decimal CacheWrite);
