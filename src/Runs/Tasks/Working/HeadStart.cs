using System.Security.Cryptography;

namespace Orchestrator.Runs.Tasks;

/// <summary>Lets the first agent of a wave start shortly before the others with the same tools and instructions. The provider's cache
/// becomes readable only once the first response has started. Agents that start at the same moment would all pay for the prompt in
/// full.</summary>
/// <param name="time">The clock.</param>
internal sealed class HeadStart(TimeProvider time)
{
    /// <summary>Minimum lifetime of a cache entry after its last use.</summary>
    private static readonly TimeSpan CacheLife = TimeSpan.FromMinutes(5);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset First, DateTimeOffset Last)> _waves = new(StringComparer.Ordinal);

    /// <summary>Waits until an agent may start; the first agent of a wave starts at once.</summary>
    /// <param name="prefix">Hash of the common prompt prefix of a wave's agents.</param>
    /// <param name="lead">Time by which the first agent starts earlier.</param>
    /// <param name="stop">Cancels the wait.</param>
    public async Task WaitAsync(string prefix, TimeSpan lead, CancellationToken stop)
    {
        var wait = Enter(prefix, lead);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Returns a hash of the start of an agent's requests. Agent and model determine the program's own instructions.</summary>
    public static string PrefixOf(string agent, AgentStart start) =>
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
