using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Runs;

/// <summary>A list in a file of a run's folder, one writer at a time. One that somebody else has written to counts as empty.</summary>
/// <param name="path">The file.</param>
/// <param name="type">How it is written.</param>
internal sealed class ListFile<T>(string path, JsonTypeInfo<IReadOnlyList<T>> type)
{
    /// <summary>All there is, in the order in which it came.</summary>
    public IReadOnlyList<T> Read() => StoredJson.TryRead(path, type) ?? [];

    /// <summary>Looks at what there is and puts in its place what comes of it, with nobody in between.</summary>
    /// <param name="change">What is to be kept; the same list: nothing changes.</param>
    /// <param name="stop">Ends the waiting for others.</param>
    public async Task ChangeAsync(Func<IReadOnlyList<T>, IReadOnlyList<T>> change, CancellationToken stop)
    {
        using var alone = await LockFile.TakeAsync(path + ".lock", stop);
        var before = Read();
        var after = change(before);
        if (!ReferenceEquals(before, after))
        {
            DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(after, type));
        }
    }
}
