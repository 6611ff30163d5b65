using System.Security.Cryptography;

namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Delays the agents that share tools and instructions until shortly after the first of them has started. The provider's prompt cache can
/// be read only after the first response has started. Without the delay, each agent would pay the full price of the prompt.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class PromptCacheWarmUp(TimeProvider time)
{
    /// <summary>Minimum lifetime of a cache entry after its last use.</summary>
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
    /// Returns a hash of the values that determine the common beginning of an agent's requests, such as the agent, the model and the system
    /// prompt.
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
