namespace Orchestrator.App.Supervision;

/// <summary>When what is done again and again was begun last, for each thing that it is done for.</summary>
/// <param name="time">Clock.</param>
internal sealed class Pace(TimeProvider time)
{
    private readonly Dictionary<string, long> _begun = new(StringComparer.Ordinal);

    /// <summary>True if it is time again; then it counts as begun now.</summary>
    /// <param name="key">What it is done for.</param>
    /// <param name="every">How often.</param>
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
