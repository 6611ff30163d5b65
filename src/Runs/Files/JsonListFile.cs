using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Runs;

/// <summary>
/// A list that is stored in a JSON file in a run's folder. Only one process writes at a time. A damaged file counts as an empty list.
/// </summary>
/// <param name="path">Path of the file.</param>
/// <param name="type">JSON metadata of the list.</param>
public sealed class JsonListFile<T>(string path, JsonTypeInfo<IReadOnlyList<T>> type)
{
    /// <summary>Reads all entries, oldest first.</summary>
    public IReadOnlyList<T> Read() => StoredJsonReader.TryRead(path, type) ?? [];

    /// <summary>Changes the list while holding the file's lock.</summary>
    /// <param name="change">Returns the new list. If it returns the same instance, nothing is written.</param>
    /// <param name="stop">Cancels waiting for another writer.</param>
    public async Task ChangeAsync(Func<IReadOnlyList<T>, IReadOnlyList<T>> change, CancellationToken stop)
    {
        using var alone = await InterProcessFileLock.AcquireAsync(path + ".lock", stop);
        var before = Read();
        var after = change(before);
        if (!ReferenceEquals(before, after))
        {
            DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(after, type));
        }
    }
}
