using System.Security.Cryptography;

namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Lets the first agent of a wave start shortly before the other agents that have the same tools and instructions. The provider's cache can
/// be read only after the first response has started. If all agents started at the same time, each would pay the full price of the prompt.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class PromptCacheWarmUp(TimeProvider time)
{
    /// <summary>Minimum time for which a cache entry exists after its last use.</summary>
    private static readonly TimeSpan CacheLife = TimeSpan.FromMinutes(5);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset First, DateTimeOffset Last)> _waves = new(StringComparer.Ordinal);

    /// <summary>Waits until an agent may start. The first agent of a wave starts immediately.</summary>
    /// <param name="prefix">Hash of the prompt prefix that the agents of a wave share.</param>
    /// <param name="lead">Time by which the first agent starts before the others.</param>
    /// <param name="stop">Cancels the wait.</param>
    public async Task WaitAsync(string prefix, TimeSpan lead, CancellationToken stop)
    {
        var wait = Enter(prefix, lead);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Returns a hash of the first part of an agent's requests. The agent and its model determine the instructions of the agent program.
    /// </summary>
    public static string PrefixOf(string agent, AgentRunParameters start) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                JsonSerializer.SerializeToUtf8Bytes(
                    (string[])
                        [
                            agent,
                            start.Model ?? "",
                            start.SystemPrompt ?? "",
                            .. start.Policy.AllowedTools,
                            .. start
                                .AgentDefinitions.OrderBy(definition => definition.Key, StringComparer.Ordinal)
                                .SelectMany(definition => new[] { definition.Key, definition.Value }),
                        ]
                )
            )
        );

    private TimeSpan Enter(string prefix, TimeSpan lead)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (!_waves.TryGetValue(prefix, out var wave) || now - wave.Last > CacheLife)
            {
                _waves[prefix] = (now, now);
                return TimeSpan.Zero;
            }
            _waves[prefix] = wave with { Last = now };
            return wave.First + lead - now;
        }
    }
}
