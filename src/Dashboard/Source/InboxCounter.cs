namespace Orchestrator.Dashboard.Source;

/// <summary>Counts the entries of the inbox for the navigation of every page. The count is cached until a run changes, but at most for a
/// few seconds, because some entries appear after a certain time.</summary>
/// <param name="reader">Runs queries.</param>
/// <param name="time">Clock.</param>
internal sealed class InboxCounter(QueryCoalescer reader, TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);

    private (string State, long At, int Count)? _known;

    /// <summary>Returns the number of entries.</summary>
    /// <param name="stop">Cancels the caller's wait.</param>
    public async Task<int> CountAsync(CancellationToken stop)
    {
        var state = reader.State();
        if (_known is { } known && known.State == state && time.GetElapsedTime(known.At) < Kept)
        {
            return known.Count;
        }
        var at = time.GetTimestamp();
        var count = (await reader.InboxAsync(stop)).Count;
        _known = (state, at, count);
        return count;
    }
}
