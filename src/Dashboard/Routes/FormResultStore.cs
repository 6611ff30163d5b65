using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Orchestrator.Dashboard.Routes;

/// <summary>Stores the result of a submitted form for the page that follows. Reloading that page does not submit the form again.</summary>
/// <param name="time">Clock.</param>
internal sealed class FormResultStore(TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, (DateTimeOffset Time, CommandResult Outcome)> _answers = new(StringComparer.Ordinal);

    /// <summary>Keeps an answer.</summary>
    /// <returns>Its key.</returns>
    public string Keep(CommandResult outcome)
    {
        foreach (var old in _answers.Where(answer => time.GetUtcNow() - answer.Value.Time > Kept))
        {
            _answers.TryRemove(old);
        }
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        _answers[key] = (time.GetUtcNow(), outcome);
        return key;
    }

    /// <summary>The answer of a key; null: there is none any more.</summary>
    public CommandResult? Take(string? key) => key is not null && _answers.TryGetValue(key, out var found) ? found.Outcome : null;
}
