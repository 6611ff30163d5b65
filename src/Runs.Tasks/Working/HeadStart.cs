using System.Security.Cryptography;

namespace Orchestrator.Runs.Tasks;

/// <summary>The first agent of a wave begins a little before the others that have the same tools and instructions: the provider's cache of
/// these can be read only once an answer to them has begun, so agents that start at the same moment would all pay for them in
/// full.</summary>
/// <param name="time">The clock.</param>
internal sealed class HeadStart(TimeProvider time)
{
    /// <summary>The time for which a cache is certain to last after its last use.</summary>
    private static readonly TimeSpan CacheLife = TimeSpan.FromMinutes(5);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset First, DateTimeOffset Last)> _waves = new(StringComparer.Ordinal);

    /// <summary>Waits until an agent may begin; the first one of a wave at once.</summary>
    /// <param name="prefix">What agents of one wave have in common.</param>
    /// <param name="lead">How much earlier the first one begins.</param>
    /// <param name="stop">Ends the waiting.</param>
    public async Task WaitAsync(string prefix, TimeSpan lead, CancellationToken stop)
    {
        var wait = Enter(prefix, lead);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The beginning of an agent's requests: its program's own instructions follow from agent and model.</summary>
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
