namespace Orchestrator.Dashboard.Api;

/// <summary>Responses to changes by idempotency key: at most 1,000, each for 24 hours. A server error frees the key, so that a retry is
/// executed.</summary>
/// <param name="time">Clock.</param>
internal sealed class IdempotencyCache(TimeProvider time)
{
    private const int Most = 1000;
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private readonly Lock _lock = new();
    private readonly OrderedDictionary<string, StoredAnswer> _kept = new(StringComparer.Ordinal);

    /// <summary>Carries out a command, or returns the answer of the first request with the same key.</summary>
    /// <param name="key">The client's key.</param>
    /// <param name="request">The request in a form that distinguishes it from others.</param>
    /// <param name="act">Carries out the command, also after the caller has hung up.</param>
    /// <param name="stop">The caller hung up.</param>
    /// <returns>The answer; null if the key was used for another request.</returns>
    public async Task<CommandResult?> GetAsync(string key, string request, Func<Task<CommandResult>> act, CancellationToken stop)
    {
        StoredAnswer? kept;
        lock (_lock)
        {
            RemoveEnded(old => time.GetUtcNow() - old.Time > Longest);
            if (!_kept.TryGetValue(key, out kept))
            {
                RemoveEnded(_ => _kept.Count >= Most);
                _kept[key] = kept = new StoredAnswer(time.GetUtcNow(), request, Task.Run(() => ActAsync(key, act), CancellationToken.None));
            }
        }
        return kept.Request == request ? await kept.Outcome.WaitAsync(stop) : null;
    }

    private async Task<CommandResult> ActAsync(string key, Func<Task<CommandResult>> act)
    {
        var isAnswer = false;
        try
        {
            var outcome = await act();
            isAnswer = ApiStatus.IsAnswer(outcome);
            return outcome;
        }
        finally
        {
            if (!isAnswer)
            {
                lock (_lock)
                {
                    _kept.Remove(key);
                }
            }
        }
    }

    /// <summary>Removes the oldest responses while a condition holds for them. A running command keeps its key.</summary>
    private void RemoveEnded(Func<StoredAnswer, bool> isSurplus)
    {
        for (var i = 0; i < _kept.Count; )
        {
            var kept = _kept.GetAt(i).Value;
            if (!isSurplus(kept))
            {
                return;
            }
            if (kept.Outcome.IsCompleted)
            {
                _kept.RemoveAt(i);
            }
            else
            {
                i++;
            }
        }
    }

    private sealed record StoredAnswer(DateTimeOffset Time, string Request, Task<CommandResult> Outcome);
}
