using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Runs;

/// <summary>A list stored in a file of a run's folder, with one writer at a time. A damaged file counts as empty.</summary>
/// <param name="path">Path of the file.</param>
/// <param name="type">JSON metadata of the list.</param>
public sealed class ListFile<T>(string path, JsonTypeInfo<IReadOnlyList<T>> type)
{
    /// <summary>Reads all entries in the order in which they were added.</summary>
    public IReadOnlyList<T> Read() => StoredJson.TryRead(path, type) ?? [];

    /// <summary>Replaces the list under the file's lock.</summary>
    /// <param name="change">Returns the new list; returning the same instance writes nothing.</param>
    /// <param name="stop">Cancels waiting for another writer.</param>
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
