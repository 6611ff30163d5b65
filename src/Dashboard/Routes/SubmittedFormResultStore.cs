using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Orchestrator.Dashboard.Routes;

/// <summary>
/// Stores the result of a submitted form so that the next page can show it. Reloading that page does not submit the form again.
/// </summary>
/// <param name="time">Clock.</param>
internal sealed class SubmittedFormResultStore(TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, (DateTimeOffset Time, SubmittedFormResult Result)> _answers = new(StringComparer.Ordinal);

    /// <summary>Stores the result of a form for at least ten minutes, and returns the key of the result.</summary>
    /// <param name="outcome">Result of the command.</param>
    /// <param name="typed">Text that the user typed.</param>
    /// <returns>Key of the result, used in the address of the page that follows.</returns>
    public string Keep(RunControlResult outcome, string typed)
    {
        foreach (var old in _answers.Where(answer => time.GetUtcNow() - answer.Value.Time > Kept))
        {
            _answers.TryRemove(old);
        }
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        _answers[key] = (time.GetUtcNow(), new SubmittedFormResult(outcome, outcome.IsDone ? "" : typed));
        return key;
    }

    /// <summary>Returns the result that is stored for a key, or null if there is none.</summary>
    public SubmittedFormResult? RemoveResult(string? key) =>
        key is not null && _answers.TryGetValue(key, out var found) ? found.Result : null;
}

/// <summary>Result of a submitted form.</summary>
/// <param name="Outcome">Result of the command.</param>
/// <param name="Typed">Text that the user typed and that was not used. Empty if there is none.</param>
internal sealed record SubmittedFormResult(RunControlResult Outcome, string Typed);
