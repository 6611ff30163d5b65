namespace Orchestrator.Dashboard.Api;

/// <summary>
/// Caches the responses to requests that change something, by idempotency key. Keeps at most 1,000 responses, each for 24 hours. After a
/// server error, the key is removed, so that a retry is executed.
/// </summary>
/// <param name="time">Clock.</param>
internal sealed class IdempotencyCache(TimeProvider time)
{
    private const int Most = 1000;
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private readonly Lock _lock = new();
    private readonly OrderedDictionary<string, CachedApiCommandResult> _kept = new(StringComparer.Ordinal);

    /// <summary>Executes a command, or returns the response to the first request with the same key.</summary>
    /// <param name="key">Idempotency key sent by the client.</param>
    /// <param name="request">The request in a form that distinguishes it from others.</param>
    /// <param name="act">Executes the command. Continues even if the client disconnects.</param>
    /// <param name="stop">Canceled if the client disconnects.</param>
    /// <returns>The response, or null if the key was used for another request.</returns>
    public async Task<RunControlResult?> GetAsync(string key, string request, Func<Task<RunControlResult>> act, CancellationToken stop)
    {
        CachedApiCommandResult? kept;
        lock (_lock)
        {
            RemoveEnded(old => time.GetUtcNow() - old.Time > Longest);
            if (!_kept.TryGetValue(key, out kept))
            {
                RemoveEnded(_ => _kept.Count >= Most);
                _kept[key] = kept = new CachedApiCommandResult(
                    time.GetUtcNow(),
                    request,
                    Task.Run(() => ExecuteOnceAsync(key, act), CancellationToken.None)
                );
            }
        }
        return kept.Request == request ? await kept.Outcome.WaitAsync(stop) : null;
    }

    private async Task<RunControlResult> ExecuteOnceAsync(string key, Func<Task<RunControlResult>> act)
    {
        var isAnswer = false;
        try
        {
            var outcome = await act();
            isAnswer = OutcomeHttpStatusMapper.IsAnswer(outcome);
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

    /// <summary>
    /// Removes the oldest responses, one after another, until the next one does not meet the given condition. The keys of running commands
    /// are kept.
    /// </summary>
    private void RemoveEnded(Func<CachedApiCommandResult, bool> isSurplus)
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

    private sealed record CachedApiCommandResult(DateTimeOffset Time, string Request, Task<RunControlResult> Outcome);
}
