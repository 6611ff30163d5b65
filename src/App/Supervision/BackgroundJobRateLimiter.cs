namespace Orchestrator.App.Supervision;

/// <summary>Limits how often jobs with the same key are started.</summary>
/// <param name="time">The clock.</param>
internal sealed class BackgroundJobRateLimiter(TimeProvider time)
{
    private readonly Dictionary<string, long> _begun = new(StringComparer.Ordinal);

    /// <summary>Returns true and records a start if enough time has passed since the last start.</summary>
    /// <param name="key">Key of the job.</param>
    /// <param name="every">Minimum interval between two starts.</param>
    public bool TryBegin(string key, TimeSpan every)
    {
        if (_begun.TryGetValue(key, out var last) && time.GetElapsedTime(last) < every)
        {
            return false;
        }
        _begun[key] = time.GetTimestamp();
        return true;
    }
}
