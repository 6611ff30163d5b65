using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Runs;

/// <summary>A list in a file of a run's folder, one writer at a time. A damaged file counts as empty.</summary>
/// <param name="path">The file.</param>
/// <param name="type">Its JSON metadata.</param>
public sealed class ListFile<T>(string path, JsonTypeInfo<IReadOnlyList<T>> type)
{
    /// <summary>All entries, in the order in which they were added.</summary>
    public IReadOnlyList<T> Read() => StoredJson.TryRead(path, type) ?? [];

    /// <summary>Replaces the list under the file's lock.</summary>
    /// <param name="change">Returns the new list; the same list: nothing changes.</param>
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
